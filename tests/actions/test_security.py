"""What a person changes about how they log in asks for their password first."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.actions import accounts, security
from app.db import Database
from app.models import User
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "une girafe sous la pluie"


@pytest.fixture
def ana(db: Database, workspace_id: UUID) -> Viewer:
    machine = Viewer(workspace_id, "cli", ROLE_SCOPES["admin"])
    with db.writing() as session:
        made = accounts.create(session, machine, accounts.NewAccount(email="ana@example.com", password=PASSWORD))
    return Viewer(workspace_id, made.email, ROLE_SCOPES["admin"], made.id)


def test_a_later_wish_for_an_address_replaces_the_one_before(db: Database, ana: Viewer) -> None:
    with db.writing() as session:
        first = security.ask_email(session, ana, security.NewEmail(email="one@example.com"), PASSWORD, NOW)
        second = security.ask_email(session, ana, security.NewEmail(email="two@example.com"), PASSWORD, NOW)
        with pytest.raises(Problem, match="no longer works"):
            security.confirm_email(session, ana, first, NOW)
        assert security.confirm_email(session, ana, second, NOW) == ("ana@example.com", "two@example.com")


def test_an_account_without_a_password_is_told_how_to_get_one(db: Database, ana: Viewer) -> None:
    with db.writing() as session:
        user = session.get_one(User, ana.user_id)
        user.password_hash = ""
        for guess in ("", PASSWORD):
            with pytest.raises(Problem) as refused:
                security.confirm_password(user, guess)
            assert "no password yet" in refused.value.errors[0].text
