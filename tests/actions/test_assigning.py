"""Only a member is assigned something, and their name is written beside."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.actions.accounts import Preferences, prefer
from app.actions.assigning import Assignee, assignee
from app.db import Database
from app.models import Mention
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import member_rows, mention_row


def test_a_member_is_found_by_id_and_nobody_else(db: Database, viewer: Viewer) -> None:
    ben, member = member_rows(viewer.workspace_id, "", email="ben@example.com")
    with db.writing() as session:
        session.add(ben)
        session.flush()
        session.add(member)
        session.flush()
        assert assignee(session, viewer, ben.id) == Assignee(ben.id, "ben@example.com")
        assert assignee(session, viewer, None) == Assignee(None, None)
        with pytest.raises(Problem) as refused:
            assignee(session, Viewer(uuid4(), "eve", viewer.scopes), ben.id)
    assert (refused.value.status, refused.value.errors[0].field) == (422, "assignee")


def test_taking_says_whether_anything_changed() -> None:
    row = Mention(assignee="Léo", assignee_id=None)
    ana = Assignee(uuid4(), "Léo")
    assert (ana.take(row), ana.take(row), row.assignee_id) == (True, False, ana.id)


def test_a_new_name_is_written_on_what_is_theirs(db: Database, viewer: Viewer) -> None:
    ben, member = member_rows(viewer.workspace_id, "Ben")
    mine = mention_row(viewer.workspace_id, "acme", assignee="Ben", assignee_id=ben.id)
    other = mention_row(viewer.workspace_id, "acme too", assignee="Ben")
    with db.writing() as session:
        session.add(ben)
        session.flush()
        session.add(member)
        session.flush()
        session.add_all([mine, other])
    with db.writing() as session:
        prefer(session, Viewer(viewer.workspace_id, ben.email, viewer.scopes, ben.id), Preferences(name="Benoît"))
    with db.reading() as session:
        names = {row.text: row.assignee for row in session.query(Mention)}
    assert names == {"acme": "Benoît", "acme too": "Ben"}
