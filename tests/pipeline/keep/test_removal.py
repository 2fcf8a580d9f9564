"""What is deleted passes on what it led, and its hours are counted again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.models import Brand, DirtyHour, Match, Mention, Story
from app.pipeline.keep.removal import remove_mentions
from tests.rows import NOW, brand_row, match_row, mention_row, next_id


@pytest.fixture
def brand(db: Database, workspace_id: UUID) -> Brand:
    with db.writing() as session:
        row = brand_row(workspace_id, "Brumelo")
        session.add(row)
    return row


def story_of(db: Database, workspace_id: UUID, brand: Brand, number: int) -> list[UUID]:
    """A story of so many mentions, an hour apart, of which the first one leads. Returns their ids."""
    with db.writing() as session:
        story = Story(
            workspace_id=workspace_id, id=next_id(), simhash=1, bands=[1], first_at=NOW, last_at=NOW, copies=number
        )
        session.add(story)
        session.flush()
        made = [
            mention_row(workspace_id, f"brumelo {story.id} {at}", NOW + timedelta(hours=at), story_id=story.id)
            for at in range(number)
        ]
        session.add_all(made)
        session.flush()
        session.add_all(match_row(one, brand, lead=at == 0) for at, one in enumerate(made))
    return [one.id for one in made]


def remove(db: Database, workspace_id: UUID, ids: list[UUID]) -> None:
    with db.writing() as session:
        remove_mentions(session, workspace_id, ids)


def leads(db: Database) -> list[UUID]:
    with db.reading() as session:
        return [*session.scalars(select(Match.mention_id).where(Match.lead))]


def test_the_earliest_that_is_left_of_a_story_leads_it(db: Database, workspace_id: UUID, brand: Brand) -> None:
    first, second, third = story_of(db, workspace_id, brand, 3)
    remove(db, workspace_id, [first])
    assert leads(db) == [second]
    with db.reading() as session:
        assert session.scalar(select(Story.copies)) == 2
        hours = session.scalars(select(DirtyHour.hour).order_by(DirtyHour.hour)).all()
    assert hours == [NOW, NOW + timedelta(hours=1)]  # that of the mention, and that of its heir
    remove(db, workspace_id, [third])
    assert leads(db) == [second]


def test_a_story_without_mentions_ends(db: Database, workspace_id: UUID, brand: Brand) -> None:
    ids, others = story_of(db, workspace_id, brand, 2), story_of(db, workspace_id, brand, 1)
    remove(db, workspace_id, ids)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Story)) == 1
        assert session.scalars(select(Mention.id)).all() == others


def test_nothing_is_removed_of_nothing_or_of_another_workspace(db: Database, workspace_id: UUID, brand: Brand) -> None:
    ids = story_of(db, workspace_id, brand, 1)
    remove(db, workspace_id, [])
    remove(db, UUID(int=3), ids)
    assert leads(db) == ids
