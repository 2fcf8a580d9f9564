"""Whom an assignment means."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from app.actions.assigning import Assignee, assignee_of
from app.db import Database
from app.models import Member, User, Workspace
from app.problems import Problem
from app.viewer import Viewer


@pytest.fixture
def leo(db: Database, viewer: Viewer) -> UUID:
    """A member of our workspace; beside her somebody of another one."""
    with db.writing() as session:
        other = Workspace(slug="others", name="Others")
        people = [User(email=f"{name}@example.org", name=name.title(), password_hash="") for name in ("leo", "eve")]
        session.add_all([other, *people])
        session.flush()
        session.add(Member(workspace_id=viewer.workspace_id, user_id=people[0].id, role="viewer"))
        session.add(Member(workspace_id=other.id, user_id=people[1].id, role="admin"))
        return people[0].id


def test_a_member_is_meant_by_id_me_address_or_name_and_anybody_else_by_a_plain_name(
    db: Database, viewer: Viewer, leo: UUID
) -> None:
    with db.reading() as session:
        for said in (str(leo), "LEO@example.org", "leo"):
            assert assignee_of(session, viewer, said) == Assignee("Leo", leo)
        assert assignee_of(session, replace(viewer, user_id=leo), "me") == Assignee("Leo", leo)
        assert assignee_of(session, viewer, "eve@example.org") == Assignee("eve@example.org")
        assert assignee_of(session, viewer, None) == assignee_of(session, viewer, "") == Assignee()


def test_an_id_of_no_member_is_refused_and_so_is_me_for_a_key(db: Database, viewer: Viewer, leo: UUID) -> None:
    for said in (str(uuid4()), "me"):
        with db.reading() as session, pytest.raises(Problem) as refused:
            assignee_of(session, viewer, said)
        assert (refused.value.status, refused.value.errors[0].field) == (422, "assignee")
