"""Buckets summed in the database, over all sources or by source."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.db import Database
from app.models import Bucket
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.queries.bucket_sums import Slant, bucket_sums
from app.queries.periods import By, Period, start_of
from app.viewer import Viewer
from sentiment.mixture import CELLS
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, bucket_row

PERIOD = Period(NOW - timedelta(days=2), NOW + timedelta(days=2), "day")
FEED, FORUM = UUID(int=5), UUID(int=6)


@pytest.fixture
def brand_id(viewer: Viewer, add: Add) -> UUID:
    """Two hours of a feed and one of a forum, in two languages."""
    brand = brand_row(viewer.workspace_id, "Acme")
    counts = dict.fromkeys(("fixed_promoters", "fixed_passives", "fixed_detractors", "passives", "detractors"), 0)
    rows = [(FEED, 0, "fr"), (FEED, 1, "fr"), (FORUM, 1, "en")]
    every = [(EVERY_SOURCE, hour, language) for _, hour, language in rows]
    buckets = [
        Bucket(
            workspace_id=viewer.workspace_id, brand_id=brand.id, weight="stories", hour=NOW + timedelta(hours=hour),
            source_id=source, language=language, number=2, promoters=2, model_number=2, squares=2,
            histogram=[2.0 * (cell == hour) for cell in range(CELLS)], **counts,
        )
        for source, hour, language in rows + every
    ]  # fmt: skip
    add(brand, *buckets)
    return brand.id


def test_cells_are_added_one_by_one(db: Database, viewer: Viewer, brand_id: UUID) -> None:
    with db.reading() as session:
        rows = list(bucket_sums(session, viewer, [brand_id], PERIOD, Slant()))
    french = next(row for row in rows if row.language == "fr")
    assert (len(rows), french.number) == (2, 4)
    assert french.histogram == [2.0, 2.0, *[0.0] * (CELLS - 2)]


@pytest.mark.parametrize(
    ("slant", "found"),
    [
        (Slant(), {FEED: 4, FORUM: 2}),
        (Slant(sources=(FORUM,)), {FORUM: 2}),
        (Slant(languages=("fr",)), {FEED: 4}),
    ],
)
def test_by_source_the_totals_are_left_out(
    db: Database, viewer: Viewer, brand_id: UUID, slant: Slant, found: dict[UUID, int]
) -> None:
    with db.reading() as session:
        rows = list(bucket_sums(session, viewer, [brand_id], PERIOD, slant, by_source=True))
    assert {row.source_id: row.number for row in rows} == found


ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland")
SPANS = [
    (datetime(2026, 3, 20, 5, 30, tzinfo=UTC), datetime(2026, 4, 9, 17, 10, tzinfo=UTC)),  # clocks change within
    (datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC)),
    (datetime(2026, 11, 20, 22, tzinfo=UTC), datetime(2026, 11, 21, 23, 30, tzinfo=UTC)),
    (datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 20, 9, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(("since", "until"), SPANS)
def test_days_and_hours_give_the_sums_of_the_hours_in_every_zone(
    db: Database, viewer: Viewer, add: Add, since: datetime, until: datetime
) -> None:
    brand = brand_row(viewer.workspace_id, "Acme")
    first = since.replace(minute=0) - timedelta(days=2)
    hours = [first + timedelta(hours=number) for number in range(int((until - first) / timedelta(hours=1)) + 48)]
    rows = [
        bucket_row(brand, hour=hour, source_id=EVERY_SOURCE, weight="stories", number=place, histogram=[place] * CELLS)
        for place, hour in enumerate(hours, 1)
    ]
    add(brand, *rows)
    counted = [row for row in rows if since.replace(minute=0) <= row.hour < until]
    with db.reading() as session:
        [whole] = bucket_sums(session, viewer, [brand.id], Period(since, until), Slant())
        assert whole.number == sum(row.number for row in counted)
        for zone in ZONES:
            for by in get_args(By):
                wanted: dict[datetime, float] = defaultdict(float)
                for row in counted:
                    wanted[start_of(row.hour, by, ZoneInfo(zone)).astimezone(UTC)] += row.number
                found = list(bucket_sums(session, viewer, [brand.id], Period(since, until, by), Slant(), zone))
                assert {row.start: row.number for row in found if row.number} == wanted
                assert all(row.histogram == [row.number] * CELLS for row in found)
