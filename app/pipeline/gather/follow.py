"""Follows the sources that never end: one thread each, in batches, from the cursor that was stored last.

A followed source is claimed as a polled one is, with the same lease and fence, and stays claimed as long as it is
followed, through the pauses after a failure too. It has no next date, so that the poll never takes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import structlog
from sqlalchemy import Update, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.crypto import Seal
from app.db import Database
from app.jobs import Jobs
from app.models import Mention, Poll, Source
from app.pipeline.gather.collect import LEASE, RENEW, Due, LeaseLost, due_of, hold, params_of, renew
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Batch, Origin, Stored
from app.pipeline.sift.fingerprint import fingerprint
from app.pipeline.sift.page import shortlist
from app.pipeline.sift.place import Placer
from collectors import all_collectors
from collectors.base import (
    AnyCollector,
    Cursor,
    Page,
    RawMention,
    SourceBusy,
    SourceChanged,
    SourceError,
    SourceRefused,
)
from ground.notice import as_json

log = structlog.get_logger(__name__)

NEVER = datetime.min.replace(tzinfo=UTC)
LOOK = timedelta(seconds=2)
"""How often it looks for sources that are new, changed or paused."""
SAVE = timedelta(seconds=5)
"""A cursor that moves over nothing to keep is stored so often: what it moved over is read again after a crash."""
LIVED_WELL = timedelta(seconds=10)
"""A connection that brought something, or lasted so long, went well: the next one is made soon."""
TELL = timedelta(minutes=15)
"""How often a line of history is written of a source that brings something."""
WARNED = timedelta(days=1)
"""How long a warning is shown."""
MOST = 100
"""Sources that one process follows."""
GRACE = 5.0
"""Seconds that a source has to finish its batch when the process is to end."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
PAUSES: dict[type[SourceError], timedelta] = {SourceChanged: timedelta(hours=1), SourceRefused: timedelta(days=1)}


def pause_after(failures: int, error: SourceError | None, random: Callable[[], float]) -> timedelta:
    """How long to wait before the next try: longer each time, never sooner than was asked. `random` gives 0 to 1."""
    grown = min(FIRST_PAUSE * 2.0 ** min(failures, 12), LONGEST_PAUSE)
    fixed = next((pause for kind, pause in PAUSES.items() if isinstance(error, kind)), timedelta())
    asked = (error.wait if isinstance(error, SourceBusy) else None) or timedelta()
    return max(grown, fixed, asked) * (1 + 0.5 * random())


@dataclass(slots=True)
class Held:
    """A source that this process follows, and what it brought since the last line of history."""

    due: Due
    version: int
    cursor: Cursor
    began: datetime
    failures: int
    warned: datetime | None
    ended: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    saved: datetime = NEVER  # since then nothing was written of it
    told: datetime = NEVER
    read: int = 0
    passed: int = 0
    unmatched: int = 0
    stored: Stored = field(default_factory=Stored)

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.due.origin.workspace_id, self.due.origin.source_id

    @property
    def collector(self) -> AnyCollector:
        return all_collectors()[self.due.origin.kind]

    @property
    def origin(self) -> Origin:
        """Under the name of the family: a mention that another kind of the same platform brings too is one."""
        return replace(self.due.origin, kind=self.collector.family or self.collector.kind)

    @property
    def brought(self) -> int:
        return self.stored.stored + self.stored.updated + self.stored.quarantined

    def add(self, more: Stored) -> None:
        self.stored.stored += more.stored
        self.stored.updated += more.updated
        self.stored.quarantined += more.quarantined


def followed() -> list[str]:
    """The kinds that are followed rather than polled."""
    return [kind for kind, collector in all_collectors().items() if collector.stream and not collector.polled]


def anything_to_follow(db: Database) -> bool:
    """Whether a process that follows would have something to do."""
    with db.reading() as session:
        return session.scalar(select(Source.id).where(*_wanted()).limit(1)) is not None


def _wanted() -> tuple[Any, ...]:
    return Source.enabled, Source.collector.in_(followed()), Source.state != "gone"


