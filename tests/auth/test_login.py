"""Logging in with an address and a password."""

from __future__ import annotations

from uuid import UUID

from app.auth import login, passwords
from app.db import Database
from app.models import User
from tests.auth.conftest import EMAIL, GOOD


def test_logging_in_takes_the_account_and_its_password(db: Database, ana: User, workspace_id: UUID) -> None:
    account = login.authenticate(db, " ANA@example.com ", GOOD)
    assert account is not None
    assert (account.user_id, account.workspace_id) == (ana.id, workspace_id)
    assert login.authenticate(db, EMAIL, "another girafe") is None
    assert login.authenticate(db, "nobody@example.com", GOOD) is None


def test_an_old_hash_is_made_anew_when_its_owner_logs_in(db: Database, ana: User) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)
    with db.writing() as session:
        session.get_one(User, ana.id).password_hash = weak
    assert login.authenticate(db, EMAIL, GOOD) is not None
    with db.reading() as session:
        assert "m=47104" in session.get_one(User, ana.id).password_hash
