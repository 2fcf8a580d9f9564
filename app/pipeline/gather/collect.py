"""Reads the sources that are due: claims them with a lease, fetches outside any transaction, stores page by page."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import structlog
from sqlalchemy import select, text, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.crypto import Seal, SecretsLost
from app.db import Database
from app.http import host_of
from app.jobs import Jobs
from app.models import Poll, Source
from app.pipeline.gather.client import NotOurTurn, client_for
from app.pipeline.gather.meters import Payer
from app.pipeline.gather.pauses import pause, paused
from app.pipeline.gather.schedule import next_run, pace
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Origin, Stored
from app.pipeline.sift.place import Placer
from collectors import all_collectors
from collectors.base import (
    AnyCollector,
    Cursor,
    Page,
    SourceBusy,
    SourceChanged,
    SourceError,
    SourceOverBudget,
    SourceRefused,
)
from ground.notice import Notice, as_json

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
"""How long a source stays claimed by a worker that was ended: a living one renews its claims in time."""
RENEW = timedelta(seconds=10)
CLAIM = 50
PER_HOST = 2
"""Sources of one host that one worker reads at the same time; loopback and private hosts are asked more."""


class LeaseLost(Exception):
    """Another worker has taken the source over: what we hold is stale and is not stored."""


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed source: what is needed to read it, and the fence that proves the claim."""

    origin: Origin
    fence: int
    params: Mapping[str, Any]
    secrets: bytes | None
    cursor: Cursor
    host: str
    interval: timedelta
    pace: timedelta
    failures: int
    limit_key: str = ""
    inbox: Sequence[Any] = ()

    @property
    def payer(self) -> Payer:
        """In whose name it is read."""
        return Payer(self.origin.workspace_id, self.origin.kind, str(self.origin.source_id), self.limit_key)


@dataclass(slots=True)
class Outcome:
    """What one reading came to, to be written with the next date."""

    due: Due
    started: datetime
    read: int = 0
    unmatched: int = 0
    stored: Stored | None = None
    unchanged: bool = False
    error: SourceError | None = None
    asked: timedelta | None = None
    moved_to: str | None = None
    warning: Notice | None = None

    def add(self, more: Stored) -> None:
        if self.stored is None:
            self.stored = more
            return
        self.stored.stored += more.stored
        self.stored.updated += more.updated
        self.stored.quarantined += more.quarantined


