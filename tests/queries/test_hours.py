"""What was said of a brand hour by hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db import Database
from app.models import Bucket
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.problems import Problem
from app.queries.hours import hours
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row

SUMS = ("passives", "fixed_promoters", "fixed_passives", "fixed_detractors", "model_number", "squares")


def test_every_hour_is_there_from_the_one_that_has_begun(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    brand = brand_row(viewer.workspace_id, "Acme")
    buckets = [
        Bucket(
            workspace_id=viewer.workspace_id, brand_id=brand.id, weight=weight, hour=NOW + timedelta(hours=1),
            source_id=EVERY_SOURCE, language="en", number=number, promoters=1, detractors=2,
            histogram=[], **dict.fromkeys(SUMS, 0),
        )
        for weight, number in (("stories", 3), ("mentions", 7))
    ]  # fmt: skip
    add(brand, *buckets)
    start, end = NOW + timedelta(minutes=20), NOW + timedelta(hours=3)
    with db.reading() as session:
        found = hours(session, viewer, brand.id, start, end)
        assert [hour.start for hour in found] == [NOW + timedelta(hours=n) for n in range(4)]
        assert [(hour.mentions, hour.stories, hour.detractors) for hour in found] == [
            (0, 0, 0),
            (7, 3, 2),
            (0, 0, 0),
            (0, 0, 0),
        ]
        with pytest.raises(Problem):
            hours(session, elsewhere, brand.id, start, end)
