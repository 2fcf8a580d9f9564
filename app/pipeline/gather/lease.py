"""The lease of a source: one worker at a time reads it, and a worker that slept through its lease stores nothing.

A source is read in three ways, each with a lifetime of its own: COLLECT polls what is new, FOLLOW listens to a stream,
BACKFILL reads what was published before the source was set up. The same five functions claim, renew, prove, write
and release all three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Integer, Update, and_, case, cast, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import Source
from app.pipeline.gather.pauses import host_is_paused
from collectors import all_collectors

LEASE_TIME = timedelta(seconds=30)
"""How long a source stays claimed after its worker died; a living worker renews its leases in time."""
RENEW_EVERY = timedelta(seconds=10)
NO_LIMIT = 1_000_000
CANDIDATES = 1_000
"""Eligible sources that one claim looks at, so that a claim costs the same however many are due."""


class LeaseLost(Exception):
    """Another worker took the source over, or a person changed it: what was read is out of date and is not stored."""


@dataclass(frozen=True, slots=True, eq=False)
class Lifetime:
    """One of the ways in which a source is read: the columns of its lease, and the sources that may be claimed.

    `name` begins the names of its threads and checkpoints. `eligible` is the condition on a source at a moment, its
    lease aside; `order` is the column by which the first are claimed first. `is_live` tells whether it reads what is
    new: then a claim is noted as an attempt.
    """

    name: str
    until: InstrumentedAttribute[datetime | None]
    fence: InstrumentedAttribute[int]
    eligible: Callable[[datetime], ColumnElement[bool]]
    order: InstrumentedAttribute[Any]
    is_live: bool

    def columns_to_extend(self, now: datetime) -> dict[str, object]:
        """The columns of a lease that begins anew."""
        return {self.until.key: now + LEASE_TIME}

    @property
    def columns_to_end(self) -> dict[str, object]:
        """The columns of a lease that is over."""
        return {self.until.key: None}


@dataclass(frozen=True, slots=True)
class Lease:
    """The proof of a claim. Every claim raises the fence of its source, so only the newest lease stands."""

    lifetime: Lifetime = field(repr=False)
    workspace_id: UUID
    source_id: UUID
    fence: int

    @property
    def here(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that select its source."""
        return Source.workspace_id == self.workspace_id, Source.id == self.source_id


def lease_of(lifetime: Lifetime, row: Source) -> Lease:
    """The lease of a source that has just been claimed."""
    return Lease(lifetime, row.workspace_id, row.id, getattr(row, lifetime.fence.key))


