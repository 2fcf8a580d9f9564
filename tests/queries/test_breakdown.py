"""Where a score comes from: its sources and languages, read once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from app.db import Database
from app.models import Brand, Source, uuid7
from app.pipeline.keep.aggregate import EVERY_SOURCE
from app.queries.breakdown import breakdown, source_names
from app.queries.bucket_sums import Slant
from app.queries.periods import Period
from app.queries.reputation import model
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.queries.test_reputation import START, bucket

PERIOD = Period(START, START + timedelta(days=3))


def test_the_parts_are_those_of_the_whole_and_a_deleted_source_has_no_name(
    db: Database, viewer: Viewer, workspace_id: UUID, add: Add
) -> None:
    row = Brand(id=uuid7(), workspace_id=workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
    kept, gone = uuid7(), UUID(int=9)
    source = Source(workspace_id=workspace_id, id=kept, collector="rss", name="News", interval_seconds=900, params={})
    counted = [
        bucket(workspace_id, row.id, day, place, weight, promoters, 10, language)
        for day, source_id, promoters, language in ((0, kept, 40, "en"), (1, gone, 0, "fr"))
        for weight in ("stories", "mentions")
        for place in (source_id, EVERY_SOURCE)
    ]
    add(row, source, *counted)
    with db.reading() as session:
        brand = session.get_one(Brand, (workspace_id, row.id))
        found = breakdown(session, viewer, brand, PERIOD, Slant(), model(session, viewer))
        narrowed = breakdown(session, viewer, brand, PERIOD, Slant(sources=(kept,)), model(session, viewer))
        assert source_names(session, viewer) == {kept: "News"}
    assert [(part.name, part.key, part.point.mentions) for part in found.sources] == [
        ("News", kept, 50),
        ("", gone, 10),
    ]
    assert [(part.key, part.point.mentions) for part in found.languages] == [("en", 50), ("fr", 10)]
    assert found.sources[0].point.reputation.score == pytest.approx(60)
    assert [part.key for part in narrowed.sources] == [kept]
    assert [part.key for part in narrowed.languages] == ["en"]
