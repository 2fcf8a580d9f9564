"""The few counts that every page shows in its menu, and what a new workspace still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import SQLColumnExpression, exists, func, literal, select
from sqlalchemy.orm import Session

from app.models import Brand, Channel, ForYou, IncidentRow, Source
from app.queries.silences import paused_until
from app.viewer import Viewer, may

MOST = 100


@dataclass(frozen=True, slots=True)
class Overview:
    """What to show in the menu. `unread_incidents` are the open ones that nobody has acknowledged; `for_you` is
    what the viewer was told and has not read, counted up to 100; `paused_until`: until then no alert at all is sent."""

    unread_incidents: int
    failing_sources: int
    has_brand: bool
    has_source: bool
    has_channel: bool
    has_sample: bool
    for_you: int = 0
    paused_until: datetime | None = None


@may("read")
def overview(session: Session, viewer: Viewer, now: datetime) -> Overview:
    """The counts of the viewer's workspace."""
    here = viewer.workspace_id
    mine = (ForYou.workspace_id == here, ForYou.user_id == viewer.user_id)
    unread = select(literal(1)).where(*mine, ForYou.read_at.is_(None))
    row = session.execute(
        select(
            _count(
                IncidentRow,
                here,
                IncidentRow.state.in_(("firing", "recovering")),
                IncidentRow.acknowledged_at.is_(None),
            ),
            _count(Source, here, Source.enabled, Source.state.in_(("failing", "changed", "budget", "refused", "gone"))),
            _any(Brand, here),
            _any(Source, here),
            _any(Channel, here),
            _any(Source, here, Source.sample),
            select(func.count()).select_from(unread.limit(MOST).subquery()).scalar_subquery(),
            paused_until(viewer, now).scalar_subquery(),
        )
    ).one()
    return Overview(*row)


def _count(table: Any, workspace_id: UUID, *conditions: SQLColumnExpression[bool]) -> Any:
    counted = select(func.count()).select_from(table)
    return counted.where(table.workspace_id == workspace_id, *conditions).scalar_subquery()


def _any(table: Any, workspace_id: UUID, *conditions: SQLColumnExpression[bool]) -> Any:
    return exists(select(literal(1)).where(table.workspace_id == workspace_id, *conditions))
