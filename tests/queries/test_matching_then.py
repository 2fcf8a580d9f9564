"""What passed a filter when somebody looked at it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from app.db import Database
from app.models import Revision
from app.problems import Problem
from app.queries.feed import FeedFilter
from app.queries.matching_then import matching_then
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, next_id

LOOKED = NOW + timedelta(minutes=10)


def test_what_came_or_was_changed_into_it_since_is_left_out(db: Database, viewer: Viewer, add: Add) -> None:
    here = viewer.workspace_id
    acme = brand_row(here, "Acme")
    old, reopened, noted = (mention_row(here, text) for text in ("old", "reopened", "noted"))
    late = mention_row(here, "late", NOW + timedelta(hours=1))
    gone = mention_row(here, "gone", status="closed")
    rows = (old, reopened, noted, late, gone)
    add(acme, *rows, *(match_row(row, acme, stance="detractor") for row in rows))
    for row, change in ((reopened, {"status": ["closed", "new"]}), (noted, {"note": [None, "x"]})):
        add(Revision(workspace_id=here, id=next_id(), mention_id=row.id, at=NOW + timedelta(hours=1), actor="bob",
                     change=change))  # fmt: skip
    turned = {f"stance:{acme.id}": ["passive", "detractor"]}
    add(Revision(workspace_id=here, id=next_id(), mention_id=old.id, at=NOW + timedelta(hours=1), actor="bob",
                 change=turned))  # fmt: skip

    def found(filters: FeedFilter) -> set[UUID]:
        with db.reading() as session:
            return set(session.scalars(matching_then(session, viewer, filters, LOOKED)))

    assert found(FeedFilter(statuses=("new",))) == {old.id, noted.id}
    assert found(FeedFilter(statuses=("new",), brands=(acme.id,))) == {old.id, noted.id}
    assert found(FeedFilter(stances=("detractor",))) == {reopened.id, noted.id, gone.id}
    assert found(FeedFilter()) == {old.id, reopened.id, noted.id, gone.id}


def test_a_brand_of_nobody_is_refused(db: Database, viewer: Viewer) -> None:
    with db.reading() as session, pytest.raises(Problem):
        matching_then(session, viewer, FeedFilter(brands=(UUID(int=1),)), NOW)
