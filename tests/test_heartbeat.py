"""A worker says that it lives, for all machines and for its own."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.db import Database
from app.heartbeat import NoAnswer, address, age, beat, name_of, processes, stop_beating
from app.models import Heartbeat
from app.settings import Settings


def test_a_machine_asks_about_its_own_worker(db: Database, settings: Settings) -> None:
    assert age(settings, "worker") is None
    with db.writing() as session:
        beat(session, "worker", "other")
    assert age(settings, "worker") is None
    with db.writing() as session:
        beat(session, "worker")
    seconds = age(settings, "worker")
    assert seconds is not None
    assert 0 <= seconds < 60
    assert age(settings, "stream") is None


def test_a_machine_that_said_nothing_for_a_day_is_forgotten(db: Database) -> None:
    with db.writing() as session:
        for loop, machine in (("worker", "old"), ("worker", "young"), ("stream", "old")):
            beat(session, loop, machine)  # type: ignore[arg-type] # mypy widens the two names to str
        late = datetime.now(UTC) - timedelta(days=2)
        session.execute(update(Heartbeat).where(Heartbeat.name.contains("old")).values(at=late))
        beat(session, "worker", "young")
    with db.reading() as session:
        kept = set(session.scalars(select(Heartbeat.name)))
    machines = {name_of("worker", "young"), name_of("stream", "old")}
    assert kept == {"worker", "stream", *machines, *(f"{name}:{os.getpid()}" for name in machines)}


def test_a_process_that_falls_silent_is_seen_beside_those_that_live_until_an_hour_has_passed(db: Database) -> None:
    with db.writing() as session:
        for machine in ("one", "two", "three"):
            beat(session, "worker", machine)
        stop_beating(session, "worker", "three")
        rename = update(Heartbeat).where(Heartbeat.name == f"worker@two:{os.getpid()}")
        session.execute(rename.values(name="worker@one:9", at=func.now() - timedelta(minutes=5)))
    with db.writing() as session:
        silent = {each.name: each.silent for each in processes(session)}
        assert silent == {"one:9": True, f"one:{os.getpid()}": False}
        late = func.now() - timedelta(minutes=61)
        session.execute(update(Heartbeat).where(Heartbeat.name == "worker@one:9").values(at=late))
        beat(session, "worker", "one")
        assert [each.name for each in processes(session)] == [f"one:{os.getpid()}"]


def test_a_database_that_does_not_answer_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match="vigie doctor"):
        age(Settings(**{**settings.model_dump(), "database_url": "postgresql://a:sesame@127.0.0.1:1/d"}), "worker")
    with pytest.raises(NoAnswer, match="vigie serve"):
        address(Settings(data_dir=tmp_path))


def test_the_embedded_database_is_found_by_its_socket_and_not_started(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "postmaster.pid").write_text("12\n/data\n170000\n5432\n/run/here\n\n")
    assert address(Settings(data_dir=tmp_path)) == "postgresql://postgres@/postgres?host=/run/here"


def test_asking_imports_neither_the_model_nor_what_the_web_needs() -> None:
    code = """
import sys, app.cli.health
heavy = "sqlalchemy", "fastapi", "numpy", "onnxruntime", "sentiment", "app.db"
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
