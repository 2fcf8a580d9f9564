"""The hours of a brand, counted again from the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import select

from alerts.base import HourCounts
from app.db import Database
from app.models import Brand, Bucket, DirtyHour, Story
from app.pipeline.keep.aggregate import EVERY_SOURCE, hourly, recount, recount_dirty
from sentiment.mixture import POINTS, histogram
from tests.rows import brand_row, match_row, mention_row, source_row

HOUR = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER = HOUR + timedelta(hours=1)
Say = Callable[..., None]


@pytest.fixture
def brand(db: Database, workspace_id: UUID) -> Brand:
    with db.writing() as session:
        session.add(row := brand_row(workspace_id, "Acme"))
    return row


@pytest.fixture
def say(db: Database, brand: Brand) -> Say:
    def said(
        stance: str | None,
        at: datetime = HOUR,
        lead: bool = True,
        source: str = "model",
        score: dict[str, float] | None = None,
        **more: Any,
    ) -> None:
        with db.writing() as session:
            session.add(mention := mention_row(brand.workspace_id, f"acme {uuid4()}", at, **more))
            session.flush()
            score = score or {"negative": 0.5, "neutral": 0.3, "positive": 0.2}
            session.add(match_row(mention, brand, lead=lead, stance=stance, stance_source=source, **score))

    return said


def counted(db: Database, brand: Brand, *hours: datetime) -> None:
    with db.writing() as session:
        recount(session, brand.workspace_id, brand.id, hours)


def buckets(db: Database, **where: Any) -> dict[str, Bucket]:
    """The totals of every weight."""
    with db.reading() as session:
        rows = session.scalars(select(Bucket).filter_by(**{"source_id": EVERY_SOURCE, **where}))
        return {row.weight: row for row in rows}


def test_mentions_stories_and_people_reached_are_counted_by_stance(db: Database, brand: Brand, say: Say) -> None:
    say("promoter", reach=500)
    say("detractor", lead=False, author_followers=20)
    say("passive")
    counted(db, brand, HOUR)
    kept = buckets(db)
    assert {weight: row.number for weight, row in kept.items()} == {"mentions": 3, "stories": 2, "reach": 521}
    assert (kept["mentions"].promoters, kept["mentions"].passives, kept["mentions"].detractors) == (1, 1, 1)
    assert (kept["stories"].promoters, kept["stories"].passives, kept["stories"].detractors) == (1, 1, 0)
    assert (kept["reach"].promoters, kept["reach"].detractors) == (500, 20)


def test_what_is_not_judged_or_is_irrelevant_is_not_counted(db: Database, brand: Brand, say: Say) -> None:
    say(None)
    say("promoter", status="irrelevant")
    counted(db, brand, HOUR)
    assert buckets(db) == {}


def test_what_a_person_or_a_rating_said_is_told_from_what_the_model_did(db: Database, brand: Brand, say: Say) -> None:
    say("promoter")
    say("promoter", source="person")
    say("detractor", source="rating")
    counted(db, brand, HOUR)
    row = buckets(db)["mentions"]
    assert (row.promoters, row.fixed_promoters, row.fixed_detractors) == (2, 1, 1)
    assert row.model_number == 1
    assert row.histogram == pytest.approx(histogram(np.array([[0.5, 0.3, 0.2]])), abs=1e-6)


def test_the_histogram_of_the_database_is_that_of_the_arithmetic(db: Database, brand: Brand, say: Say) -> None:
    dice = np.random.default_rng(1)
    rows = np.vstack([dice.dirichlet((0.5, 0.5, 0.5), 60), np.eye(3), POINTS])
    for negative, neutral, positive in rows.tolist():
        say("passive", score={"negative": negative, "neutral": neutral, "positive": positive})
    counted(db, brand, HOUR)
    assert buckets(db)["mentions"].histogram == pytest.approx(histogram(rows), abs=1e-4)


def test_each_source_and_language_has_its_rows_beside_the_totals(db: Database, brand: Brand, say: Say) -> None:
    with db.writing() as session:
        session.add(source := source_row(brand.workspace_id, "Feed"))
    say("promoter", source_id=source.id)
    say("promoter", language="fr")
    counted(db, brand, HOUR)
    with db.reading() as session:
        rows = session.scalars(select(Bucket).where(Bucket.weight == "mentions"))
        assert {(row.source_id, row.language): row.number for row in rows} == {
            (source.id, "en"): 1,
            (UUID(int=0), "fr"): 1,
            (EVERY_SOURCE, "en"): 1,
            (EVERY_SOURCE, "fr"): 1,
        }


def test_ten_messages_of_one_person_in_an_hour_are_one_voice(db: Database, brand: Brand, say: Say) -> None:
    for author in ("Ana", "ana", "ANA", "Bo", "", ""):
        say("promoter", author=author)
    counted(db, brand, HOUR)
    assert buckets(db)["mentions"].squares == 3 * 3 + 1 + 1 + 1


def test_copies_of_one_text_are_one_voice_whoever_passes_them_on(db: Database, brand: Brand, say: Say) -> None:
    with db.writing() as session:
        story = Story(workspace_id=brand.workspace_id, simhash=1, bands=[1], first_at=HOUR, last_at=HOUR)
        session.add(story)
    for author, lead in (("Ana", True), ("Bo", False), ("Cy", False), ("Cy", False)):
        say("promoter", author=author, lead=lead, story_id=story.id)
    say("promoter", author="Cy")
    counted(db, brand, HOUR)
    kept = buckets(db)
    assert kept["mentions"].squares == 4 * 4 + 1 + 2 * 2, "the text, Cy's own, and Cy's own beside Cy's two copies"
    assert kept["stories"].squares == 2


def test_counting_twice_or_after_a_change_gives_what_the_rows_say(db: Database, brand: Brand, say: Say) -> None:
    say("promoter")
    counted(db, brand, HOUR)
    counted(db, brand, HOUR, LATER)
    assert buckets(db)["mentions"].number == 1
    say("promoter", LATER)
    assert buckets(db, hour=LATER) == {}
    counted(db, brand, LATER)
    assert (buckets(db, hour=HOUR)["mentions"].number, buckets(db, hour=LATER)["mentions"].number) == (1, 1)


def test_the_hours_that_are_marked_are_counted_and_forgotten(db: Database, brand: Brand, say: Say) -> None:
    say("promoter")
    with db.writing() as session:
        session.add(DirtyHour(workspace_id=brand.workspace_id, brand_id=brand.id, hour=HOUR))
        session.flush()
        assert [recount_dirty(session, brand.workspace_id, brand.id) for _ in range(2)] == [1, 0]
    assert buckets(db)["mentions"].number == 1


def test_the_series_of_a_brand_has_no_holes(db: Database, brand: Brand, say: Say) -> None:
    say("detractor")
    say("detractor", lead=False)
    say("promoter", LATER + timedelta(hours=1))
    counted(db, brand, HOUR, LATER, LATER + timedelta(hours=1))
    with db.reading() as session:
        series = hourly(session, brand.workspace_id, brand.id, HOUR, LATER + timedelta(hours=1))
    assert series == [
        HourCounts(HOUR, 2, 1, 0, 0, 1),
        HourCounts(LATER),
        HourCounts(LATER + timedelta(hours=1), 1, 1, 1, 0, 0),
    ]


def test_what_is_to_check_is_a_story_and_no_detractor(db: Database, brand: Brand, say: Say) -> None:
    say("detractor")
    say("unsure")
    counted(db, brand, HOUR)
    assert buckets(db)["stories"].detractors == 1
    with db.reading() as session:
        [hour] = hourly(session, brand.workspace_id, brand.id, HOUR, HOUR)
    assert (hour.stories, hour.detractors, hour.unsure) == (2, 1, 1)
