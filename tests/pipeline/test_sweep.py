"""Every minute, what is due is found in the tables, and what is old is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update

from app.api.health import queue_age
from app.db import Database
from app.jobs import Jobs
from app.models import Host, Poll
from app.pipeline.gather.pauses import pause
from app.pipeline.sweep import Sweep, clean, wake
from app.services import Services
from tests.pipeline.gather.feeds import add
from tests.pipeline.scoring import rows

HOUR = timedelta(hours=1)


def test_a_paused_host_wakes_nobody_and_is_no_sign_of_a_queue_that_is_stuck(
    services: Services, workspace_id: UUID
) -> None:
    now, db = datetime.now(UTC), services.db
    add(db, workspace_id, limit_key="busy.example", next_run_at=now - HOUR)
    with db.writing() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
        assert queue_age(session) > 3000
        pause(session, "busy.example", now + HOUR, None)
        assert queue_age(session) == 0
        wake(session, services.jobs, now)
        assert "collect" not in set(session.scalars(text("SELECT task_name FROM procrastinate_jobs")))
        session.execute(update(Host).values(paused_until=now - timedelta(seconds=5)))
        assert 4 < queue_age(session) < 60
        wake(session, services.jobs, now)
        assert "collect" in set(session.scalars(text("SELECT task_name FROM procrastinate_jobs")))


def test_what_was_usual_is_remembered_of_a_source_that_fell_silent(services: Services, workspace_id: UUID) -> None:
    now, db = datetime.now(UTC), services.db
    (silent,) = add(db, workspace_id, limit_key="a", last_new_at=now - timedelta(days=60))
    (lively,) = add(db, workspace_id, limit_key="b", last_new_at=now)
    with db.writing() as session:
        for source_id in (silent, lively):
            for days, stored in ((60, 2), (61, 0), (70, 1), (80, 1)):
                at = now - timedelta(days=days)
                session.add(
                    Poll(
                        workspace_id=workspace_id,
                        source_id=source_id,
                        started_at=at,
                        finished_at=at,
                        outcome="ok",
                        stored=stored,
                    )
                )
    with db.writing() as session:
        clean(session, now)
    with db.reading() as session:
        kept = session.execute(select(Poll.source_id, Poll.stored).order_by(Poll.id)).all()
    assert [tuple(row) for row in kept] == [(silent, 2), (silent, 1)]


def test_pauses_and_turns_that_are_over_are_forgotten(services: Services) -> None:
    now, db = datetime.now(UTC), services.db
    with db.writing() as session:
        pause(session, "over", now - timedelta(days=2), None)
        pause(session, "lasting", now + HOUR, None)
        session.add(Host(key="turn", turn_at=now))
        session.flush()
        clean(session, now)
        assert set(session.scalars(select(Host.key))) == {"lasting", "turn"}


def test_the_sweep_wakes_the_scorer_for_history_too(db: Database) -> None:
    Sweep(db, Jobs())()
    assert ("score",) in rows(db, "SELECT task_name FROM procrastinate_jobs")
