"""Deletes mentions with all that hangs on them: what they led passes on, and their hours are counted again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from app.models import Mention
from app.pipeline.keep.matches import mark_dirty

SHRINK = text(
    """
    WITH gone AS (
        SELECT story_id, count(*) AS number FROM mention
        WHERE workspace_id = :workspace_id AND id = ANY(:ids) AND story_id IS NOT NULL GROUP BY story_id
    )
    UPDATE story SET copies = greatest(story.copies - gone.number, 0) FROM gone
    WHERE story.workspace_id = :workspace_id AND story.id = gone.story_id
    RETURNING story.id
    """
)
PASS_ON = text(
    """
    UPDATE match SET lead = true
    FROM (
        SELECT DISTINCT ON (mention.story_id, match.brand_id) match.brand_id, match.mention_id
        FROM mention JOIN match ON match.workspace_id = mention.workspace_id AND match.mention_id = mention.id
        WHERE mention.workspace_id = :workspace_id AND mention.story_id = ANY(:stories)
        ORDER BY mention.story_id, match.brand_id, match.lead DESC, match.mention_id
    ) AS heir
    WHERE match.workspace_id = :workspace_id AND match.brand_id = heir.brand_id AND match.mention_id = heir.mention_id
        AND NOT match.lead
    RETURNING match.mention_id
    """
)
"""The earliest mention that is left of a story leads it, where no other one does."""
END_STORIES = text(
    """
    DELETE FROM story WHERE workspace_id = :workspace_id AND id = ANY(:stories) AND NOT EXISTS (
        SELECT FROM mention WHERE mention.workspace_id = story.workspace_id AND mention.story_id = story.id
    )
    """
)


def remove_mentions(session: Session, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Deletes mentions, with their matches, scores and labels. The caller holds the workspace's lock."""
    if not ids:
        return
    mark_dirty(session, workspace_id, ids)
    stories = delete_mentions(session, workspace_id, ids)
    pass_on_leads(session, workspace_id, stories)
    end_stories(session, workspace_id, stories)


def delete_mentions(session: Session, workspace_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Deletes mentions and what hangs on them, and counts them no more in their stories. Returns these."""
    stories = session.scalars(SHRINK, {"workspace_id": workspace_id, "ids": list(ids)}).all()
    session.execute(delete(Mention).where(Mention.workspace_id == workspace_id, Mention.id.in_(ids)))
    return list(stories)


def pass_on_leads(session: Session, workspace_id: UUID, stories: Sequence[UUID]) -> None:
    """Has the earliest mention that is left of each story lead it, for each brand of which none does."""
    if stories:
        here = {"workspace_id": workspace_id, "stories": list(stories)}
        mark_dirty(session, workspace_id, session.scalars(PASS_ON, here).all())


def end_stories(session: Session, workspace_id: UUID, stories: Sequence[UUID]) -> None:
    """Deletes those of the stories that hold no mention."""
    if stories:
        session.execute(END_STORIES, {"workspace_id": workspace_id, "stories": list(stories)})
