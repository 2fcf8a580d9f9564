"""Who is in a workspace, by name; nobody of another."""

from __future__ import annotations

import pytest

from app.db import Database
from app.problems import Problem
from app.queries.members import member, members
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import member_rows


def test_members_are_listed_by_name_and_only_those_of_the_workspace(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    zoe, zoe_is = member_rows(viewer.workspace_id, "zoé", role="owner")
    nobody, nobody_is = member_rows(viewer.workspace_id, "", email="ben@example.com", role="viewer")
    ana, ana_is = member_rows(viewer.workspace_id, "Ana")
    eve, eve_is = member_rows(elsewhere.workspace_id, "Eve")
    add(zoe, nobody, ana, eve, zoe_is, nobody_is, ana_is, eve_is)
    with db.reading() as session:
        found = members(session, viewer)
        assert [(one.shown, one.role) for one in found] == [
            ("Ana", "manager"),
            ("ben@example.com", "viewer"),
            ("zoé", "owner"),
        ]
        assert member(session, viewer, ana.id) == found[0]
        with pytest.raises(Problem) as missing:
            member(session, viewer, eve.id)
    assert missing.value.status == 404
