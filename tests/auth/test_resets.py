"""A link to a new password: for one address, once, for an hour."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.auth import links, passwords, resets, sessions
from app.db import Database
from app.models import User
from app.problems import Problem
from app.viewer import Viewer
from tests.auth.conftest import EMAIL

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_reset_ends_every_session_and_every_other_link(db: Database, ana: User, viewer: Viewer) -> None:
    with db.writing() as session:
        cookie = sessions.log_in(session, ana.id, viewer.workspace_id, NOW)
        first, second = resets.new_link(session, EMAIL, NOW), resets.new_link(session, EMAIL, NOW)
    with db.writing() as session:
        user = resets.reset(session, first, passwords.hash_of("un hibou dans la lune"), NOW)
        assert passwords.matches(user.password_hash, "un hibou dans la lune")
        assert sessions.login_of(session, cookie, NOW) is None
        for spent in (first, second):
            with pytest.raises(Problem, match="no longer works"):
                resets.reset(session, spent, "x", NOW)


def test_a_link_opens_nothing_after_an_hour_or_for_another_purpose_or_address(db: Database, ana: User) -> None:
    with db.writing() as session:
        value = resets.new_link(session, EMAIL, NOW)
        for_email = links.new_link(session, links.EMAIL, NOW, target=links.Target(ana.id, EMAIL))
        stranger = resets.new_link(session, "nobody@example.com", NOW)
        assert resets.person_of(session, value, NOW) is not None
        assert resets.person_of(session, value, NOW + links.HOUR) is None
        assert resets.person_of(session, for_email, NOW) is None
        assert resets.person_of(session, stranger, NOW) is None
        session.get_one(User, ana.id).email = "ana@elsewhere.example"
        session.flush()
        assert resets.person_of(session, value, NOW) is None


def test_a_password_made_of_the_address_is_refused(db: Database, ana: User) -> None:
    with db.reading() as session, pytest.raises(Problem) as refused:
        resets.check(session, session.get_one(User, ana.id), "ana@example.com2026")
    assert refused.value.status == 422
