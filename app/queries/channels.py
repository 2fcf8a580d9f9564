"""Where the alerts of a workspace go."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Channel
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@may("read")
def channels(session: Session, viewer: Viewer, after: str | None = None, limit: int = LIMIT) -> Slice[Channel]:
    """The channels, oldest first."""
    statement = select(Channel).where(Channel.workspace_id == viewer.workspace_id)
    return page(session, statement, Order("channel", Channel.id, descending=False), after, limit).map(
        lambda rows: [row.Channel for row in rows]
    )


@may("read")
def channel(session: Session, viewer: Viewer, channel_id: UUID) -> Channel:
    """One channel. Raises Problem 404."""
    row = session.get(Channel, (viewer.workspace_id, channel_id))
    if row is None:
        raise not_found("channel")
    return row
