"""The two verbs of the database."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session

from app.db import IDLE, Database, wait_until_ready
from app.models import Workspace


def count(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Workspace)) or 0


def test_reading_cannot_write(db: Database) -> None:
    with db.reading() as session, pytest.raises(InternalError, match="read-only"):
        session.execute(text("INSERT INTO workspace (id, slug, name) VALUES (gen_random_uuid(), 'a', 'A')"))


def test_writing_is_committed_on_the_way_out_and_rolled_back_by_an_error(db: Database) -> None:
    before = count(db)
    with db.writing() as session:
        session.add(Workspace(slug="a", name="A"))
    with suppress(ZeroDivisionError), db.writing() as session:
        session.add(Workspace(slug="b", name="B"))
        session.flush()
        raise ZeroDivisionError
    assert count(db) == before + 1


def test_a_connection_that_was_closed_while_nobody_used_it_is_replaced(db: Database) -> None:
    with db.reading() as session:
        mine = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(db.url)
    with other.writing() as session:
        assert session.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
    other.close()
    time.sleep(IDLE + 0.1)
    with db.reading() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != mine


@pytest.mark.parametrize(("state", "tries"), [("40001", 3), ("40P01", 3), ("53300", 1)])
def test_work_is_tried_again_after_a_deadlock_or_a_serialization_failure_only(
    db: Database, state: str, tries: int
) -> None:
    calls: list[Session] = []

    def work(session: Session) -> str:
        calls.append(session)
        if len(calls) < 3:
            session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))
        return "done"

    if tries == 1:
        with pytest.raises(OperationalError):
            db.retry(work)
    else:
        assert db.retry(work) == "done"
    assert len(calls) == tries
    assert len(set(map(id, calls))) == tries


def test_work_that_never_succeeds_is_given_up(db: Database) -> None:
    calls: list[int] = []

    def work(session: Session) -> None:
        calls.append(1)
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))

    with pytest.raises(OperationalError):
        db.retry(work, tries=2)
    assert len(calls) == 2


def test_a_database_that_does_not_answer_is_waited_for_so_long(db: Database) -> None:
    wait_until_ready(db, 5)
    nowhere = Database("postgresql://a:sesame@127.0.0.1:1/d")
    assert not nowhere.ready()
    with pytest.raises(TimeoutError, match="VIGIE_DATABASE_URL"):
        wait_until_ready(nowhere, 0.1)
    nowhere.close()


def test_a_user_that_was_killed_does_not_keep_the_embedded_database_running(tmp_path: Path) -> None:
    """The last process that ends in order stops it, also where another one was killed."""
    tmp_path.chmod(0o755)
    code = "import sys; from pathlib import Path; from app.db import Embedded; print(Embedded(Path(sys.argv[1])).pid)"
    killed = f"{code}; import os; sys.stdout.flush(); os._exit(9)"
    first = subprocess.run([sys.executable, "-c", killed, tmp_path], capture_output=True, text=True, check=False)
    last = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert first.stdout == last.stdout
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
