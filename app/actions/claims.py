"""Saying that one is looking at a mention, so that two people do not answer it at once. It ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.actions.mentions import MentionChanges, check_all
from app.live import tell_changed
from app.models import Claim
from app.viewer import Viewer, may

LASTS = timedelta(minutes=2)
"""How long a claim holds unless it is renewed."""


@may("write")
def claim(session: Session, viewer: Viewer, mention_id: UUID, now: datetime) -> datetime | None:
    """Says that the viewer is looking at a mention. Returns until when; None for a key. Raises Problem 404."""
    check_all(session, viewer, [mention_id], MentionChanges())
    if viewer.user_id is None:
        return None
    until = now + LASTS
    held = session.scalar(select(Claim.until).where(*_mine(viewer, mention_id)))
    row = {
        "workspace_id": viewer.workspace_id,
        "mention_id": mention_id,
        "user_id": viewer.user_id,
        "until": until,
    }
    session.execute(insert(Claim).values(row).on_conflict_do_update(constraint="pk_claim", set_={"until": until}))
    if held is None or held <= now:  # who renews changes nothing for the others
        tell_changed(session, viewer.workspace_id, [mention_id])
    return until


@may("write")
def let_go(session: Session, viewer: Viewer, mention_id: UUID) -> None:
    """Says that the viewer is no longer looking at a mention. Raises Problem 404."""
    check_all(session, viewer, [mention_id], MentionChanges())
    if session.scalars(delete(Claim).where(*_mine(viewer, mention_id)).returning(Claim.mention_id)).all():
        tell_changed(session, viewer.workspace_id, [mention_id])


def _mine(viewer: Viewer, mention_id: UUID) -> tuple[ColumnElement[bool], ...]:
    here = (Claim.workspace_id == viewer.workspace_id, Claim.user_id == viewer.user_id)
    return (*here, Claim.mention_id == mention_id)
