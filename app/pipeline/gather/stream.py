"""Follows one source that never ends: connection after connection, from the cursor that was stored last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from app.models import Poll, Source
from app.pipeline.gather.history import Harvest, history_line
from app.pipeline.gather.lease import FOLLOW, Lease, LeaseLost, prove, release, write
from app.pipeline.gather.outcome import after_broken_stream, after_page, state_of
from app.pipeline.gather.reader import Reader, attempt
from app.pipeline.gather.schedule import LONGEST_PAUSE, pause_before_reconnect
from app.pipeline.gather.skim import skim
from app.pipeline.gather.source import ClaimedSource, claimed_source, params_of
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Batch, Origin
from collectors.base import Cursor, Page, SourceBusy, SourceChanged, SourceError, SourceRefused

log = structlog.get_logger(__name__)

NEVER = datetime.min.replace(tzinfo=UTC)
SAVE_EVERY = timedelta(seconds=5)
"""How often the cursor is stored while nothing to keep comes; after a crash, that stretch is read again."""
WELL_AFTER = timedelta(seconds=10)
"""A connection that brought something, or lasted this long, went well: the next one is opened soon."""
LINE_EVERY = timedelta(minutes=15)
"""How often a line of history is written for a source that brings something."""


@dataclass(slots=True)
class Stream:
    """A source that this process follows, and what it brought since the last line of its history.

    `unwritten` counts what matched no brand since `saved_at`, when the source was last written. `warned_at` is when it
    was given the warning that it shows.
    """

    source: ClaimedSource
    version: int
    cursor: Cursor
    claimed_at: datetime
    failures: int
    warned_at: datetime | None
    ended: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    went_well: bool = False
    saved_at: datetime = NEVER
    line_at: datetime = NEVER
    harvest: Harvest = field(default_factory=Harvest)
    unwritten: int = 0

    @property
    def lease(self) -> Lease:
        """The lease, which stands until another process claims the source or a person changes it."""
        return self.source.lease

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Its workspace and its source."""
        return self.lease.workspace_id, self.lease.source_id

    @property
    def origin(self) -> Origin:
        """It bears the name of the family, so that two kinds of one platform do not store the same mention twice."""
        collector = self.source.collector
        return replace(self.source.origin, kind=collector.family or collector.kind)


def stream_of(row: Source, now: datetime) -> Stream:
    """The stream of a source that has just been claimed."""
    source = claimed_source(FOLLOW, row)
    return Stream(source, row.version, row.cursor, now, row.consecutive_failures, now if row.warning else None)


class Listener:
    """`Listener(reader, random, save_every).follow(stream)` follows a stream until it is to end, on one thread each."""

    def __init__(self, reader: Reader, random: Callable[[], float], save_every: timedelta) -> None:
        self._reader, self._random, self._save_every = reader, random, save_every

    def follow(self, stream: Stream) -> None:
        """Connects again and again until the stream is to end or its lease is lost; then gives the source back."""
        whose = str(stream.lease.source_id)
        try:
            while not stream.ended.is_set():
                error = self._connect(stream)
                if stream.ended.is_set() or (isinstance(error, SourceRefused) and error.gone):
                    break
                stream.ended.wait(pause_before_reconnect(stream.failures, error, self._random).total_seconds())
                stream.failures += 1
        except LeaseLost:
            log.info("another process took the source over, or a person changed it", source=whose)
        except Exception:  # a fault of ours must not end the other streams
            log.exception("following a source failed; it is claimed again", source=whose)
            stream.ended.wait(LONGEST_PAUSE.total_seconds())
        finally:
            self.give_back([stream])

    def give_back(self, streams: Iterable[Stream]) -> None:
        """Lets other processes claim the sources; whatever a thread still tries to store for one of them is refused."""
        try:
            with self._reader.db.writing() as session:
                release(session, [stream.lease for stream in streams])
        except DBAPIError as error:
            log.warning("the leases will run out by themselves", error=type(error).__name__)

    def _connect(self, stream: Stream) -> SourceError | None:
        """Follows one connection to its end. Returns what went wrong, unless the connection had gone well before."""
        stream.went_well, stream.saved_at = False, self._reader.now()
        try:
            error = attempt(stream.source, lambda: self._listen(stream))
        except DBAPIError as lost:
            log.warning("the database was lost: what is not stored is read again", error=type(lost).__name__)
            return None
        if error is None or (stream.went_well and not isinstance(error, SourceBusy | SourceChanged | SourceRefused)):
            return None
        self._write_failure(stream, error)
        return error

    def _listen(self, stream: Stream) -> None:
        began = self._reader.now()
        for page in self._pages(stream):
            self._take(stream, page)
            if page.mentions or self._reader.now() - began >= WELL_AFTER:
                stream.went_well = True
            if stream.went_well:
                stream.failures = 0
            if stream.ended.is_set():
                return

    def _pages(self, stream: Stream) -> Iterator[Page]:
        open_stream = stream.source.collector.stream
        assert open_stream is not None
        return open_stream(params_of(stream.source, self._reader.seal), stream.cursor, self._reader.http)

    def _take(self, stream: Stream, page: Page) -> None:
        """Stores what a page brings with its cursor. A page that brings nothing moves the cursor, mostly in memory."""
        reader, now = self._reader, self._reader.now()
        batch = skim(reader, stream.origin, page, now)
        stream.harvest.read += len(page.mentions) + len(page.broken)
        stream.harvest.unmatched += batch.unmatched
        stream.unwritten += batch.unmatched
        if batch.placed or batch.refused or page.warning or now - stream.saved_at >= self._save_every:
            self._store(stream, page, batch, now)
        stream.cursor = page.cursor

    def _store(self, stream: Stream, page: Page, batch: Batch, now: datetime) -> None:
        with self._reader.storing(stream.lease) as session:
            stored = store(session, stream.origin, batch.placed, batch.refused)
            columns = after_page(page, stored.stored, stream.unwritten, stream.warned_at, now)
            write(session, stream.lease, {**columns, **FOLLOW.columns_to_extend(now)})
            self._reader.have_scored(session, stored)
            stream.harvest.add(stored)
            line_is_due = now - stream.line_at >= LINE_EVERY and not stream.harvest.is_empty
            if line_is_due:
                session.add(_line(stream, now))
        if line_is_due:
            stream.line_at, stream.harvest = now, Harvest()
        if "warning" in columns:
            stream.warned_at = now if page.warning else None
        stream.saved_at, stream.unwritten = now, 0

    def _write_failure(self, stream: Stream, error: SourceError) -> None:
        """Shows on the source what is wrong, and adds a line of history. Raises LeaseLost."""
        now = self._reader.now()
        try:
            with self._reader.db.writing() as session:
                prove(session, stream.lease)
                columns = {**after_broken_stream(error, now), **FOLLOW.columns_to_extend(now), "updated_at": now}
                write(session, stream.lease, columns)
                session.add(_line(stream, now, error))
        except DBAPIError as lost:
            log.warning("the database does not answer", error=type(lost).__name__)
            return
        stream.line_at, stream.harvest = now, Harvest()


def _line(stream: Stream, now: datetime, error: SourceError | None = None) -> Poll:
    started = max(stream.line_at, stream.claimed_at)
    return history_line(stream.lease, stream.harvest, started, now, state_of(error), error.notice if error else None)
