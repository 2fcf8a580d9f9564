"""Follows the sources that never end, one thread each: claims new ones, stops those that were changed, and releases all
of them at the end.

A followed source stays claimed as long as it is followed, through the pauses after a failure too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.crypto import Seal
from app.db import Database
from app.jobs import Jobs
from app.models import Source
from app.pipeline.gather.lease import FOLLOW, RENEW_EVERY, claim
from app.pipeline.gather.reader import Reader
from app.pipeline.gather.stream import NEVER, SAVE_EVERY, Listener, Stream, stream_of
from app.pipeline.sift.place import Placer

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=2)
"""How often it looks for sources that are new, changed or paused."""
STREAMS_MAX = 100
"""Sources that one process follows."""
GRACE = timedelta(seconds=5)
"""How long the sources have to finish their batches when the process is to end."""


def anything_to_follow(db: Database) -> bool:
    """Whether a process that follows would have something to do."""
    with db.reading() as session:
        return session.scalar(select(Source.id).where(FOLLOW.eligible(datetime.now(UTC))).limit(1)) is not None


class Follow:
    """`Follow(db, http, jobs, seal, …)()` follows until `stopping` is set, then leaves its sources to others.

    `beat` is called every 10 seconds, to show that the process is alive.
    """

    def __init__(
        self,
        db: Database,
        http: httpx2.Client,
        jobs: Jobs,
        seal: Seal,
        *,
        random: Callable[[], float],
        stopping: threading.Event,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        beat: Callable[[], None] = lambda: None,
        checkpoint: Callable[[str], None] = lambda _name: None,
        look: timedelta = LOOK_EVERY,
        save: timedelta = SAVE_EVERY,
    ) -> None:
        self._reader = Reader(db, http, jobs, seal, Placer(db), now, checkpoint)
        self._listener = Listener(self._reader, random, save)
        self._db, self._now, self._stopping = db, now, stopping
        self._beat, self._look_every = beat, look
        self._streams: dict[tuple[UUID, UUID], Stream] = {}
        self._renewed_at = NEVER

    def __call__(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._look()
                except DBAPIError as error:
                    log.warning("the database does not answer", error=type(error).__name__)
                self._stopping.wait(self._look_every.total_seconds())
        finally:
            self._leave()

    def _look(self) -> None:
        """Ends what has changed, renews what goes on, claims what is new."""
        now = self._now()
        self._drop_changed(now)
        if now - self._renewed_at >= RENEW_EVERY:
            self._renewed_at = now
            self._beat()
            self._reader.renew([stream.lease for stream in self._streams.values() if not stream.ended.is_set()])
        with self._db.writing() as session:
            rows = claim(session, FOLLOW, STREAMS_MAX - len(self._streams), now)
        for row in rows:
            self._start(stream_of(row, now))

    def _drop_changed(self, now: datetime) -> None:
        with self._db.reading() as session:
            current = versions_to_follow(session, now)
        for stream in list(self._streams.values()):
            if stream.thread is not None and not stream.thread.is_alive():
                del self._streams[stream.key]
            elif current.get(stream.key) != (stream.lease.fence, stream.version):
                stream.ended.set()

    def _start(self, stream: Stream) -> None:
        stream.thread = threading.Thread(target=self._listener.follow, args=(stream,), name=FOLLOW.name, daemon=True)
        self._streams[stream.key] = stream
        stream.thread.start()

    def _leave(self) -> None:
        """Stops every thread and releases its source; a thread that does not stop in time can store nothing more."""
        for stream in self._streams.values():
            stream.ended.set()
        ends_at = self._now() + GRACE
        for stream in self._streams.values():
            if stream.thread is not None:
                stream.thread.join(max(0.0, (ends_at - self._now()).total_seconds()))
        self._listener.give_back(self._streams.values())


def versions_to_follow(session: Session, now: datetime) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """The fence and the version of every source that is to be followed, by workspace and id."""
    columns = (Source.workspace_id, Source.id, Source.fence, Source.version)
    rows = session.execute(select(*columns).where(FOLLOW.eligible(now)))
    return {(workspace_id, source_id): (fence, version) for workspace_id, source_id, fence, version in rows}
