"""A workspace for each client: its short name, its owner, and who may show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.actions import workspaces
from app.auth import sessions
from app.bootstrap import operator_of
from app.crypto import digest
from app.db import Database
from app.models import Member, Workspace
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import member_rows

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def ana(db: Database, workspace_id: UUID) -> Viewer:
    user, member = member_rows(workspace_id, "Ana", "owner")
    with db.writing() as session:
        session.add(user)
        session.flush()
        session.add(member)
    return replace(operator_of(workspace_id), actor=user.email, user_id=user.id)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Café Zéphyr & Fils", "cafe-zephyr-fils"), ("日本", "workspace"), ("a" * 90, "a" * 40), ("--X--", "x")],
)
def test_a_short_name_is_made_from_the_name(name: str, slug: str) -> None:
    assert workspaces.slug_of(name) == slug


def test_a_new_workspace_is_owned_by_who_makes_it_and_its_short_name_is_free(db: Database, ana: Viewer) -> None:
    with db.writing() as session:
        made = [workspaces.create(session, ana, workspaces.NewWorkspace(name="Zéphyr")) for _ in range(3)]
        assert [row.slug for row in made] == ["zephyr", "zephyr-2", "zephyr-3"]
        assert session.get_one(Member, (made[2].id, ana.user_id)).role == "owner"
        with pytest.raises(Problem) as taken:
            workspaces.create(session, ana, workspaces.NewWorkspace(name="Other", slug="zephyr"))
    assert taken.value.status == 409


def test_a_browser_shows_only_workspaces_of_its_person(db: Database, ana: Viewer) -> None:
    assert ana.user_id is not None
    with db.writing() as session:
        cookie = sessions.log_in(session, ana.user_id, ana.workspace_id, NOW)
        mine = workspaces.create(session, ana, workspaces.NewWorkspace(name="Mine"))
        theirs = Workspace(slug="theirs", name="Theirs")
        session.add(theirs)
        session.flush()
        for foreign in (theirs.id, uuid4()):
            with pytest.raises(Problem) as missing:
                workspaces.switch(session, ana, digest(cookie), foreign)
            assert missing.value.status == 404
        workspaces.switch(session, ana, digest(cookie), mine.id)
        found = sessions.login_of(session, cookie, NOW)
    assert found is not None
    assert found.viewer.workspace_id == mine.id


def test_a_name_is_changed_in_its_own_workspace_only(db: Database, ana: Viewer) -> None:
    with db.writing() as session:
        workspaces.create(session, ana, workspaces.NewWorkspace(name="Other"))
        workspaces.rename(session, ana, workspaces.NewName(name="Agence"))
    with db.reading() as session:
        assert dict(session.execute(select(Workspace.slug, Workspace.name)).all()) == {
            "default": "Agence",
            "other": "Other",
        }
