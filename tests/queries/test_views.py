"""The saved views that somebody sees, and how many mentions each holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.actions.views import GIVEN as GIVEN_BY_ACTIONS
from app.db import Database
from app.models import SavedView
from app.problems import Problem
from app.queries.views import GIVEN, count_of, counts, given_view, saved_view, view_of, views_of
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, member_rows, mention_row, next_id


def view(here: UUID, name: str, **more: object) -> SavedView:
    given = {"filter": {"q": name}, "shared": False, "position": 0, **more}
    return SavedView(workspace_id=here, id=next_id(), name=name, **given)


def test_each_sees_the_given_ones_the_shared_and_their_own(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    (ana, member), (ben, other) = member_rows(here, "Ana"), member_rows(here, "Ben")
    add(ana, member, ben, other)
    add(view(here, "second", shared=True, position=2), view(here, "first", shared=True, position=1),
        view(here, "hers", owner_id=ana.id), view(here, "his", owner_id=ben.id),
        view(elsewhere.workspace_id, "theirs", shared=True), view(here, "overdue", given="overdue"))  # fmt: skip
    hers = replace(viewer, user_id=ana.id)
    with db.reading() as session:
        assert [one.name for one in views_of(session, hers)] == ["To answer", "Mine", "hers", "first", "second"]
        assert [one.mine for one in views_of(session, hers)] == [False, False, True, False, False]
        assert [one.name for one in views_of(session, viewer)] == ["To answer", "Mine", "first", "second"]
        with pytest.raises(Problem):
            saved_view(session, hers, given_view(here, "overdue").id)
        assert saved_view(session, viewer, given_view(here, "mine").id).given == "mine"


def test_the_given_views_count_what_waits(db: Database, viewer: Viewer, add: Add) -> None:
    here = viewer.workspace_id
    acme = brand_row(here, "Acme")
    ana, member = member_rows(here, "Ana")
    fresh, late, done = (
        mention_row(here, name, NOW - age, **more)
        for name, age, more in (
            ("fresh", timedelta(hours=1), {}),
            ("late", timedelta(days=2), {"assignee_id": ana.id, "assignee": "Ana"}),
            ("done", timedelta(days=2), {"status": "answered"}),
        )
    )
    rows = (fresh, late, done)
    add(acme, ana, member, *rows, *(match_row(row, acme, stance="detractor") for row in rows))
    hers = replace(viewer, user_id=ana.id)
    with db.reading() as session:
        found = views_of(session, hers)
        assert [counts(session, hers, found, NOW)[one.id] for one in found] == [2, 1, 1]
        mine = given_view(here, "mine")
        assert count_of(session, viewer, mine, NOW) is None
        gone = view_of(view(here, "gone", filter={"brand": [str(uuid4())]}), viewer)
        assert count_of(session, viewer, gone, NOW) is None


def test_what_can_be_removed_is_what_is_given() -> None:
    assert set(GIVEN_BY_ACTIONS) == set(GIVEN)
