"""What a query would have matched among stored mentions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.db import Database
from app.problems import Problem
from app.queries.preview import SAMPLE, preview
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, mention_row


def test_a_query_is_counted_by_day_with_its_newest_mentions(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    add(
        *(mention_row(here, f"acme {n}", NOW - timedelta(minutes=n)) for n in range(SAMPLE + 2)),
        mention_row(here, "acme two days ago", NOW - timedelta(days=2)),
        mention_row(here, "acme long ago", NOW - timedelta(days=30)),
        mention_row(here, "acme deleted", NOW, deleted_at=NOW),
        mention_row(here, "brumelo", NOW),
        mention_row(elsewhere.workspace_id, "acme theirs", NOW),
    )
    with db.reading() as session:
        found = preview(session, viewer, "acme", 3, NOW)
        assert found.days == [(date(2026, 11, 20), 1), (date(2026, 11, 21), 0), (date(2026, 11, 22), SAMPLE + 2)]
        assert (found.matches, len(found.sample), found.sample[0].mention.text) == (SAMPLE + 3, SAMPLE, "acme 0")
        with pytest.raises(Problem) as refused:
            preview(session, viewer, "acme OR", 3, NOW)
        assert refused.value.errors[0].field == "query"
