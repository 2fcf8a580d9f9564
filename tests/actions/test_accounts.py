"""Accounts of people: one for each address, the first one by a link, a new password."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.actions import accounts
from app.auth import links, sessions
from app.db import Database
from app.models import User
from app.problems import Problem
from app.viewer import ROLE_SCOPES, Viewer
from tests.auth.conftest import EMAIL, GOOD

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "cli", ROLE_SCOPES["admin"])


@pytest.fixture
def ana(db: Database, viewer: Viewer) -> User:
    with db.writing() as session:
        return accounts.create(session, viewer, accounts.NewAccount(email=EMAIL, password=GOOD), "manager")


def test_an_address_has_one_account(db: Database, viewer: Viewer, ana: User) -> None:
    with db.writing() as session, pytest.raises(Problem) as refused:
        accounts.create(session, viewer, accounts.NewAccount(email="Ana@Example.com", password=GOOD))
    assert refused.value.status == 409


def opened(db: Database, user: User, workspace_id: UUID, now: datetime = NOW, old: str = "") -> str:
    with db.writing() as session:
        return sessions.log_in(session, user.id, workspace_id, now, sessions.Browser("browser"), old)


def holds(db: Database, value: str, now: datetime) -> bool:
    with db.reading() as session:
        return sessions.login_of(session, value, now) is not None


def test_a_new_password_ends_every_other_session(db: Database, ana: User, workspace_id: UUID) -> None:
    mine, other = opened(db, ana, workspace_id), opened(db, ana, workspace_id)
    with db.writing() as session:
        found = sessions.login_of(session, mine, NOW)
        assert found is not None
        with pytest.raises(Problem):
            accounts.change_password(session, found.viewer, "wrong", "deux girafes au soleil", found.token_hash)
        accounts.change_password(session, found.viewer, GOOD, "deux girafes au soleil", found.token_hash)
    assert (holds(db, mine, NOW), holds(db, other, NOW)) == (True, False)


def test_of_eight_who_spend_a_link_at_once_one_succeeds(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        value = links.new_link(session, links.SETUP, NOW)
    outcomes: list[str] = []

    def attempt(number: int) -> None:
        new = accounts.NewAccount(email=f"a{number}@example.com", password=GOOD)
        try:
            with db.writing() as session:
                accounts.set_up(session, viewer, value, new, NOW)
            outcomes.append("made")
        except Problem as problem:
            outcomes.append(problem.code)

    in_parallel([lambda n=n: attempt(n) for n in range(8)])  # type: ignore[misc] # bound now
    assert sorted(outcomes) == ["link-spent"] * 7 + ["made"]


def test_the_first_account_however_it_was_made_ends_every_link(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        values = [links.new_link(session, links.SETUP, NOW) for _ in range(2)]
        accounts.create(session, viewer, accounts.NewAccount(email=EMAIL, password=GOOD), "admin")
    with db.reading() as session:
        assert [links.is_valid(session, value, links.SETUP, NOW) for value in values] == [False, False]


def in_parallel(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
