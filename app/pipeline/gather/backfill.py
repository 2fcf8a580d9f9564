"""Reads what was published before a source was set up: page by page, beside the live readings, which never wait for it.

What was read and how far it was read (pipeline/gather/past.py) are written in one transaction, or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import structlog
from sqlalchemy import ColumnElement, or_, select, text, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.crypto import Seal
from app.db import Database
from app.jobs import Jobs
from app.models import Source
from app.pipeline.gather.client import client_for
from app.pipeline.gather.collect import LEASE, RENEW, LeaseLost, asked_of_all, params_of
from app.pipeline.gather.past import Past, Turn, after, came, dated, moment, past_of
from app.pipeline.gather.pauses import pause, paused
from app.pipeline.keep.store import store
from app.pipeline.sift.place import Placer
from collectors import all_collectors
from collectors.base import Page, SourceError, SourceRefused

log = structlog.get_logger(__name__)

THREADS = 4
TURN = timedelta(minutes=1)
"""After this long the next one in the queue has its turn, at the end of a page."""


class Backfill:
    """The step: `Backfill(db, http, jobs, seal)()` goes on with every backfill that is due, in turns."""

    def __init__(
        self,
        db: Database,
        http: httpx2.Client,
        jobs: Jobs,
        seal: Seal,
        *,
        threads: int = THREADS,
        turn: timedelta = TURN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Callable[[], float],
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._http, self._jobs, self._seal = db, http, jobs, seal
        self._threads, self._turn, self._now, self._random = threads, turn, now, random
        self._stopping, self._checkpoint = stopping, checkpoint
        self._placer = Placer(db)
        self._running = threading.Lock()

    def __call__(self) -> int:
        """Returns how many turns were taken; 0 at once when a run is under way in this process."""
        if not self._running.acquire(blocking=False):
            return 0
        try:
            return self._run()
        finally:
            self._running.release()

    def _run(self) -> int:
        turns, renewed = 0, self._now()
        busy: dict[Future[None], Past] = {}
        with ThreadPoolExecutor(self._threads, thread_name_prefix="backfill") as pool:
            while True:
                for past in self._claim(self._threads - len(busy), [one.due.host for one in busy.values()]):
                    busy[pool.submit(self._go_on, past)] = past
                if not busy:
                    return turns
                for future in wait(busy, timeout=1.0, return_when=FIRST_COMPLETED).done:
                    busy.pop(future)
                    future.result()
                    turns += 1
                if self._now() - renewed >= RENEW:
                    renewed = self._now()
                    self._renew(list(busy.values()))

    def _claim(self, number: int, hosts: Sequence[str]) -> list[Past]:
        """Backfills whose turn has come, one of each host at a time."""
        if number <= 0 or self._stopping():
            return []
        with self._db.writing() as session:
            return [past_of(row) for row in claim(session, number, hosts, self._now())]

    def _renew(self, held: Sequence[Past]) -> None:
        with self._db.writing() as session:
            renew(session, held, self._now())

    def _go_on(self, past: Past) -> None:
        """One turn, from its lease to its next date."""
        turn, whose = Turn(past), str(past.due.origin.source_id)
        try:
            self._read(turn)
        except SourceError as error:
            turn.error = error
        except LeaseLost:
            log.info("a backfill was stopped, or another worker took it over", source=whose)
            return
        except DBAPIError:
            log.warning("the database was lost: the lease of a backfill will run out", source=whose)
            return
        except Exception:
            log.exception("a collector failed", kind=past.due.origin.kind, source=whose)
            turn.error = SourceError("the collector failed: this is a fault of Vigie, and it is in its log")
        self._finish(turn)

    def _read(self, turn: Turn) -> None:
        until = self._now() + self._turn
        with closing(self._pages(turn.past)) as pages:
            for page in pages:
                reached = self._take(turn, page)
                turn.asked = page.asked if reached > turn.past.window.since else None
                if turn.asked or self._stopping() or (self._now() >= until and reached > turn.past.window.since):
                    return
        turn.ended = True

    def _pages(self, past: Past) -> Generator[Page]:
        collector = all_collectors()[past.due.origin.kind]
        if collector.backfill is None:
            raise SourceRefused("this kind of source cannot go back")
        params = params_of(collector, past.due, self._seal)
        http = client_for(self._db, self._http, collector, params, past.due.payer, now=self._now)
        yield from collector.backfill(params, past.due.cursor, past.window, http)

    def _take(self, turn: Turn, page: Page) -> datetime:
        """Stores a page with its cursor. Returns how far back everything was read now."""
        past, now = turn.past, self._now()
        batch = self._placer(past.due.origin, page.mentions, page.broken, now)
        self._checkpoint("backfill:placed")
        with self._db.writing() as session:
            was = hold(session, past)
            reached = min(moment(was, "reached"), max(page.reached or past.window.until, past.window.since))
            stored = store(session, past.due.origin, dated(batch, reached), batch.refused)
            values = {"backfill": came(was, page, reached, stored), "backfill_lease_until": now + LEASE}
            write(session, past, **values, unmatched=Source.unmatched + batch.unmatched)
            if stored.stored or stored.updated:
                self._jobs.defer(session, "score")
            self._checkpoint("backfill:before-commit")
        self._checkpoint("backfill:stored")
        turn.pages += 1
        return reached

    def _finish(self, turn: Turn) -> None:
        try:
            with self._db.writing() as session:
                now = self._now()
                progress, due_at = after(hold(session, turn.past), turn, now, self._random)
                write(session, turn.past, backfill=progress, backfill_due_at=due_at, backfill_lease_until=None)
                if asked := asked_of_all(turn.error):
                    pause(session, turn.past.due.limit_key, now + asked, progress["error"])
        except LeaseLost:
            return
        except DBAPIError:
            log.warning("the database was lost: the lease of a backfill will run out")
        self._checkpoint("backfill:finished")


def waiting(now: datetime) -> ColumnElement[bool]:
    """Which sources have a backfill to go on with. A host that wants to be left alone is left alone by it too."""
    known = Source.collector.in_([*all_collectors()])
    return Source.enabled & (Source.backfill_due_at <= now) & known & ~paused(now)


def claim(session: Session, number: int, hosts: Sequence[str], now: datetime) -> list[Source]:
    """Leases up to `number` backfills, none of these hosts. Their fence is raised, which ends any older claim."""
    free = or_(Source.backfill_lease_until.is_(None), Source.backfill_lease_until < now)
    due = (
        select(Source.workspace_id, Source.id)
        .where(waiting(now), free, Source.host.not_in([host for host in hosts if host]) if hosts else text("true"))
        .order_by(Source.backfill_due_at)
        .limit(number)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(Source)
        .where(Source.workspace_id == due.c.workspace_id, Source.id == due.c.id)
        .values(
            backfill_lease_until=now + LEASE, backfill_fence=Source.backfill_fence + 1, updated_at=Source.updated_at
        )
        .returning(Source)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def renew(session: Session, held: Sequence[Past], now: datetime) -> None:
    """Leases the backfills again whose claim still stands."""
    rows = [(one.due.origin.workspace_id, one.due.origin.source_id, one.due.fence) for one in held]
    session.execute(
        update(Source)
        .where(tuple_(Source.workspace_id, Source.id, Source.backfill_fence).in_(rows))
        .values(backfill_lease_until=now + LEASE, updated_at=Source.updated_at)
    )


def hold(session: Session, past: Past) -> dict[str, Any]:
    """The progress so far, kept for this transaction. Raises LeaseLost when the claim does not stand any more."""
    row = session.execute(
        select(Source.backfill_fence, Source.backfill)
        .where(Source.workspace_id == past.due.origin.workspace_id, Source.id == past.due.origin.source_id)
        .with_for_update()
    ).one_or_none()
    if row is None or row.backfill is None or row.backfill_fence != past.due.fence:
        raise LeaseLost
    return dict(row.backfill)


def write(session: Session, past: Past, **values: Any) -> None:
    """Changes the source of a backfill, which to who edits it is no change."""
    session.execute(
        update(Source)
        .where(Source.workspace_id == past.due.origin.workspace_id, Source.id == past.due.origin.source_id)
        .values(**values, updated_at=Source.updated_at)
    )


def wake(session: Session, jobs: Jobs, row: Source, progress: dict[str, Any] | None, now: datetime) -> None:
    """Gives a source this progress, and has a worker go on with it. Whatever was under way is not stored."""
    running = progress is not None and progress["state"] == "running"
    row.backfill, row.backfill_lease_until = progress, None
    row.backfill_fence += 1
    row.backfill_due_at = now if running else None
    if running and row.enabled:
        jobs.defer(session, "backfill")
