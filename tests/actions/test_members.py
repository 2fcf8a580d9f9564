"""Roles that change, members who leave: an owner always stays, and only owners touch owners."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import members
from app.auth import sessions
from app.db import Database
from app.models import AuditEntry, Member, Mention, Workspace
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Role, Viewer
from tests.rows import member_rows, mention_row

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Join = Callable[[str, Role], Viewer]


@pytest.fixture
def join(db: Database, workspace_id: UUID) -> Join:
    """Makes a member, and returns who they are as a viewer."""

    def joined(name: str, role: Role) -> Viewer:
        user, member = member_rows(workspace_id, name, role)
        with db.writing() as session:
            session.add(user)
            session.flush()
            session.add(member)
        return Viewer(workspace_id, user.email, ROLE_SCOPES[role], user.id, owns=role == "owner")

    return joined


def roles(db: Database) -> dict[str, str]:
    with db.reading() as session:
        rows = session.scalars(select(Member)).all()
        return {str(row.user_id): row.role for row in rows}


def refusal(db: Database, act: Callable[[Session], object]) -> tuple[int, str]:
    with db.writing() as session, pytest.raises(Problem) as refused:
        act(session)
    return refused.value.status, refused.value.code


def id_of(viewer: Viewer) -> UUID:
    assert viewer.user_id is not None
    return viewer.user_id


def test_the_last_owner_neither_leaves_nor_is_made_less(db: Database, join: Join) -> None:
    ana, bob = join("Ana", "owner"), join("Bob", "admin")
    for act in (
        lambda session: members.leave(session, ana),
        lambda session: members.remove(session, ana, id_of(ana)),
        lambda session: members.change_role(session, ana, id_of(ana), "viewer"),
    ):
        assert refusal(db, act) == (409, "last-owner")
    with db.writing() as session:
        members.change_role(session, ana, id_of(bob), "owner")
    with db.writing() as session:
        members.leave(session, ana)
    assert roles(db) == {str(bob.user_id): "owner"}


def test_of_two_owners_who_leave_at_once_one_stays(db: Database, join: Join) -> None:
    both = [join("Ana", "owner"), join("Bob", "owner")]
    start = threading.Barrier(2)

    def go(viewer: Viewer) -> None:
        start.wait()
        try:
            with db.writing() as session:
                members.leave(session, viewer)
        except Problem:
            pass

    threads = [threading.Thread(target=go, args=[viewer]) for viewer in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(roles(db).values()) == ["owner"]


def test_an_administrator_touches_no_owner(db: Database, join: Join) -> None:
    ana, zoe, bob, leo = join("Ana", "owner"), join("Zoé", "owner"), join("Bob", "admin"), join("Léo", "viewer")
    for act in (
        lambda session: members.change_role(session, bob, id_of(ana), "viewer"),
        lambda session: members.change_role(session, bob, id_of(bob), "owner"),
        lambda session: members.remove(session, bob, id_of(zoe)),
    ):
        assert refusal(db, act) == (403, "owners-only")
    with db.writing() as session:
        members.change_role(session, bob, id_of(leo), "manager")
        members.remove(session, bob, id_of(bob))
    assert sorted(roles(db).values()) == ["manager", "owner", "owner"]
    manager = Viewer(bob.workspace_id, "leo", ROLE_SCOPES["manager"], leo.user_id)
    assert refusal(db, lambda session: members.remove(session, manager, id_of(ana)))[0] == 403


def test_who_is_removed_sees_what_is_left_and_their_name_stays_on_what_was_theirs(db: Database, join: Join) -> None:
    ana, bob = join("Ana", "owner"), join("Bob", "manager")
    mention = mention_row(ana.workspace_id, "acme", assignee="Bob", assignee_id=bob.user_id)
    with db.writing() as session:
        session.add(mention)
        elsewhere = Workspace(slug="others", name="Others")
        session.add(elsewhere)
        session.flush()
        session.add(Member(workspace_id=elsewhere.id, user_id=bob.user_id, role="viewer"))
        session.flush()
        here = sessions.log_in(session, id_of(bob), bob.workspace_id, NOW)
    with db.writing() as session:
        members.remove(session, ana, id_of(bob))
    with db.reading() as session:
        found = sessions.login_of(session, here, NOW)
        assert found is not None
        assert (found.viewer.workspace_id, found.role) == (elsewhere.id, "viewer")
        row = session.scalars(select(Mention)).one()
        assert (row.assignee, row.assignee_id) == ("Bob", None)
        [line] = session.scalars(select(AuditEntry).where(AuditEntry.action == "member.remove"))
        assert (line.target, line.details) == (str(bob.user_id), {"email": "bob@example.com"})


def test_nobody_of_another_workspace_is_found(db: Database, join: Join) -> None:
    ana = join("Ana", "owner")
    eve = Viewer(uuid4(), "eve", ROLE_SCOPES["owner"], uuid4(), owns=True)
    assert refusal(db, lambda session: members.remove(session, eve, id_of(ana)))[0] == 404
    assert refusal(db, lambda session: members.change_role(session, eve, id_of(ana), "viewer"))[0] == 404
    assert refusal(db, lambda session: members.leave(session, eve))[0] == 404
