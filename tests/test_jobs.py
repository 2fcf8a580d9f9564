"""Jobs are deferred with the data they are about."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import text

from app.db import Database
from app.jobs import PRIORITIES, Jobs

JOBS = Jobs()


def waiting(db: Database) -> list[tuple[str, dict[str, str], int]]:
    with db.reading() as session:
        rows = session.execute(text("SELECT task_name, args, priority FROM procrastinate_jobs ORDER BY id"))
        return [(row.task_name, row.args, row.priority) for row in rows]


def test_one_waiting_job_of_a_kind_is_enough(db: Database) -> None:
    with db.writing() as session:
        assert JOBS.defer(session, "collect")
        assert not JOBS.defer(session, "collect")
        assert JOBS.defer(session, "watch", brand_id="1")
        assert JOBS.defer(session, "watch", brand_id="2")
        assert not JOBS.defer(session, "watch", brand_id="1")
    jobs = [("collect", {}), ("watch", {"brand_id": "1"}), ("watch", {"brand_id": "2"})]
    assert [(name, args) for name, args, _ in waiting(db)] == jobs


def test_a_job_is_gone_with_the_transaction_it_belongs_to(db: Database) -> None:
    with suppress(ZeroDivisionError), db.writing() as session:
        JOBS.defer(session, "score")
        raise ZeroDivisionError
    assert waiting(db) == []


def test_several_jobs_are_deferred_in_one_order_whoever_asks(db: Database) -> None:
    jobs = [("watch", {"brand_id": "2"}), ("score", {}), ("watch", {"brand_id": "1"})]
    with db.writing() as session:
        JOBS.defer_all(session, jobs)
    assert [(name, args) for name, args, _ in waiting(db)] == [jobs[1], jobs[2], jobs[0]]
    assert [priority for *_, priority in waiting(db)] == [PRIORITIES["score"], PRIORITIES["watch"], PRIORITIES["watch"]]
