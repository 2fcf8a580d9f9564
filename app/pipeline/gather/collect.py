"""Reads the sources that are due: claims them, fetches outside any transaction, and stores page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

import httpx2
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.crypto import Seal
from app.db import Database
from app.http import PER_HOST
from app.jobs import Jobs
from app.models import Source
from app.pipeline.gather.history import history_line
from app.pipeline.gather.lease import COLLECT, LeaseLost, claim, release, write
from app.pipeline.gather.outcome import Columns, Outcome, Random, after_reading, after_success, pause_for_all, state_of
from app.pipeline.gather.pauses import pause
from app.pipeline.gather.pool import once_at_a_time, read_all
from app.pipeline.gather.reader import Reader, attempt, unless_lost
from app.pipeline.gather.source import ClaimedSource, claimed_source, without_inbox
from app.pipeline.keep.store import store
from app.pipeline.sift.place import Placer
from collectors.base import Page
from ground.notice import as_json

CLAIM = 50
"""Sources that are claimed at once, and unchanged ones that are finished at once."""
MOST_SLOW = 240
"""Readings that wait for a slow host: each costs a thread, and nothing else while it waits."""
HOST_AT_HAND = 16
"""Sources of one host that a worker has at hand, reading as many of them at once as the gate lets through."""


class Collect:
    """The step: `Collect(db, http, jobs, seal, …)()` reads until nothing is due. One run per process at a time."""

    def __init__(
        self,
        db: Database,
        http: httpx2.Client,
        jobs: Jobs,
        seal: Seal,
        *,
        threads: int = 16,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Random,
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._reader = Reader(db, http, jobs, seal, Placer(db), now, checkpoint)
        self._db, self._now, self._checkpoint = db, now, checkpoint
        self._threads, self._random, self._stopping = threads, random, stopping
        self._run_alone = once_at_a_time(self._run)
        self._paused: dict[str, datetime] = {}
        self._unchanged: list[Outcome] = []

    def __call__(self) -> int:
        """Reads every due source. Returns how many were read; 0 at once when a run is under way in this process."""
        return self._run_alone()

    def _run(self) -> int:
        return read_all(
            COLLECT.name,
            self._threads,
            queue=self._threads,
            most_slow=MOST_SLOW,
            lane=lambda source: source.host,
            per_lane=PER_HOST,
            now=self._now,
            claim=self._claim,
            read=lambda source: unless_lost(source.lease, lambda: self._read(source)),
            renew=lambda at_hand: self._reader.renew([source.lease for source in at_hand]),
            settle=self._settle,
            leave=lambda at_hand: self._reader.release([source.lease for source in at_hand]),
            stopping=self._stopping,
        )

    def _claim(self, number: int, at_hand: Collection[ClaimedSource]) -> list[ClaimedSource]:
        held = Counter(source.host for source in at_hand)
        with self._db.writing() as session:
            rows = claim(session, COLLECT, min(number, CLAIM), self._now(), per_host=HOST_AT_HAND, held=held)
        return [claimed_source(COLLECT, row) for row in rows]

    def _read(self, source: ClaimedSource) -> Outcome | None:
        """Reads one source, from its lease to its next date. Returns an unchanged one, to be finished with others."""
        started = self._now()
        if self._paused.get(source.limit_key, started) > started:  # since it was claimed, its host asked for a pause
            with self._db.writing() as session:
                release(session, [source.lease])
            return None
        outcome = Outcome(source, started)
        outcome.error = attempt(source, lambda: self._read_pages(outcome))
        if outcome.is_quiet:
            return outcome
        self._finish(outcome)
        return None

    def _read_pages(self, outcome: Outcome) -> None:
        source = outcome.source
        params, http = self._reader.access(source)
        for page in source.collector.pages(params, source.cursor, http):
            outcome.note(page)
            if not page.unchanged:
                self._take(outcome, page)

    def _take(self, outcome: Outcome, page: Page) -> None:
        source, harvest = outcome.source, outcome.harvest
        harvest.read += len(page.mentions) + len(page.broken)
        now = self._now()
        batch = self._reader.sift(source.origin, page, now)
        with self._reader.storing(source.lease) as session:
            stored = store(session, source.origin, batch.placed, batch.refused)
            write(session, source.lease, {"cursor": without_inbox(page.cursor), **COLLECT.columns_to_extend(now)})
            self._reader.have_scored(session, stored)
        harvest.unmatched += batch.unmatched
        harvest.add(stored)
        outcome.pages += 1

    def _finish(self, outcome: Outcome) -> None:
        with self._db.writing() as session:
            paused_until = finish(session, outcome, self._now(), self._random)
        if paused_until is not None:
            self._paused[outcome.source.limit_key] = paused_until
        self._checkpoint("collect:finished")

    def _settle(self, results: Sequence[Outcome | None], soon: bool) -> None:
        """Finishes unchanged sources, many at a time."""
        self._unchanged += [outcome for outcome in results if outcome is not None]
        if self._unchanged and (soon or len(self._unchanged) >= CLAIM):
            with self._db.writing() as session:
                finish_unchanged(session, self._unchanged, self._now(), self._random)
            self._unchanged = []


def finish(session: Session, outcome: Outcome, now: datetime, random: Random) -> datetime | None:
    """Writes health, the next date and a line of history. A lost lease leaves everything to its new owner.

    Returns until when the source's host is left alone, when it asked for that.
    """
    source, error = outcome.source, outcome.error
    columns = after_reading(outcome, now, random)
    if source.inbox and not error:
        columns |= _emptied_inbox(session, source, now)
    unmatched = Source.unmatched + outcome.harvest.unmatched
    try:
        write(session, source.lease, {**columns, **COLLECT.columns_to_end, "unmatched": unmatched, "updated_at": now})
    except LeaseLost:
        return None
    notice = error.notice if error else None
    session.add(history_line(source.lease, outcome.harvest, outcome.started, now, state_of(error), notice))
    wait = pause_for_all(error)
    if not wait:
        return None
    pause(session, source.limit_key, now + wait, as_json(notice))
    return now + wait


def _emptied_inbox(session: Session, source: ClaimedSource, now: datetime) -> Columns:
    """The inbox without what this reading was handed. What arrived meanwhile stays, and is read at once."""
    read = {entry["id"] for entry in source.inbox}
    inbox = session.scalars(select(Source.inbox).where(*source.lease.here)).one()
    left = [entry for entry in inbox if entry["id"] not in read]
    return {"inbox": left, **({"next_run_at": now} if left else {})}


def finish_unchanged(session: Session, outcomes: Sequence[Outcome], now: datetime, random: Random) -> None:
    """Writes the next dates of sources that had nothing new, in one UPDATE that skips those whose lease is lost."""
    columns = [after_success(outcome, now, random) for outcome in outcomes]
    leases = [outcome.source.lease for outcome in outcomes]
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
            "workspaces": [lease.workspace_id for lease in leases],
            "ids": [lease.source_id for lease in leases],
            "fences": [lease.fence for lease in leases],
            "paces": [values["pace_seconds"] for values in columns],
            "nexts": [values["next_run_at"] for values in columns],
        },
    )
