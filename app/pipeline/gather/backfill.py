"""Reads what was published before a source was set up: page by page, beside the live readings, which never wait for it.

What was read and how far it was read (`past`) are written in one transaction, or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import Seal
from app.db import Database
from app.jobs import Jobs
from app.models import Source
from app.pipeline.gather.lease import BACKFILL, Lease, LeaseLost, claim, prove, write
from app.pipeline.gather.outcome import Random, after_turn, pause_for_all
from app.pipeline.gather.past import Past, Turn, advance, date_undated, moment, past_of
from app.pipeline.gather.pauses import pause
from app.pipeline.gather.pool import once_at_a_time, read_all
from app.pipeline.gather.reader import Reader, attempt, unless_lost
from app.pipeline.keep.store import store
from app.pipeline.sift.place import Placer
from collectors.base import Page, SourceRefused
from ground.notice import as_json

THREADS = 4
TURN = timedelta(minutes=1)
"""After this long, once a page is finished, the next backfill in the queue has its turn."""


class Backfill:
    """The step: `Backfill(db, http, jobs, seal, …)()` goes on with every backfill that is due, in turns."""

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
        random: Random,
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._reader = Reader(db, http, jobs, seal, Placer(db), now, checkpoint)
        self._db, self._now, self._checkpoint = db, now, checkpoint
        self._threads, self._turn, self._random, self._stopping = threads, turn, random, stopping
        self._run_alone = once_at_a_time(self._run)

    def __call__(self) -> int:
        """Returns how many turns were taken; 0 at once when a run is under way in this process."""
        return self._run_alone()

    def _run(self) -> int:
        return read_all(
            BACKFILL.name,
            self._threads,
            now=self._now,
            claim=self._claim,
            read=lambda past: unless_lost(past.lease, lambda: self._take_turn(past)),
            renew=lambda at_hand: self._reader.renew([past.lease for past in at_hand]),
            leave=lambda at_hand: self._reader.release([past.lease for past in at_hand]),
            stopping=self._stopping,
        )

    def _claim(self, number: int, at_hand: Collection[Past]) -> list[Past]:
        """Claims backfills whose turn has come, one at a time of each host."""
        held = Counter(past.source.host for past in at_hand)
        with self._db.writing() as session:
            rows = claim(session, BACKFILL, number, self._now(), per_host=1, held=held)
        return [past_of(row) for row in rows]

    def _take_turn(self, past: Past) -> None:
        """Reads for one turn, from the lease to the next date."""
        turn = Turn(past)
        turn.error = attempt(past.source, lambda: self._read(turn))
        with self._db.writing() as session:
            finish(session, turn, self._now(), self._random)
        self._checkpoint("backfill:finished")

    def _read(self, turn: Turn) -> None:
        until = self._now() + self._turn
        with closing(self._pages(turn.past)) as pages:
            for page in pages:
                reached = self._take(turn, page)
                turn.pause = page.asked if reached > turn.past.window.since else None
                if turn.pause or self._stopping() or (self._now() >= until and reached > turn.past.window.since):
                    return
        turn.ended = True

    def _pages(self, past: Past) -> Generator[Page]:
        source = past.source
        if source.collector.backfill is None:
            raise SourceRefused("this kind of source cannot go back")
        params, http = self._reader.access(source)
        yield from source.collector.backfill(params, source.cursor, past.window, http)

    def _take(self, turn: Turn, page: Page) -> datetime:
        """Stores a page with its cursor. Returns the moment back to which everything has been read now."""
        past, now = turn.past, self._now()
        origin = past.source.origin
        batch = self._reader.sift(origin, page, now)
        with self._reader.storing(past.lease) as session:
            progress = progress_of(session, past.lease)
            reached = min(moment(progress, "reached"), max(page.reached or past.window.until, past.window.since))
            stored = store(session, origin, date_undated(batch, reached), batch.refused)
            unmatched = Source.unmatched + batch.unmatched
            columns = {"backfill": advance(progress, page, reached, stored), "unmatched": unmatched}
            write(session, past.lease, {**columns, **BACKFILL.columns_to_extend(now)})
            self._reader.have_scored(session, stored)
        turn.pages += 1
        return reached


def finish(session: Session, turn: Turn, now: datetime, random: Random) -> None:
    """Writes how far a turn came and when the next one is due. Raises LeaseLost."""
    lease = turn.past.lease
    prove(session, lease)
    progress, due_at = after_turn(progress_of(session, lease), turn, now, random)
    write(session, lease, {"backfill": progress, "backfill_due_at": due_at, **BACKFILL.columns_to_end})
    wait = pause_for_all(turn.error)
    if turn.error and wait:
        pause(session, turn.past.source.limit_key, now + wait, as_json(turn.error.notice))


def progress_of(session: Session, lease: Lease) -> dict[str, Any]:
    """How far a backfill has come. Raises LeaseLost when it was dropped."""
    progress = session.scalar(select(Source.backfill).where(*lease.here))
    if progress is None:
        raise LeaseLost
    return dict(progress)
