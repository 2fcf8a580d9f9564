"""Saving, changing and removing views."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select

from app.actions.views import NewView, ViewChanges, create, delete, given_ids, update
from app.db import Database
from app.models import SavedView
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import member_rows


@pytest.fixture
def ana(db: Database, viewer: Viewer) -> Viewer:
    user, member = member_rows(viewer.workspace_id, "Ana")
    with db.writing() as session:
        session.add(user)
        session.flush()
        session.add(member)
    return replace(viewer, user_id=user.id)


def test_ones_own_view_is_nobody_elses_and_a_shared_one_everybodys(db: Database, viewer: Viewer, ana: Viewer) -> None:
    with db.writing() as session:
        own = create(session, ana, NewView(name="Mine"), {"q": "a"})
        shared = create(session, viewer, NewView(name="All"), {"q": "b"})
        assert (own.shared, own.owner_id, shared.shared, shared.owner_id) == (False, ana.user_id, True, None)
        for action in (lambda: update(session, viewer, own.id, ViewChanges(name="x"), None),
                       lambda: delete(session, viewer, own.id)):  # fmt: skip
            with pytest.raises(Problem) as missing:
                action()
            assert missing.value.status == 404
        changed = update(session, ana, shared.id, ViewChanges(name="Ours", position=3), {"q": "c"})
        assert (changed.name, changed.position, changed.filter, changed.version) == ("Ours", 3, {"q": "c"}, 2)
        assert update(session, ana, shared.id, ViewChanges(name="Ours"), None).version == 2
        delete(session, ana, own.id)
        assert session.scalars(select(SavedView.name)).all() == ["Ours"]


def test_a_given_view_can_be_removed_and_not_changed(db: Database, viewer: Viewer) -> None:
    key = uuid5(viewer.workspace_id, "mine")
    assert given_ids(viewer.workspace_id)[key] == "mine"
    with db.writing() as session:
        with pytest.raises(Problem) as refused:
            update(session, viewer, key, ViewChanges(name="x"), None)
        assert refused.value.status == 409
        delete(session, viewer, key)
        row = session.scalars(select(SavedView)).one()
        assert row.given == "mine"
        with pytest.raises(Problem):
            delete(session, viewer, UUID(int=1))
