"""What the three readers share: access to a source, the transaction of a page, and what becomes of a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import httpx2
import structlog
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.crypto import Seal
from app.db import Database
from app.jobs import Jobs
from app.pipeline.gather.client import MachineBusy, client_for
from app.pipeline.gather.lease import Lease, LeaseLost, prove, release, renew
from app.pipeline.gather.source import ClaimedSource, params_of
from app.pipeline.keep.quarantine import quarantine
from app.pipeline.sift.batch import Batch, Origin, Stored
from app.pipeline.sift.place import Placer
from collectors.base import Page, SourceError
from ground.isolate import Starved

log = structlog.get_logger(__name__)

T = TypeVar("T")

TOO_BUSY = "this machine is too busy to read what arrived: nothing is lost, and the next reading tries again"
LET_OTHERS_WORK = timedelta(minutes=1)
"""How long a source waits that the machine had no time for."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What a reader works with. `checkpoint` is called with the name of every step: tests end the process there."""

    db: Database
    http: httpx2.Client
    jobs: Jobs
    seal: Seal
    placer: Placer
    now: Callable[[], datetime]
    checkpoint: Callable[[str], None]

    def access(self, source: ClaimedSource) -> tuple[BaseModel, httpx2.Client]:
        """The params of a source with its secrets, and the client that pays for it. Raises SourceRefused."""
        params = params_of(source, self.seal)
        return params, client_for(self.db, self.http, source.collector, params, source.payer, now=self.now)

    def sift(self, origin: Origin, page: Page, now: datetime) -> Batch:
        """The page, normalised and matched. Raises Starved.

        Where too many of its mentions are deadly, those are set aside and the page is left to the next reading, which
        passes over them: SourceError.
        """
        batch = self.placer(origin, page.mentions, page.broken, now)
        if batch.unread:
            with self.db.writing() as session:
                quarantine(session, origin, batch.refused)
            raise SourceError(
                "{count} texts of this source ended the process that read them, and were set aside. "
                "The others are read next time",
                count=len(batch.refused),
            )
        return batch

    def renew(self, leases: Sequence[Lease]) -> None:
        """Extends the leases that still stand."""
        with self.db.writing() as session:
            renew(session, leases, self.now())

    def release(self, leases: Sequence[Lease]) -> None:
        """Gives sources back before they were read: others may claim them at once."""
        with self.db.writing() as session:
            release(session, leases)

    @contextmanager
    def storing(self, lease: Lease) -> Iterator[Session]:
        """The transaction that stores a page together with its cursor, or neither.

        What is in it writes to the source last: that locks the source no longer than it takes. Raises LeaseLost.
        """
        name = lease.lifetime.name
        self.checkpoint(f"{name}:placed")
        with self.db.writing() as session:
            prove(session, lease)
            yield session
            self.checkpoint(f"{name}:before-commit")
        self.checkpoint(f"{name}:stored")

    def have_scored(self, session: Session, stored: Stored) -> None:
        """Wakes the scorer when a batch brought something to score."""
        if stored.stored or stored.updated:
            self.jobs.defer(session, "score")


def attempt(source: ClaimedSource, read: Callable[[], None]) -> SourceError | None:
    """Reads. Returns the error that the source is to show, if any. Raises LeaseLost and DBAPIError."""
    try:
        read()
    except SourceError as error:
        return error
    except (LeaseLost, DBAPIError):
        raise
    except Starved as error:
        log.warning("this machine is too busy to read", reason=str(error), source=str(source.origin.source_id))
        return MachineBusy(TOO_BUSY, wait=LET_OTHERS_WORK)
    except Exception:  # whatever a collector raises, its source gets a sentence and the log the rest
        log.exception("a collector failed", kind=source.origin.kind, source=str(source.origin.source_id))
        return SourceError("the collector failed: this is a bug in Vigie, and its log has the details")
    return None


def unless_lost(lease: Lease, work: Callable[[], T]) -> T | None:
    """Does the work. Returns None when the lease or the database was lost: the next claim goes on from what is kept."""
    place = {"lifetime": lease.lifetime.name, "source": str(lease.source_id)}
    try:
        return work()
    except LeaseLost:
        log.info("another worker took the source over, or a person changed it", **place)
    except DBAPIError as error:
        log.warning("the database was lost: the lease will run out", error=type(error).__name__, **place)
    return None
