"""One's own sessions, and one's colleagues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.actions import accounts
from app.auth import sessions
from app.crypto import digest
from app.db import Database
from app.queries.security import colleagues, open_sessions
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def people(db: Database, workspace_id: UUID) -> list[Viewer]:
    machine = Viewer(workspace_id, "cli", ROLE_SCOPES["admin"])
    with db.writing() as session:
        made = [
            accounts.create(session, machine, accounts.NewAccount(email=email, password="une girafe sous la pluie"))
            for email in ("ana@example.com", "eve@example.com")
        ]
    return [Viewer(workspace_id, one.email, ROLE_SCOPES["admin"], one.id) for one in made]


def test_only_ones_own_open_sessions_are_listed_this_one_first(db: Database, people: list[Viewer]) -> None:
    ana, eve = people
    assert ana.user_id
    assert eve.user_id
    with db.writing() as session:
        here = sessions.log_in(session, ana.user_id, ana.workspace_id, NOW, sessions.Browser("Firefox/1", "here"))
        sessions.log_in(session, ana.user_id, ana.workspace_id, NOW + timedelta(minutes=1))
        sessions.log_in(session, ana.user_id, ana.workspace_id, NOW - sessions.IDLE)
        sessions.log_in(session, eve.user_id, eve.workspace_id, NOW)
        found = open_sessions(session, ana, NOW, digest(here))
    assert [(one.current, one.program, one.network) for one in found] == [(True, "Firefox", "here"), (False, "", "")]


def test_colleagues_are_the_others(db: Database, people: list[Viewer]) -> None:
    with db.reading() as session:
        assert [one.email for one in colleagues(session, people[0])] == ["eve@example.com"]
