"""The score over time: periods as people count them, sums as the buckets hold them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.db import Database
from app.models import Brand, Bucket, uuid7
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.problems import Problem
from app.queries.bucket_sums import Slant
from app.queries.periods import Period, before
from app.queries.reputation import compare, reputation, standings
from app.viewer import ROLE_SCOPES, Viewer
from sentiment.mixture import CELLS
from tests.queries.conftest import Add

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def brand(add: Add, workspace_id: UUID) -> UUID:
    """A brand with two days: the first glad, the second angry, in two languages and from two sources."""
    row = Brand(id=uuid7(), workspace_id=workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
    buckets = [
        bucket(workspace_id, row.id, day, source, weight, promoters * factor, detractors * factor, lang)
        for day, promoters, detractors, lang in ((0, 40, 10, "en"), (1, 10, 40, "fr"))
        for weight, factor in (("stories", 1), ("mentions", 3), ("reach", 100))
        for source in (SOURCES[day], EVERY_SOURCE)
    ]
    add(row, *buckets)
    return row.id


SOURCES = (UUID(int=1), UUID(int=2))


def bucket(
    workspace_id: UUID,
    brand_id: UUID,
    day: int,
    source_id: UUID,
    weight: str,
    promoters: int,
    detractors: int,
    language: str,
) -> Bucket:
    number = promoters + detractors
    return Bucket(
        workspace_id=workspace_id,
        brand_id=brand_id,
        weight=weight,
        hour=START + timedelta(days=day, hours=12),
        source_id=source_id,
        language=language,
        number=number,
        promoters=promoters,
        passives=0,
        detractors=detractors,
        fixed_promoters=promoters,
        fixed_passives=0,
        fixed_detractors=detractors,
        model_number=0,
        histogram=[0.0] * CELLS,
        squares=number,
    )


def test_the_whole_and_its_parts_agree(db: Database, viewer: Viewer, brand: UUID) -> None:
    with db.reading() as session:
        found = reputation(session, viewer, brand, Period(START, START + timedelta(days=3)), Slant())
    whole = found.whole
    assert (whole.mentions, whole.stories) == (300, 100)
    assert (whole.counts.promoters, whole.counts.detractors) == (50, 50)
    assert [point.stories for point in found.series] == [50, 50, 0]
    assert [point.reputation.raw_score for point in found.series] == [pytest.approx(60), pytest.approx(-60), None]
    assert whole.reputation.score == pytest.approx(0)
    assert whole.reputation.low is not None
    assert whole.reputation.high is not None
    assert whole.reputation.low < 0 < whole.reputation.high


@pytest.mark.parametrize(
    ("slant", "raw", "stories"),
    [
        (Slant(languages=("en",)), 60, 50),
        (Slant(languages=("fr", "de")), -60, 50),
        (Slant(weight="mentions", languages=("en",)), 60, 50),
        (Slant(weight="reach"), 0, 100),
        (Slant(languages=("de",)), None, 0),
    ],
)
def test_what_is_counted_can_be_narrowed(
    db: Database, viewer: Viewer, brand: UUID, slant: Slant, raw: float | None, stories: int
) -> None:
    with db.reading() as session:
        found = reputation(session, viewer, brand, Period(START, START + timedelta(days=3)), slant).whole
    assert found.stories == stories
    assert found.reputation.raw_score == (None if raw is None else pytest.approx(raw))


def test_a_day_is_the_readers_own(db: Database, workspace_id: UUID, brand: UUID) -> None:
    """Noon in Paris is already tomorrow in Auckland."""
    there = Viewer(workspace_id, "test", ROLE_SCOPES["viewer"], timezone="Pacific/Auckland")
    with db.reading() as session:
        found = reputation(session, there, brand, Period(START, START + timedelta(days=2)), Slant())
    assert [point.stories for point in found.series] == [0, 50, 50]


def test_brands_side_by_side_share_the_voice(
    db: Database, workspace_id: UUID, viewer: Viewer, brand: UUID, add: Add
) -> None:
    other = Brand(id=uuid7(), workspace_id=workspace_id, name="Brumelo", kind="own", query="b", colour="#000000")
    add(other, bucket(workspace_id, other.id, 0, EVERY_SOURCE, "mentions", 100, 0, "en"))
    with db.reading() as session:
        found = compare(session, viewer, [other.id, brand], Period(START, START + timedelta(days=3)), Slant())
        assert [(one.brand.name, one.share_of_voice) for one in found] == [("Brumelo", 0.25), ("Acme", 0.75)]
        with pytest.raises(Problem):
            compare(session, viewer, [brand, uuid4()], Period(START, START + timedelta(days=3)), Slant())
        with pytest.raises(Problem):
            reputation(session, viewer, brand, Period(START, START + timedelta(days=3)), Slant(sources=SOURCES))


def test_a_period_is_compared_with_the_one_before_it_and_no_hour_counts_in_both(
    db: Database, viewer: Viewer, brand: UUID
) -> None:
    """The second day, from half past twelve: the glad hour at noon of the first day is before it, and counts there."""
    half = timedelta(minutes=30)
    period = Period(START + timedelta(days=1, hours=12) - half, START + timedelta(days=2, hours=12) - half)
    with db.reading() as session:
        found = reputation(session, viewer, brand, period, Slant())
        standing = standings(session, viewer, [found.brand], period, Slant())[0]
    assert (found.whole.stories, found.previous.stories) == (50, 50)
    assert found.previous.start == START + timedelta(hours=12) - half
    assert found.verdict == "down"
    assert found.previous.reputation.score == pytest.approx(60)
    assert (standing.point, standing.previous, standing.verdict) == (found.whole, found.previous, "down")
    assert before(period).until == START + timedelta(days=1, hours=11)


def test_a_brand_of_which_nothing_was_said_before_has_no_change_that_can_be_told(
    db: Database, viewer: Viewer, brand: UUID
) -> None:
    with db.reading() as session:
        found = reputation(session, viewer, brand, Period(START, START + timedelta(days=3)), Slant())
    assert (found.verdict, found.previous.mentions, found.previous.reputation.score) == ("unknown", 0, None)
