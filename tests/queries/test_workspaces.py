"""The workspaces of a person, and of the person behind a key."""

from __future__ import annotations

from dataclasses import replace

from app.bootstrap import operator_of
from app.db import Database
from app.models import Member
from app.queries.workspaces import my_workspaces, workspaces
from app.viewer import ROLE_SCOPES, Viewer
from tests.queries.conftest import Add
from tests.rows import member_rows


def test_a_person_sees_the_workspaces_they_are_a_member_of(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    ana, here = member_rows(viewer.workspace_id, "Ana", "viewer")
    eve, theirs = member_rows(elsewhere.workspace_id, "Eve", "owner")
    add(ana, eve, here, theirs)
    asks = replace(viewer, user_id=ana.id)
    with db.reading() as session:
        assert [(one.slug, one.role) for one in my_workspaces(session, asks)] == [("default", "viewer")]
    add(Member(workspace_id=elsewhere.workspace_id, user_id=ana.id, role="admin"))
    with db.reading() as session:
        assert [(one.name, one.role) for one in my_workspaces(session, asks)] == [
            ("Default", "viewer"),
            ("Others", "admin"),
        ]
        key = Viewer(elsewhere.workspace_id, "key:x", ROLE_SCOPES["admin"], behind=ana.id)
        first = workspaces(session, key, limit=1)
        rest = workspaces(session, key, first.next, limit=1)
    assert [(one.slug, one.role) for one in (*first.items, *rest.items)] == [("default", "viewer"), ("others", "admin")]


def test_a_key_that_nobody_is_behind_sees_its_own(db: Database, viewer: Viewer) -> None:
    with db.reading() as session:
        assert [one.slug for one in workspaces(session, operator_of(viewer.workspace_id)).items] == ["default"]