class Follow:
    """`Follow(db, http, jobs, seal, …)()` follows until `stopping` is set, and leaves its sources to others then."""

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
        look: timedelta = LOOK,
        save: timedelta = SAVE,
    ) -> None:
        self._db, self._http, self._jobs, self._seal = db, http, jobs, seal
        self._random, self._stopping, self._now = random, stopping, now
        self._beat, self._checkpoint = beat, checkpoint
        self._look_every, self._save_every = look, save
        self._placer = Placer(db)
        self._held: dict[tuple[UUID, UUID], Held] = {}
        self._renewed = NEVER

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
        """Leaves what has changed, keeps what it holds, takes what is new."""
        now = self._now()
        with self._db.reading() as session:
            current = standing(session)
        for held in list(self._held.values()):
            if held.thread is not None and not held.thread.is_alive():
                del self._held[held.key]
            elif current.get(held.key) != (held.due.fence, held.version):
                held.ended.set()
        if now - self._renewed >= RENEW:
            self._renewed = now
            self._beat()
            with self._db.writing() as session:
                renew(session, [held.due for held in self._held.values() if not held.ended.is_set()], now)
        with self._db.writing() as session:
            rows = claim(session, MOST - len(self._held), now)
        for row in rows:
            self._start(
                Held(due_of(row), row.version, row.cursor, now, row.consecutive_failures, now if row.warning else None)
            )

    def _start(self, held: Held) -> None:
        held.thread = threading.Thread(target=self._follow, args=(held,), name="follow", daemon=True)
        self._held[held.key] = held
        held.thread.start()

    def _leave(self) -> None:
        """Ends every thread and gives back what it held; what a thread that does not end still does is refused."""
        for held in self._held.values():
            held.ended.set()
        ends = self._now() + timedelta(seconds=GRACE)
        for held in self._held.values():
            if held.thread is not None:
                held.thread.join(max(0.0, (ends - self._now()).total_seconds()))
        self._give_back(self._held.values())

    def _follow(self, held: Held) -> None:
        """One source, connection after connection, until it is to end."""
        try:
            while not held.ended.is_set():
                error = self._connection(held)
                if held.ended.is_set() or (isinstance(error, SourceRefused) and error.gone):
                    break
                held.ended.wait(pause_after(held.failures, error, self._random).total_seconds())
                held.failures += 1
        except LeaseLost:
            log.info("another process took the source over, or it was changed", source=str(held.key[1]))
        except Exception:
            log.exception("following a source failed; it is taken up again", source=str(held.key[1]))
            held.ended.wait(LONGEST_PAUSE.total_seconds())
        finally:
            self._give_back([held])

    def _connection(self, held: Held) -> SourceError | None:
        """Follows one connection to its end. Returns what went wrong, where it had not gone well before."""
        well, began = False, self._now()
        held.saved = began
        try:
            for page in self._pages(held):
                self._take(held, page)
                well = well or bool(page.mentions) or self._now() - began >= LIVED_WELL
                held.failures = 0 if well else held.failures
                if held.ended.is_set():
                    break
            return None
        except SourceError as error:
            wrong = error
        except LeaseLost:
            raise
        except DBAPIError as error:
            log.warning("the database was lost: what is not stored is read again", error=type(error).__name__)
            return None
        except Exception:
            log.exception("a collector failed", kind=held.due.origin.kind, source=str(held.key[1]))
            wrong = SourceError("the collector failed: this is a fault of Vigie, and it is in its log")
        if well and not isinstance(wrong, SourceBusy | SourceChanged | SourceRefused):
            return None
        self._fail(held, wrong)
        return wrong

    def _pages(self, held: Held) -> Iterator[Page]:
        stream = held.collector.stream
        assert stream is not None
        return stream(params_of(held.collector, held.due, self._seal), held.cursor, self._http)

    def _take(self, held: Held, page: Page) -> None:
        """Stores what a page brings with its cursor; or only notes how far it came, when there is nothing to keep."""
        now = self._now()
        batch = self._sifted(held, page, now)
        held.read += len(page.mentions) + len(page.broken)
        held.unmatched += batch.unmatched
        if batch.placed or batch.refused or page.warning or now - held.saved >= self._save_every:
            self._checkpoint("follow:placed")
            with self._db.writing() as session:
                hold(session, held.due)
                stored = store(session, held.origin, batch.placed, batch.refused)
                session.execute(moved(held, page, stored, now))
                if stored.stored or stored.updated:
                    self._jobs.defer(session, "score")
                held.add(stored)
                if held.brought and now - held.told >= TELL:
                    tell(session, held, now)
                self._checkpoint("follow:before-commit")
            held.passed += held.unmatched
            held.saved, held.unmatched = now, 0
            self._checkpoint("follow:stored")
        held.cursor = page.cursor

    def _sifted(self, held: Held, page: Page, now: datetime) -> Batch:
        """The page as it may be stored. Cheap for what is about no brand, which is nearly all of a large stream."""
        if not (page.mentions or page.broken):
            return Batch((), (), 0)
        origin = held.origin
        queries = self._placer.queries(origin.workspace_id)
        kept = self._without_strangers(origin, shortlist(page.mentions, origin.brand_id, queries))
        passed = len(page.mentions) - len(kept)
        if not (kept or page.broken):
            return Batch((), (), passed)
        batch = self._placer(origin, kept, page.broken, now)
        return replace(batch, unmatched=batch.unmatched + passed)

    def _without_strangers(self, origin: Origin, raws: list[RawMention]) -> list[RawMention]:
        """Without the deletions of what was never stored."""
        gone = {fingerprint(origin.kind, raw): raw for raw in raws if raw.deleted}
        if not gone:
            return raws
        here = {fingerprint(origin.kind, raw) for raw in raws if not raw.deleted}
        with self._db.reading() as session:
            asked = select(Mention.fingerprint).where(
                Mention.workspace_id == origin.workspace_id, Mention.fingerprint.in_(list(gone))
            )
            here.update(session.scalars(asked))
        return [raw for raw in raws if not raw.deleted or fingerprint(origin.kind, raw) in here]

    def _fail(self, held: Held, error: SourceError) -> None:
        """Says on the source what is wrong. Raises LeaseLost."""
        now = self._now()
        try:
            with self._db.writing() as session:
                hold(session, held.due)
                session.execute(failed(held, error, now))
                tell(session, held, now, error)
        except DBAPIError as lost:
            log.warning("the database does not answer", error=type(lost).__name__)

    def _give_back(self, held: Iterable[Held]) -> None:
        """Lets others take the sources; what a thread still does with one of them is refused."""
        try:
            with self._db.writing() as session:
                release(session, held)
        except DBAPIError as error:
            log.warning("the leases will run out by themselves", error=type(error).__name__)


