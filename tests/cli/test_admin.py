"""`vigie admin create`: an account, or one sentence about what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.auth import resets, second_factor, totp
from app.auth.passwords import matches
from app.cli.admin import new_account
from app.cli.reading import Failed
from app.crypto import Seal
from app.db import Database
from app.models import AuditEntry, Member, User
from tests.cli.conftest import Run

PASSWORD = "a pass phrase for tests"


def test_the_account_may_do_everything_with_the_password_from_standard_input(run: Run, database: Database) -> None:
    ran = run("admin", "create", "--email", "Ana@Example.org", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "ana@example.org may now log in at http://127.0.0.1:8000/login\n"
    with database.reading() as session:
        user, member = session.execute(select(User, Member).join(Member, Member.user_id == User.id)).one()
        assert (user.email, member.role) == ("ana@example.org", "owner")
        assert matches(user.password_hash, PASSWORD)
    again = run("admin", "create", "--email", "ana@example.org", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("Error: An account with this address already exists.")


@pytest.mark.parametrize("email", ["ana", "ana@", "ana@nowhere", "ana@example.org;eve@example.org"])
def test_an_address_that_is_none_is_refused_in_one_sentence(email: str) -> None:
    with pytest.raises(Failed, match=r"^email: write an address like ana@example\.com$"):
        new_account(email, "", PASSWORD)


def test_a_link_to_a_new_password_is_printed_alone_and_works(run: Run, database: Database) -> None:
    run("admin", "create", "--email", "ana@example.org", "--password-stdin", stdin=f"{PASSWORD}\n")
    ran = run("admin", "reset-link", "--email", " Ana@Example.org")
    assert (ran.code, ran.err) == (0, "")
    address, _, token = ran.out.strip().partition("?token=")
    assert address == "http://127.0.0.1:8000/reset"
    with database.reading() as session:
        found = resets.person_of(session, token, datetime.now(UTC))
        assert found is not None
        assert found.email == "ana@example.org"
        assert "account.reset-link" in session.scalars(select(AuditEntry.action)).all()
    nobody = run("admin", "reset-link", "--email", "eve@example.org")
    assert (nobody.code, nobody.err) == (1, "Error: no account has the address 'eve@example.org'\n")


def test_who_lost_the_phone_logs_in_with_the_password_alone(run: Run, database: Database) -> None:
    run("admin", "create", "--email", "ana@example.org", "--password-stdin", stdin=f"{PASSWORD}\n")
    with database.writing() as session:
        user = session.scalars(select(User)).one()
        second_factor.switch_on(session, Seal("a secret key for tests only"), user.id, totp.new_secret(), 1)
    ran = run("admin", "drop-second-factor", "--email", "ana@example.org")
    assert (ran.code, ran.out) == (0, "ana@example.org now logs in with the password alone\n")
    with database.reading() as session:
        assert not second_factor.is_on(session, user.id)