def claim(
    session: Session,
    lifetime: Lifetime,
    number: int,
    now: datetime,
    *,
    per_host: int = NO_LIMIT,
    held: Mapping[str, int] = MappingProxyType({}),
) -> list[Source]:
    """Leases up to `number` eligible sources that nobody holds. Ends any older lease of theirs.

    Of one host, no more are claimed than make `per_host` together with those that are `held`, by host; sources without
    a host are not counted. A source whose kind is not installed any more waits until it is again.
    """
    chosen = _chosen(lifetime, number, now, per_host, held)
    note = {"last_attempt_at": now} if lifetime.is_live else {}
    statement = (
        update(Source)
        .where(Source.workspace_id == chosen.c.workspace_id, Source.id == chosen.c.id)
        .values(_quietly({**lifetime.columns_to_extend(now), lifetime.fence.key: lifetime.fence + 1, **note}))
        .returning(Source)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def _chosen(lifetime: Lifetime, number: int, now: datetime, per_host: int, held: Mapping[str, int]) -> CTE:
    """The keys of the sources to claim, which it locks. Ranks no more candidates than CANDIDATES, first come first."""
    free = and_(lifetime.eligible(now), or_(lifetime.until.is_(None), lifetime.until < now))
    at_hand = func.coalesce(cast(cast(dict(held), JSONB)[Source.host].astext, Integer), 0)
    room = case((Source.host == "", NO_LIMIT), else_=per_host - at_hand)
    candidates = (
        select(Source.workspace_id, Source.id, Source.host, lifetime.order.label("first"), room.label("room"))
        .where(free, room > 0)
        .order_by(lifetime.order)
        .limit(CANDIDATES)
        .subquery("candidate")
    )
    rank = func.row_number().over(partition_by=candidates.c.host, order_by=candidates.c.first)
    ranked = select(candidates, rank.label("rank")).subquery("ranked")
    return (
        select(Source.workspace_id, Source.id)
        .join(ranked, and_(ranked.c.workspace_id == Source.workspace_id, ranked.c.id == Source.id))
        .where(ranked.c.rank <= ranked.c.room, free)
        .order_by(ranked.c.first)
        .limit(max(number, 0))
        .with_for_update(skip_locked=True, of=Source)
        .cte("chosen")
    )


def renew(session: Session, leases: Sequence[Lease], now: datetime) -> None:
    """Extends those of the leases that still stand. All of them are of one lifetime."""
    if leases:
        session.execute(_standing(leases).values(_quietly(leases[0].lifetime.columns_to_extend(now))))


def release(session: Session, leases: Sequence[Lease]) -> None:
    """Ends those of the leases that still stand, and refuses what a reader still does. All are of one lifetime."""
    if leases:
        lifetime = leases[0].lifetime
        values = {**lifetime.columns_to_end, lifetime.fence.key: lifetime.fence + 1}
        session.execute(_standing(leases).values(_quietly(values)))


def prove(session: Session, lease: Lease) -> None:
    """Keeps the source from being claimed, edited or deleted until the end of the transaction.

    Leases may still be renewed and released meanwhile, without waiting: `write` tells whether this one was released.
    Raises LeaseLost unless the lease stands.
    """
    shared = select(lease.lifetime.fence).where(*lease.here).with_for_update(read=True, key_share=True)
    fence = session.scalar(shared)
    if fence != lease.fence:
        raise LeaseLost


def write(session: Session, lease: Lease, values: Mapping[str, object]) -> None:
    """Updates the source and leaves `updated_at` alone unless it is among the values: a reading is not an edit.

    Raises LeaseLost unless the lease still stands; then nothing of the transaction may be committed.
    """
    standing = update(Source).where(*lease.here, lease.lifetime.fence == lease.fence)
    done = session.execute(standing.values(_quietly(values)).execution_options(synchronize_session=False))
    if not done.rowcount:  # type: ignore[attr-defined] # an UPDATE counts its rows
        raise LeaseLost


def _standing(leases: Sequence[Lease]) -> Update:
    fence = leases[0].lifetime.fence
    keys = [(lease.workspace_id, lease.source_id, lease.fence) for lease in leases]
    return update(Source).where(tuple_(Source.workspace_id, Source.id, fence).in_(keys))


def _quietly(values: Mapping[str, object]) -> dict[str, object]:
    return {"updated_at": Source.updated_at, **values}


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        Source.enabled, Source.next_run_at <= now, Source.collector.in_([*all_collectors()]), ~host_is_paused(now)
    )


def _never_ending(_now: datetime) -> ColumnElement[bool]:
    kinds = [kind for kind, collector in all_collectors().items() if collector.stream and not collector.polled]
    return and_(Source.enabled, Source.collector.in_(kinds), Source.state != "gone")


def _going_back(now: datetime) -> ColumnElement[bool]:
    return and_(
        Source.enabled, Source.backfill_due_at <= now, Source.collector.in_([*all_collectors()]), ~host_is_paused(now)
    )


COLLECT = Lifetime("collect", Source.lease_until, Source.fence, _due, Source.next_run_at, is_live=True)
FOLLOW = Lifetime("follow", Source.lease_until, Source.fence, _never_ending, Source.id, is_live=True)
"""It has the columns of COLLECT: no source is both polled and followed."""
BACKFILL = Lifetime(
    "backfill",
    Source.backfill_lease_until,
    Source.backfill_fence,
    _going_back,
    Source.backfill_due_at,
    is_live=False,
)
