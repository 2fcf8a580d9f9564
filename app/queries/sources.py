"""The sources of a workspace, with their health."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Mention, Poll, Quarantined, Source
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source, how late its next reading is, and what it brought in the last 24 hours."""

    source: Source
    lag_seconds: int
    mentions_24h: int

    @property
    def has_secret(self) -> bool:
        return self.source.secrets is not None


def lag(source: Source, now: datetime) -> int:
    """How many seconds the next reading is overdue; 0 when it is not, or when nothing is due."""
    if not source.enabled or source.next_run_at is None:
        return 0
    return max(0, int((now - source.next_run_at).total_seconds()))


def sources(
    session: Session, viewer: Viewer, now: datetime, after: str | None = None, limit: int = LIMIT
) -> Slice[SourceView]:
    """The sources, oldest first."""
    viewer.needs("read")
    wanted = select(Source).where(Source.workspace_id == viewer.workspace_id)
    found = page(session, wanted, Order("source", Source.id, descending=False), after, limit)
    return found.map(lambda rows: _views(session, viewer, [row.Source for row in rows], now))


def source(session: Session, viewer: Viewer, source_id: UUID, now: datetime) -> SourceView:
    """One source. Raises Problem 404."""
    return _views(session, viewer, [source_row(session, viewer, source_id)], now)[0]


def source_row(session: Session, viewer: Viewer, source_id: UUID) -> Source:
    """One source without its figures. Raises Problem 404."""
    viewer.needs("read")
    row = session.get(Source, (viewer.workspace_id, source_id))
    if row is None:
        raise not_found("source")
    return row


def known_sources(session: Session, viewer: Viewer, ids: Collection[UUID]) -> list[Source]:
    """These sources, in the order given. Raises Problem 404 when one of them is not the viewer's."""
    return [source_row(session, viewer, source_id) for source_id in ids]


def _views(session: Session, viewer: Viewer, rows: Sequence[Source], now: datetime) -> list[SourceView]:
    ids = [row.id for row in rows]
    counted = session.execute(
        select(Mention.source_id, func.count().label("number"))
        .where(
            Mention.workspace_id == viewer.workspace_id, Mention.collected_at > now - DAY, Mention.source_id.in_(ids)
        )
        .group_by(Mention.source_id)
    )
    brought: dict[Any, int] = {row.source_id: row.number for row in counted}
    return [SourceView(row, lag(row, now), brought.get(row.id, 0)) for row in rows]


def imports(session: Session, viewer: Viewer, limit: int = LIMIT) -> list[str]:
    """The names of the sources that files and the API bring to, the newest first."""
    viewer.needs("read")
    wanted = select(Source.name).where(Source.workspace_id == viewer.workspace_id, Source.collector == "push")
    return list(session.scalars(wanted.order_by(Source.id.desc()).limit(limit)))


def polls(session: Session, viewer: Viewer, source_id: UUID, limit: int = LIMIT) -> list[Poll]:
    """The last readings of a source that had something to tell, newest first. Raises Problem 404."""
    source_row(session, viewer, source_id)
    wanted = select(Poll).where(Poll.workspace_id == viewer.workspace_id, Poll.source_id == source_id)
    return list(session.scalars(wanted.order_by(Poll.id.desc()).limit(limit)))


def quarantine(session: Session, viewer: Viewer, source_id: UUID, limit: int = LIMIT) -> list[Quarantined]:
    """What could not be stored, with the reasons, newest first. Raises Problem 404."""
    source_row(session, viewer, source_id)
    wanted = select(Quarantined).where(
        Quarantined.workspace_id == viewer.workspace_id, Quarantined.source_id == source_id
    )
    return list(session.scalars(wanted.order_by(Quarantined.id.desc()).limit(limit)))
