"""Making and ending silences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import silences
from app.actions.silences import check_time
from app.db import Database
from app.models import AuditEntry, Silence
from app.problems import Problem
from app.viewer import Viewer

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def actions_of(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_everything_is_paused_for_an_hour_and_resumed_before(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        row = silences.pause(session, viewer, "Maintenance", NOW)
        assert (row.starts_at, row.until, row.brand_id, row.kind, row.q) == (NOW, NOW + HOUR, None, None, None)
        narrow = silences.NewSilence(kind="threshold", until=NOW + HOUR, reason="Maintenance")
        silences.create(session, viewer, narrow, NOW)
    with db.writing() as session:
        assert silences.resume(session, viewer, NOW + HOUR / 2) == 1
        assert silences.resume(session, viewer, NOW + HOUR / 2) == 0
        ended = session.scalars(select(Silence).where(Silence.ended_at.is_not(None))).one()
        assert (ended.id, ended.ended_at, ended.ended_by) == (row.id, NOW + HOUR / 2, viewer.actor)
        assert actions_of(session) == ["silence.create", "silence.create", "silence.end"]


def test_a_silence_begins_now_where_the_clock_of_whoever_asks_is_a_little_slow() -> None:
    assert check_time(None, NOW + HOUR, NOW) == NOW
    assert check_time(NOW - timedelta(minutes=1), NOW + HOUR, NOW) == NOW
    assert check_time(NOW + HOUR, NOW + 2 * HOUR, NOW) == NOW + HOUR
    with pytest.raises(Problem):
        check_time(NOW - HOUR, NOW + HOUR, NOW)


def test_a_silence_that_is_over_cannot_be_ended(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        row = silences.pause(session, viewer, "Maintenance", NOW)
        with pytest.raises(Problem, match="over already"):
            silences.end(session, viewer, row.id, NOW + HOUR)
