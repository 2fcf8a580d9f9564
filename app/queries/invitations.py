"""The invitations that still work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Invitation
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may


@may("admin")
def invitations(
    session: Session, viewer: Viewer, now: datetime, after: str | None = None, limit: int = LIMIT
) -> Slice[Invitation]:
    """The invitations that nobody has used and that are not too old, newest first."""
    statement = select(Invitation).where(Invitation.workspace_id == viewer.workspace_id, Invitation.expires_at > now)
    return page(session, statement, Order("invitation", Invitation.id), after, limit).map(
        lambda rows: [row.Invitation for row in rows]
    )