class Collect:
    """The step: `Collect(db, http, jobs, seal)()` reads until nothing is due. One run per process at a time."""

    def __init__(
        self,
        db: Database,
        http: httpx2.Client,
        jobs: Jobs,
        seal: Seal,
        *,
        threads: int = 16,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Callable[[], float],
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._http, self._jobs, self._seal = db, http, jobs, seal
        self._threads, self._now, self._random = threads, now, random
        self._stopping, self._checkpoint = stopping, checkpoint
        self._placer = Placer(db)
        self._running = threading.Lock()
        self._paused: dict[str, datetime] = {}

    def __call__(self) -> int:
        """Reads every due source. Returns how many were read; 0 at once when a run is under way in this process."""
        if not self._running.acquire(blocking=False):
            return 0
        try:
            return self._run()
        finally:
            self._running.release()

    def _run(self) -> int:
        done = 0
        busy: dict[Future[Outcome | None], Due] = {}
        quiet: list[Outcome] = []
        hosts: Counter[str] = Counter()
        renewed = self._now()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="collect") as pool:
            while True:
                room = self._threads * 2 - len(busy)
                crowded = [host for host, number in hosts.items() if number >= PER_HOST * 8]
                claimed = self._claim(min(room, CLAIM), crowded) if room > 0 and not self._stopping() else []
                for due in claimed:
                    hosts[due.host] += 1
                    busy[pool.submit(self._read, due)] = due
                if not busy:
                    break
                finished = self._wait(busy, full=not claimed)
                for future in finished:
                    due = busy.pop(future)
                    hosts[due.host] -= 1
                    done += 1
                    outcome = future.result()
                    if outcome is not None:
                        quiet.append(outcome)
                late = self._now() - renewed >= RENEW
                if late:
                    renewed = self._now()
                    self._renew(list(busy.values()))
                if len(quiet) >= CLAIM or late or not busy:
                    self._finish_quiet(quiet)
                    quiet = []
        self._finish_quiet(quiet)
        return done

    def _renew(self, held: Sequence[Due]) -> None:
        """Keeps what is being read, or waits its turn, ours."""
        with self._db.writing() as session:
            renew(session, held, self._now())

    @staticmethod
    def _wait(busy: Mapping[Future[Outcome | None], Due], *, full: bool) -> set[Future[Outcome | None]]:
        return wait(busy, timeout=0.2 if not full else 1.0, return_when=FIRST_COMPLETED).done

    def _claim(self, number: int, crowded: Sequence[str]) -> list[Due]:
        """Takes sources whose time has come, latest first to be served, so that no other worker reads them too."""
        now = self._now()
        with self._db.writing() as session:
            rows = claim(session, number, crowded, now)
        return [due_of(row) for row in rows]

    def _read(self, due: Due) -> Outcome | None:
        """One source, from its lease to its next date. An unchanged source is given back, to be written with others."""
        started = self._now()
        if self._paused.get(due.limit_key, started) > started:
            self._let_go(due)
            return None
        outcome = Outcome(due, started)
        try:
            for page in self._pages(due):
                self._take(outcome, page)
        except SourceError as error:
            outcome.error = error
        except LeaseLost:
            log.info("another worker took the source over", source=str(due.origin.source_id))
            return None
        except DBAPIError:
            log.warning("the database was lost: the lease will run out", source=str(due.origin.source_id))
            return None
        except Exception:
            log.exception("a collector failed", kind=due.origin.kind, source=str(due.origin.source_id))
            outcome.error = SourceError("the collector failed: this is a fault of Vigie, and it is in its log")
        if outcome.unchanged and not (outcome.error or outcome.stored or outcome.moved_to or due.inbox):
            return outcome
        try:
            self._finish(outcome)
        except DBAPIError:
            log.warning(
                "the database was lost while finishing: the lease will run out", source=str(due.origin.source_id)
            )
        return None

    def _pages(self, due: Due) -> Iterator[Page]:
        collector = all_collectors()[due.origin.kind]
        params = params_of(collector, due, self._seal)
        http = client_for(self._db, self._http, collector, params, due.payer, now=self._now)
        return collector.pages(params, due.cursor, http)

    def _take(self, outcome: Outcome, page: Page) -> None:
        outcome.asked = max(filter(None, (outcome.asked, page.asked)), default=None)
        outcome.moved_to = page.moved_to or outcome.moved_to
        outcome.warning = page.warning or outcome.warning
        if page.unchanged:
            outcome.unchanged = True
            return
        due, now = outcome.due, self._now()
        outcome.read += len(page.mentions) + len(page.broken)
        batch = self._placer(due.origin, page.mentions, page.broken, now)
        self._checkpoint("collect:placed")
        with self._db.writing() as session:
            hold(session, due)
            stored = store(session, due.origin, batch.placed, batch.refused)
            session.execute(
                update(Source)
                .where(Source.workspace_id == due.origin.workspace_id, Source.id == due.origin.source_id)
                .values(cursor=without_inbox(page.cursor), lease_until=now + LEASE, updated_at=Source.updated_at)
            )
            if stored.stored or stored.updated:
                self._jobs.defer(session, "score")
            self._checkpoint("collect:before-commit")
        self._checkpoint("collect:stored")
        outcome.unmatched += batch.unmatched
        outcome.add(stored)

    def _finish(self, outcome: Outcome) -> None:
        with self._db.writing() as session:
            until = finish(session, outcome, self._now(), self._random)
        if until is not None:
            self._paused[outcome.due.limit_key] = until
        self._checkpoint("collect:finished")

    def _let_go(self, due: Due) -> None:
        """Gives a source back unread: it was claimed just before its host asked us to wait."""
        with self._db.writing() as session:
            session.execute(
                update(Source)
                .where(Source.workspace_id == due.origin.workspace_id, Source.id == due.origin.source_id)
                .where(Source.fence == due.fence)
                .values(lease_until=None, updated_at=Source.updated_at)
            )

    def _finish_quiet(self, outcomes: Sequence[Outcome]) -> None:
        """Sources that had nothing new: their next dates in one statement."""
        if outcomes:
            with self._db.writing() as session:
                finish_quiet(session, outcomes, self._now(), self._random)


