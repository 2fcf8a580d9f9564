"""Sessions of browsers: how they open, last and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.auth import sessions
from app.db import Database
from app.models import LoginSession, Member, User
from app.pipeline.sweep import clean

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def opened(db: Database, user: User, workspace_id: UUID, now: datetime = NOW, old: str = "") -> str:
    with db.writing() as session:
        return sessions.log_in(session, user.id, workspace_id, now, sessions.Browser("browser"), old)


def holds(db: Database, value: str, now: datetime) -> bool:
    with db.reading() as session:
        return sessions.login_of(session, value, now) is not None


@pytest.mark.parametrize(
    ("later", "holding"),
    [
        (timedelta(hours=7, minutes=59), True),
        (timedelta(hours=8), False),
        (timedelta(days=8), False),
    ],
)
def test_a_session_ends_when_nobody_uses_it(
    db: Database, ana: User, workspace_id: UUID, later: timedelta, holding: bool
) -> None:
    assert holds(db, opened(db, ana, workspace_id), NOW + later) is holding


def test_a_session_that_is_used_ends_after_seven_days_all_the_same(db: Database, ana: User, workspace_id: UUID) -> None:
    value, now = opened(db, ana, workspace_id), NOW
    while holds(db, value, now):
        with db.writing() as session:
            found = sessions.login_of(session, value, now)
            assert found is not None
            sessions.touch(session, found.token_hash, now)
        now += timedelta(hours=6)
    assert now - NOW == timedelta(days=7)


def test_logging_in_gives_a_new_token_and_ends_the_old_one(db: Database, ana: User, workspace_id: UUID) -> None:
    first = opened(db, ana, workspace_id)
    second = opened(db, ana, workspace_id, old=first)
    assert first != second
    assert (holds(db, first, NOW), holds(db, second, NOW)) == (False, True)
    with db.reading() as session:
        kept = session.scalars(select(LoginSession.token_hash)).all()
    assert second.encode() not in b"".join(kept)


def test_a_token_that_was_not_given_opens_nothing(db: Database, ana: User) -> None:
    assert not holds(db, "chosen-by-an-attacker", NOW)


def test_a_new_role_counts_from_the_next_request_on(db: Database, ana: User, workspace_id: UUID) -> None:
    value = opened(db, ana, workspace_id)
    with db.writing() as session:
        session.get_one(Member, (workspace_id, ana.id)).role = "viewer"
    with db.reading() as session:
        found = sessions.login_of(session, value, NOW)
    assert found is not None
    assert found.viewer.scopes == {"read"}
    with db.writing() as session:
        session.delete(session.get_one(Member, (workspace_id, ana.id)))
    assert not holds(db, value, NOW)


def test_old_sessions_are_forgotten(db: Database, ana: User, workspace_id: UUID) -> None:
    opened(db, ana, workspace_id)
    with db.writing() as session:
        clean(session, NOW + timedelta(days=8, seconds=1))
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