def standing(session: Session) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """The fence and the version of every source that is to be followed, by workspace and id."""
    found = session.execute(select(Source.workspace_id, Source.id, Source.fence, Source.version).where(*_wanted()))
    return {(workspace_id, source_id): (fence, version) for workspace_id, source_id, fence, version in found}


def claim(session: Session, number: int, now: datetime) -> list[Source]:
    """Leases up to `number` sources that nobody follows. Their `fence` is raised, which ends any older claim."""
    free = (
        select(Source.workspace_id, Source.id)
        .where(*_wanted())
        .where((Source.lease_until.is_(None)) | (Source.lease_until < now))
        .order_by(Source.id)
        .limit(max(number, 0))
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    statement = (
        update(Source)
        .where(Source.workspace_id == free.c.workspace_id, Source.id == free.c.id)
        .values(lease_until=now + LEASE, fence=Source.fence + 1, last_attempt_at=now, updated_at=Source.updated_at)
        .returning(Source)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def release(session: Session, held: Iterable[Held]) -> None:
    """Ends the claims that still stand."""
    rows = [(*one.key, one.due.fence) for one in held]
    session.execute(
        update(Source)
        .where(tuple_(Source.workspace_id, Source.id, Source.fence).in_(rows))
        .values(lease_until=None, fence=Source.fence + 1, updated_at=Source.updated_at)
    )


def moved(held: Held, page: Page, stored: Stored, now: datetime) -> Update:
    """How far the source came, and that it is well."""
    values: dict[str, Any] = {
        "cursor": dict(page.cursor),
        "state": "ok",
        "last_success_at": now,
        "last_error": None,
        "consecutive_failures": 0,
        "unmatched": Source.unmatched + held.unmatched,
        "lease_until": now + LEASE,
        "updated_at": Source.updated_at,
    }
    if page.warning is not None:
        held.warned = now
        values["warning"] = as_json(page.warning)
    elif held.warned is not None and now - held.warned > WARNED:
        held.warned = None
        values["warning"] = None
    if stored.stored:
        values["last_new_at"] = now
    return _of(held).values(**values)


def failed(held: Held, error: SourceError, now: datetime) -> Update:
    """What is wrong with the source."""
    return _of(held).values(
        state=state_of(error),
        last_error=as_json(error.notice),
        last_attempt_at=now,
        consecutive_failures=Source.consecutive_failures + 1,
        lease_until=now + LEASE,
    )


def state_of(error: SourceError | None) -> str:
    """The state of a source after this error, or without one."""
    if isinstance(error, SourceRefused):
        return "gone" if error.gone else "refused"
    if error is None:
        return "ok"
    return (
        "throttled" if isinstance(error, SourceBusy) else "changed" if isinstance(error, SourceChanged) else "failing"
    )


def _of(held: Held) -> Update:
    return update(Source).where(Source.workspace_id == held.key[0], Source.id == held.key[1])


def tell(session: Session, held: Held, now: datetime, error: SourceError | None = None) -> None:
    """A line of history: what came since the last one, or what went wrong."""
    session.add(
        Poll(
            workspace_id=held.key[0],
            source_id=held.key[1],
            started_at=max(held.told, held.began),
            finished_at=now,
            outcome=state_of(error),
            read=held.read,
            stored=held.stored.stored,
            updated=held.stored.updated,
            unmatched=held.passed + held.unmatched,
            quarantined=held.stored.quarantined,
            error=as_json(error.notice) if error else None,
        )
    )
    held.told, held.read, held.passed, held.stored = now, 0, 0, Stored()
