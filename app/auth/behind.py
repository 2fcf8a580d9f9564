"""Which person is behind a request: who is logged in, who made the key, or whose terminal it is."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Member
from app.viewer import Viewer


def person_behind(session: Session, viewer: Viewer) -> UUID | None:
    """The account of the viewer, else of whoever made the key in use, else of the workspace's oldest owner.

    A key that was made at the terminal has nobody's name on it; None while the workspace has no owner yet.
    """
    if known := viewer.user_id or viewer.behind:
        return known
    owners = select(Member.user_id).where(Member.workspace_id == viewer.workspace_id, Member.role == "owner")
    return session.scalar(owners.order_by(Member.created_at, Member.user_id).limit(1))
