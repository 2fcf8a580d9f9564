"""An invitation is used once, by whom it is for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.actions import accounts, invitations
from app.auth.invitations import recognise
from app.bootstrap import operator_of
from app.db import Database
from app.models import AuditEntry, Invitation, Member, User, Workspace
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Viewer
from tests.auth.conftest import GOOD
from tests.rows import member_rows

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def admin(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["admin"])


def made(db: Database, viewer: Viewer, **given: object) -> invitations.MadeInvitation:
    with db.writing() as session:
        return invitations.create(session, viewer, invitations.NewInvitation.model_validate(given), NOW)


def outsider(db: Database, name: str) -> UUID:
    """Somebody with an account in another workspace."""
    with db.writing() as session:
        elsewhere = Workspace(slug=name.lower(), name=name)
        session.add(elsewhere)
        session.flush()
        user, member = member_rows(elsewhere.id, name)
        session.add(user)
        session.flush()
        session.add(member)
    return user.id


def accept(db: Database, token: str, user_id: UUID) -> None:
    with db.writing() as session:
        found = recognise(session, token, NOW)
        assert found is not None
        invitations.accept(session, found.viewer, found.invitation.id, user_id)


def test_a_new_person_makes_an_account_and_the_link_is_used_up(db: Database, admin: Viewer) -> None:
    one = made(db, admin, role="manager", email="Ben@example.com")
    with db.writing() as session:
        found = recognise(session, one.token, NOW)
        assert found is not None
        new = accounts.NewAccount(email="ben@example.com", password=GOOD)
        user = invitations.accept_as_new(session, found.viewer, found.invitation.id, new)
    with db.reading() as session:
        assert recognise(session, one.token, NOW) is None
        assert session.get_one(Member, (admin.workspace_id, user.id)).role == "manager"
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert set(actions) == {"invitation.create", "account.create", "member.join"}


def test_of_two_who_come_at_once_one_joins(db: Database, admin: Viewer) -> None:
    one, both, missed = made(db, admin, role="viewer"), [outsider(db, "Zoé"), outsider(db, "Léo")], []
    with db.reading() as session:
        found = recognise(session, one.token, NOW)
    assert found is not None
    start = threading.Barrier(2)

    def go(user_id: UUID) -> None:
        start.wait()
        try:
            with db.writing() as session:
                invitations.accept(session, found.viewer, found.invitation.id, user_id)
        except Problem as problem:
            missed.append(problem.status)

    threads = [threading.Thread(target=go, args=[user]) for user in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as session:
        here = session.scalars(select(Member.role).where(Member.workspace_id == admin.workspace_id)).all()
    assert (here, missed) == (["viewer"], [404])


def test_an_invitation_with_an_address_is_for_nobody_else(db: Database, admin: Viewer) -> None:
    one, zoe = made(db, admin, role="viewer", email="ben@example.com"), outsider(db, "Zoé")
    with pytest.raises(Problem) as refused:
        accept(db, one.token, zoe)
    assert (refused.value.status, refused.value.code) == (403, "another-address")
    with db.reading() as session:
        assert recognise(session, one.token, NOW) is not None


def test_a_member_needs_no_invitation(db: Database, admin: Viewer) -> None:
    zoe = outsider(db, "Zoé")
    accept(db, made(db, admin, role="viewer").token, zoe)
    with db.reading() as session:
        email = session.get_one(User, zoe).email
    for act in (
        lambda: accept(db, made(db, admin, role="admin").token, zoe),
        lambda: made(db, admin, role="admin", email=email),
    ):
        with pytest.raises(Problem) as refused:
            act()
        assert (refused.value.status, refused.value.code) == (409, "already-member")


def test_only_an_owner_invites_owners(db: Database, admin: Viewer) -> None:
    with pytest.raises(Problem) as refused:
        made(db, admin, role="owner")
    assert refused.value.code == "owners-only"
    assert made(db, operator_of(admin.workspace_id), role="owner").row.role == "owner"


def test_a_revoked_link_opens_nothing_and_that_of_another_workspace_is_not_found(db: Database, admin: Viewer) -> None:
    one = made(db, admin, role="viewer")
    with db.writing() as session, pytest.raises(Problem) as missing:
        invitations.revoke(session, operator_of(uuid4()), one.row.id)
    assert missing.value.status == 404
    with db.writing() as session:
        invitations.revoke(session, admin, one.row.id)
    with db.reading() as session:
        assert recognise(session, one.token, NOW) is None
        assert session.scalars(select(Invitation)).all() == []