def claim(session: Session, number: int, crowded: Sequence[str], now: datetime) -> list[Source]:
    """Leases up to `number` due sources whose host is not paused. Their `fence` is raised: it ends any older claim.

    A source whose kind is not installed any more waits until it is again.
    """
    due = (
        select(Source.workspace_id, Source.id)
        .where(Source.enabled, Source.next_run_at <= now, Source.collector.in_([*all_collectors()]), ~paused(now))
        .where((Source.lease_until.is_(None)) | (Source.lease_until < now))
        .where(Source.host.not_in(list(crowded)) if crowded else text("true"))
        .order_by(Source.next_run_at)
        .limit(number)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(Source)
        .where(Source.workspace_id == due.c.workspace_id, Source.id == due.c.id)
        .values(lease_until=now + LEASE, fence=Source.fence + 1, last_attempt_at=now, updated_at=Source.updated_at)
        .returning(Source)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def renew(session: Session, held: Sequence[Due], now: datetime) -> None:
    """Leases the sources again whose claim still stands."""
    rows = [(due.origin.workspace_id, due.origin.source_id, due.fence) for due in held]
    session.execute(
        update(Source)
        .where(tuple_(Source.workspace_id, Source.id, Source.fence).in_(rows))
        .values(lease_until=now + LEASE, updated_at=Source.updated_at)
    )


def due_of(row: Source) -> Due:
    collector = all_collectors()[row.collector]
    interval = max(timedelta(seconds=row.interval_seconds), collector.min_interval)
    return Due(
        Origin(row.workspace_id, row.id, row.collector, row.brand_id, row.sample),
        row.fence,
        row.params,
        row.secrets,
        row.cursor if collector.receive is None else {**row.cursor, "inbox": [one["item"] for one in row.inbox]},
        row.host,
        interval,
        timedelta(seconds=row.pace_seconds) if row.pace_seconds else interval,
        row.consecutive_failures,
        row.limit_key,
        row.inbox,
    )


def params_of(collector: AnyCollector, due: Due, seal: Seal) -> Any:
    """The collector's params with the secrets put back. Raises SourceRefused."""
    place = f"source:{due.origin.workspace_id}:{due.origin.source_id}"
    try:
        return collector.params(**{**due.params, **seal.open(due.secrets, place)})
    except SecretsLost as error:
        raise SourceRefused(str(error)) from error
    except ValueError as error:
        raise SourceRefused("the settings of this source are not valid any more: edit it and save it again") from error


def hold(session: Session, due: Due) -> None:
    """Proves that the claim still stands, and keeps it for this transaction. Raises LeaseLost."""
    row = session.execute(
        select(Source.fence)
        .where(Source.workspace_id == due.origin.workspace_id, Source.id == due.origin.source_id)
        .with_for_update()
    ).one_or_none()
    if row is None or row.fence != due.fence:
        raise LeaseLost


def finish(session: Session, outcome: Outcome, now: datetime, random: Callable[[], float]) -> datetime | None:
    """Writes health, the next date and the line of history. A lost lease leaves everything to its new owner.

    Returns until when the source's host is left alone, when it asked for that.
    """
    due, error = outcome.due, outcome.error
    stored = outcome.stored or Stored()
    try:
        hold(session, due)
    except LeaseLost:
        return None
    values = failed(outcome, now, random) if error else succeeded(outcome, stored, now, random)
    if due.inbox and not error:
        values |= emptied(session, due, now)
    session.execute(
        update(Source)
        .where(Source.workspace_id == due.origin.workspace_id, Source.id == due.origin.source_id)
        .values(lease_until=None, unmatched=Source.unmatched + outcome.unmatched, **values)
    )
    session.add(
        Poll(
            workspace_id=due.origin.workspace_id,
            source_id=due.origin.source_id,
            started_at=outcome.started,
            finished_at=now,
            outcome=values["state"],
            read=outcome.read,
            stored=stored.stored,
            updated=stored.updated,
            unmatched=outcome.unmatched,
            quarantined=stored.quarantined,
            error=values["last_error"],
        )
    )
    asked = asked_of_all(error)
    until = now + asked if asked else None
    if until is not None:
        pause(session, due.limit_key, until, values["last_error"])
    return until


def asked_of_all(error: SourceError | None) -> timedelta | None:
    """The pause that a host asks of everybody who asks it with the same secrets."""
    own = isinstance(error, SourceOverBudget | NotOurTurn)
    return error.wait if isinstance(error, SourceBusy) and not own else None


def succeeded(outcome: Outcome, stored: Stored, now: datetime, random: Callable[[], float]) -> dict[str, Any]:
    due = outcome.due
    declared = all_collectors()[due.origin.kind]
    floor = declared.min_interval
    new_pace = pace(due.pace, due.interval, floor, stored.stored, outcome.unchanged or not stored.stored)
    values: dict[str, Any] = {
        "state": "ok",
        "last_success_at": now,
        "last_error": None,
        "warning": as_json(outcome.warning),
        "consecutive_failures": 0,
        "pace_seconds": int(new_pace.total_seconds()),
        "next_run_at": next_run(now, new_pace, 0, outcome.asked, random),
    }
    if stored.stored:
        values["last_new_at"] = now
    if outcome.moved_to:
        values["params"] = {**due.params, declared.address: outcome.moved_to}
        values["host"] = host = host_of(outcome.moved_to)
        values["limit_key"] = "#".join([host, *due.limit_key.split("#")[1:]])
    return values


def without_inbox(cursor: Cursor) -> dict[str, Any]:
    """The cursor to be kept: what was sent to us is kept apart, until a reading that saw it has succeeded."""
    return {name: value for name, value in cursor.items() if name != "inbox"}


def emptied(session: Session, due: Due, now: datetime) -> dict[str, Any]:
    """The inbox without what this reading was handed; what came meanwhile stays, and is read at once."""
    handed = {one["id"] for one in due.inbox}
    here = (Source.workspace_id == due.origin.workspace_id, Source.id == due.origin.source_id)
    left = [one for one in session.scalars(select(Source.inbox).where(*here)).one() if one["id"] not in handed]
    return {"inbox": left} | ({"next_run_at": now} if left else {})


def failed(outcome: Outcome, now: datetime, random: Callable[[], float]) -> dict[str, Any]:
    due, error = outcome.due, outcome.error
    assert error is not None
    failures = due.failures + 1
    wait = max(filter(None, (outcome.asked, error.wait if isinstance(error, SourceBusy) else None)), default=None)
    values: dict[str, Any] = {
        "state": state_of(error),
        "last_error": as_json(error.notice),
        "consecutive_failures": failures,
        "next_run_at": next_run(now, due.interval, failures, wait, random),
    }
    if outcome.stored and outcome.stored.stored:
        values["last_new_at"] = now
    if isinstance(error, SourceRefused):
        values["next_run_at"] = None if error.gone else now + timedelta(days=1)
    if isinstance(error, SourceOverBudget):  # looking again is free, and others may have given back what they took
        again = next_run(now, due.interval, failures, outcome.asked, random)
        values["next_run_at"] = min(again, now + error.wait) if error.wait else again
    if isinstance(error, NotOurTurn):
        values["consecutive_failures"] = due.failures
        values["next_run_at"] = next_run(now, error.wait or due.interval, 0, error.wait, random)
    return values


def state_of(error: SourceError) -> str:
    """What becomes of a source that could not be read: each state is another thing to do."""
    match error:
        case SourceOverBudget():
            return "budget"
        case SourceBusy():
            return "throttled"
        case SourceChanged():
            return "changed"
        case SourceRefused():
            return "gone" if error.gone else "refused"
    return "failing"


def finish_quiet(session: Session, outcomes: Sequence[Outcome], now: datetime, random: Callable[[], float]) -> None:
    """The unchanged ones, by one UPDATE from arrays; a raised fence leaves its row alone."""
    rows = [(outcome, succeeded(outcome, Stored(), now, random)) for outcome in outcomes]
    session.execute(
        text(
            """
            UPDATE source SET state = 'ok', last_success_at = :now, last_error = NULL, consecutive_failures = 0,
                lease_until = NULL, pace_seconds = v.pace, next_run_at = v.next_run
            FROM unnest(CAST(:workspaces AS uuid[]), CAST(:ids AS uuid[]), CAST(:fences AS bigint[]),
                        CAST(:paces AS bigint[]), CAST(:nexts AS timestamptz[]))
                 AS v(workspace, id, fence, pace, next_run)
            WHERE source.workspace_id = v.workspace AND source.id = v.id AND source.fence = v.fence
            """
        ),
        {
            "now": now,
            "workspaces": [outcome.due.origin.workspace_id for outcome in outcomes],
            "ids": [outcome.due.origin.source_id for outcome in outcomes],
            "fences": [outcome.due.fence for outcome in outcomes],
            "paces": [values["pace_seconds"] for _, values in rows],
            "nexts": [values["next_run_at"] for _, values in rows],
        },
    )


def wake(session: Session, jobs: Jobs, workspace_id: UUID, source_id: UUID, now: datetime) -> None:
    """Has a source read as soon as a worker is free."""
    session.execute(
        update(Source).where(Source.workspace_id == workspace_id, Source.id == source_id).values(next_run_at=now)
    )
    jobs.defer(session, "collect")
