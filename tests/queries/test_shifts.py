"""Which sources shifted, from the buckets of the last weeks and of those before."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from app.db import Database
from app.models import Bucket, Source
from app.queries.shifts import heard, shifts
from app.viewer import Viewer
from sentiment.mixture import CELLS
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, source_row

DULL = [0.0] * CELLS
DULL[5] = DULL[6] = DULL[7] = 100.0  # around thirds
SHARP = [0.0] * CELLS
SHARP[0], SHARP[4], SHARP[14] = 100.0, 100.0, 100.0


def bucket(viewer: Viewer, brand: Any, source: Source, days: int, histogram: list[float]) -> Bucket:
    counts = dict.fromkeys(("fixed_promoters", "fixed_passives", "fixed_detractors", "promoters", "detractors"), 0)
    return Bucket(
        workspace_id=viewer.workspace_id, brand_id=brand.id, weight="stories", hour=NOW - timedelta(days=days),
        source_id=source.id, language="en", number=300, passives=300, model_number=300, squares=300,
        histogram=histogram, **counts,
    )  # fmt: skip


def test_a_source_whose_texts_became_of_another_kind_is_named(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    brand = brand_row(viewer.workspace_id, "Acme")
    changed, same, new = (source_row(viewer.workspace_id, name) for name in ("Changed", "Same", "New"))
    add(brand, changed, same, new)
    add(
        bucket(viewer, brand, changed, 40, DULL),
        bucket(viewer, brand, changed, 3, SHARP),
        bucket(viewer, brand, same, 40, DULL),
        bucket(viewer, brand, same, 3, DULL),
        bucket(viewer, brand, new, 3, SHARP),
        bucket(viewer, brand, new, 200, DULL),
    )
    with db.reading() as session:
        assert [(each.name, each.source_id) for each in shifts(session, viewer, NOW)] == [("Changed", changed.id)]
        assert shifts(session, viewer, NOW, [same.id]) == []
        assert [each.name for each in shifts(session, viewer, NOW, [changed.id])] == ["Changed"]
        assert shifts(session, elsewhere, NOW) == []


def test_one_author_who_writes_everything_is_one_voice() -> None:
    row: Any = SimpleNamespace(histogram=SHARP, squares=300.0**2)
    assert heard(row).sum() == 1
