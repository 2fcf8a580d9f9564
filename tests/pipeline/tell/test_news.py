"""The hours of a brand without what a backfill brought."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from alerts.base import BrandHours, HourCounts
from app.db import Database
from app.models import Brand
from app.pipeline.gather.past import begin
from app.pipeline.tell.news import LONGEST, leave_out_history
from tests.rows import brand_row, match_row, mention_row, source_row

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEN = NOW.replace(hour=10, minute=0)
COUNTS = HourCounts(TEN, 5, 4, 1, 1, 2)


def hours_without_history(
    db: Database, workspace_id: UUID, asked: datetime, published: datetime, collected: datetime, **more: object
) -> HourCounts | None:
    """Ten o'clock without what one mention of a source brought that was asked to go back at `asked`."""
    with db.writing() as session:
        brand = brand_row(workspace_id, "Acme")
        source = source_row(workspace_id, "Past", backfill=begin(30, asked))
        session.add_all([brand, source])
        session.flush()
        mention = mention_row(workspace_id, "acme", published, source_id=source.id)
        mention.collected_at = collected
        session.add(mention)
        session.flush()
        session.add(match_row(mention, brand, **{"stance": "detractor", **more}))
    return without(db, brand)


def without(db: Database, brand: Brand) -> HourCounts | None:
    with db.reading() as session:
        found = leave_out_history(session, brand, BrandHours(NOW, [COUNTS], NOW - timedelta(days=90)))
    return found.counts[0] if found else None


def test_what_was_dug_up_is_subtracted_with_its_stance(db: Database, workspace_id: UUID) -> None:
    kept = hours_without_history(db, workspace_id, TEN + HOUR, TEN, TEN + HOUR)
    assert kept == HourCounts(TEN, 4, 3, 1, 1, 1)


def test_of_a_copy_only_the_mention_is_subtracted(db: Database, workspace_id: UUID) -> None:
    kept = hours_without_history(db, workspace_id, TEN + HOUR, TEN, TEN + HOUR, lead=False)
    assert kept == HourCounts(TEN, 4, 4, 1, 1, 2)


@pytest.mark.parametrize(
    ("asked", "published", "collected"),
    [
        (TEN - HOUR, TEN, TEN + HOUR),  # published since: it is news
        (TEN + HOUR, TEN, TEN + HOUR / 2),  # collected before anybody asked
        (TEN - LONGEST, TEN - LONGEST - HOUR, TEN),  # so long ago that no window of a rule holds it
    ],
    ids=["published since", "collected before", "asked long ago"],
)
def test_what_is_news_stays(
    db: Database, workspace_id: UUID, asked: datetime, published: datetime, collected: datetime
) -> None:
    assert hours_without_history(db, workspace_id, asked, published, collected) is None


def test_what_nobody_judged_is_in_no_count_to_subtract_from(db: Database, workspace_id: UUID) -> None:
    assert hours_without_history(db, workspace_id, TEN + HOUR, TEN, TEN + HOUR, stance=None) is None


def test_no_count_falls_below_zero(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        brand = brand_row(workspace_id, "Acme")
        source = source_row(workspace_id, "Past", backfill=begin(30, TEN + HOUR))
        session.add_all([brand, source])
        session.flush()
        mentions = [mention_row(workspace_id, f"acme {n}", TEN, source_id=source.id) for n in range(9)]
        for mention in mentions:
            mention.collected_at = TEN + HOUR
        session.add_all(mentions)
        session.flush()
        session.add_all(match_row(mention, brand, stance="detractor") for mention in mentions)
    assert without(db, brand) == HourCounts(TEN, 0, 0, 1, 1, 0)


def test_a_brand_without_a_backfill_keeps_its_hours(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        session.add(brand := brand_row(workspace_id, "Acme"))
    assert without(db, brand) is None
