"""`vigie health`: what a container asks about itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from app.db import Database
from app.heartbeat import beat
from app.models import Heartbeat
from tests.cli.conftest import NO_DATABASE, Run, vigie


def test_it_says_whether_the_worker_of_this_machine_lives(run: Run, database: Database) -> None:
    never = run("health")
    assert (never.code, never.err) == (1, "Error: no worker has run on this machine: start one with `vigie worker`\n")
    with database.writing() as session:
        beat(session, "worker")
    lives = run("health", "--role", "worker")
    assert (lives.code, lives.err) == (0, "")
    assert lives.out.startswith("the worker of this machine lives: ")
    with database.writing() as session:
        session.execute(update(Heartbeat).values(at=datetime.now(UTC) - timedelta(minutes=5)))
    late = run("health")
    assert (late.code, late.out) == (1, "")
    assert "the worker of this machine last gave a sign of life 30" in late.err
    assert run("health", "--role", "stream").code == 1


def test_without_a_database_it_is_one_sentence() -> None:
    ran = vigie("health", **NO_DATABASE)
    assert (ran.code, ran.err) == (1, "Error: the database does not answer: `vigie doctor` says why\n")
    assert vigie("health", "--role", "web").code == 2
