"""Settles what the model was unsure of: one mention, and its copies with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.mentions import MentionChanges, change, lock
from app.jobs import Jobs
from app.models import Match, Mention
from app.viewer import Viewer, may
from sentiment.base import Settled

COPIES_MAX = 500


@may("write")
def settle(
    session: Session, viewer: Viewer, mention_id: UUID, brand_id: UUID, stance: Settled, jobs: Jobs, now: datetime
) -> list[Mention]:
    """Says the stance of a mention for a brand, and of its copies that are still to check for it. Raises Problem
    404."""
    changes = MentionChanges(stance=stance, brand_id=brand_id)
    return change(session, viewer, to_settle(session, viewer, mention_id, brand_id), changes, jobs, now)


@may("write")
def to_settle(session: Session, viewer: Viewer, mention_id: UUID, brand_id: UUID) -> list[UUID]:
    """Locks a mention. Returns its id and those of its copies that are still to check for a brand. Raises Problem
    404."""
    row = lock(session, viewer, mention_id)
    return [row.id, *_copies(session, row, brand_id)]


def _copies(session: Session, row: Mention, brand_id: UUID) -> list[UUID]:
    if row.story_id is None:
        return []
    statement = (
        select(Mention.id)
        .join(Match, (Match.workspace_id == Mention.workspace_id) & (Match.mention_id == Mention.id))
        .where(Mention.workspace_id == row.workspace_id, Mention.story_id == row.story_id, Mention.id != row.id)
        .where(Mention.deleted_at.is_(None), Match.brand_id == brand_id, Match.stance == "unsure")
        .order_by(Mention.id)
        .limit(COPIES_MAX)
    )
    return list(session.scalars(statement))
