"""An account of the single sign-on has no password to ask for; demanding two factors is for administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from app.actions import accounts, second_factor
from app.auth import totp
from app.crypto import Seal
from app.db import Database
from app.models import User, Workspace
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEAL = Seal("a secret key for tests only")


@pytest.fixture
def ana(db: Database, workspace_id: UUID) -> Viewer:
    machine = Viewer(workspace_id, "cli", ROLE_SCOPES["admin"])
    new = accounts.NewAccount(email="ana@example.com", password="une girafe sous la pluie")
    with db.writing() as session:
        made = accounts.create(session, machine, new)
        made.password_hash = ""
    return Viewer(workspace_id, made.email, ROLE_SCOPES["admin"], made.id)


def test_without_a_password_the_code_alone_is_asked_for(db: Database, ana: Viewer) -> None:
    secret = totp.new_secret()
    with db.writing() as session:
        codes = second_factor.switch_on(session, ana, SEAL, secret, "", totp.code_of(secret, totp.step_at(NOW)), NOW)
        with pytest.raises(Problem, match="not valid"):
            second_factor.switch_off(session, ana, SEAL, "", "000000", NOW)
        second_factor.switch_off(session, ana, SEAL, "", codes[0], NOW)


def test_demanding_it_leaves_the_other_settings(db: Database, ana: Viewer) -> None:
    with db.writing() as session:
        session.get_one(Workspace, ana.workspace_id).settings = {"other": 1}
        second_factor.demand(session, ana, True)
        assert session.get_one(Workspace, ana.workspace_id).settings == {"other": 1, "second_factor_required": True}
        assert session.scalars(select(User)).one().password_hash == ""
