"""A removed brand takes along the mentions that matched it alone, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.db import Database
from app.models import Brand, Bucket, Match, Mention, Story
from app.pipeline.keep.brand_removal import RemoveBrand, removed_brand
from tests.rows import NOW, brand_row, bucket_row, match_row, mention_row, story_row


@pytest.fixture
def acme(db: Database, workspace_id: UUID) -> Brand:
    with db.writing() as session:
        row = brand_row(workspace_id, "Acme", removed_at=NOW)
        session.add(row)
    return row


def remove(db: Database, brand: Brand, page: int = 2, stopping: Callable[[], bool] = lambda: False) -> int:
    return RemoveBrand(db, page=page, stopping=stopping)(str(brand.workspace_id), str(brand.id))


def texts(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Mention.text)))


def test_a_brand_takes_along_only_the_mentions_that_matched_it_alone(db: Database, acme: Brand) -> None:
    here = acme.workspace_id
    with db.writing() as session:
        session.add(brumelo := brand_row(here, "Brumelo"))
        session.add(story := story_row(here, copies=2))
        session.add(ended := story_row(here, copies=1))
        session.flush()
        alone, both, other = (
            mention_row(here, words, story_id=at.id)
            for words, at in (("alone", ended), ("both", story), ("other", story))
        )
        session.add_all([alone, both, other])
        session.flush()
        pairs = ((alone, acme), (both, acme), (both, brumelo), (other, brumelo))
        session.add_all(match_row(mention, brand) for mention, brand in pairs)
        session.add_all(bucket_row(brand) for brand in (acme, brumelo))
    assert remove(db, acme) == 2
    assert texts(db) == ["both", "other"]
    with db.reading() as session:
        assert session.scalars(text("SELECT name FROM brand")).all() == ["Brumelo"]
        assert session.scalars(select(Match.brand_id)).all() == [brumelo.id] * 2
        assert session.scalars(select(Bucket.brand_id)).all() == [brumelo.id]
        assert session.execute(select(Story.id, Story.copies)).all() == [(story.id, 2)]


def test_an_interrupted_removal_tells_how_far_it_came_and_goes_on_there(db: Database, acme: Brand) -> None:
    with db.writing() as session:
        mentions = [
            mention_row(acme.workspace_id, f"loud {number}", at=NOW - timedelta(hours=number)) for number in range(5)
        ]
        session.add_all(mentions)
        session.flush()
        session.add_all(match_row(mention, acme) for mention in mentions)
    stops = iter([False, False, True])
    assert remove(db, acme, stopping=lambda: next(stops)) == 2
    assert texts(db) == ["loud 2", "loud 3", "loud 4"]  # the newest are gone first
    with db.reading() as session:
        brand = removed_brand(session, acme.workspace_id, acme.id)
        assert brand
        assert (brand.removal_done, brand.removal_total) == (2, 5)
    assert remove(db, acme) == 3
    assert remove(db, acme) == 0
    with db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM brand")) == 0


def test_a_brand_that_is_watched_is_left_alone(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        session.add(brand := brand_row(workspace_id, "Acme"))
    assert remove(db, brand) == 0
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Brand)) == 1
