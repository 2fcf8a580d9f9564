"""A running Vigie for benches: a database of its own, and the real commands as processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil
from sqlalchemy import insert, select

from app.db import Database, Embedded
from app.migrate import migrate
from app.models import Brand, Source, Workspace, uuid7
from bench.feeds import BRANDS


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time of a process itself, and of all the processes it started."""

    own: float
    children: float

    def __sub__(self, before: Spent) -> Spent:
        return Spent(self.own - before.own, self.children - before.children)


@contextmanager
def database() -> Iterator[tuple[Database, Path, int]]:
    """An empty migrated database, the folder it is in, and the process id of its server."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        embedded = Embedded(Path(folder))
        db = Database(embedded.url)
        migrate(db)
        with db.writing() as session:
            session.add(Workspace(slug="default", name="Default"))
        try:
            yield db, Path(folder), embedded.pid or 0
        finally:
            db.close()
            embedded.stop()


def default_workspace(db: Database) -> UUID:
    with db.reading() as session:
        return session.scalars(select(Workspace.id).where(Workspace.slug == "default")).one()


def add_brands(db: Database, workspace_id: UUID, names: Sequence[str] = BRANDS) -> None:
    rows = [
        {
            "workspace_id": workspace_id,
            "id": uuid7(),
            "name": name,
            "kind": "own",
            "colour": "#336699",
            "query": f'"{name}"',
        }
        for name in names
    ]
    with db.writing() as session:
        session.execute(insert(Brand), rows)


def add_sources(db: Database, workspace_id: UUID, urls: Sequence[str]) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "workspace_id": workspace_id,
            "id": uuid7(),
            "collector": "rss",
            "name": url,
            "params": {"url": url},
            "interval_seconds": 86_400,
            "host": "127.0.0.1",
            "next_run_at": now,
        }
        for url in urls
    ]
    with db.writing() as session:
        session.execute(insert(Source), rows)


@contextmanager
def command(folder: Path, db: Database, *words: str, **more: str) -> Iterator[psutil.Popen]:
    """Runs `vigie …` as a process of its own, and ends it at the end of the block."""
    environment = {
        **os.environ,
        "VIGIE_DATABASE_URL": db.url,
        "VIGIE_DATA_DIR": str(folder),
        "VIGIE_SECRET_KEY": "a key for benches only",
        "VIGIE_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "VIGIE_LOG_LEVEL": "warning",
        **more,
    }
    process = psutil.Popen([sys.executable, "-m", "app", *words], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@contextmanager
def feeds(number: int, items: int) -> Iterator[tuple[str, ...]]:
    """The addresses of made-up feeds. A process of its own serves them, so that their cost is not counted as ours."""
    words = [sys.executable, "-m", "bench.feeds", "--feeds", str(number), "--items", str(items)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield tuple(process.stdout.readline().strip() for _ in range(number))
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def spent(pid: int) -> Spent:
    """The processor time that a process and all it started have spent so far, ended ones included."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    alive = sum(sum(_with_ended(child)) for child in process.children(recursive=True))
    return Spent(times.user + times.system, ended + alive)


def _with_ended(process: psutil.Process) -> Iterator[float]:
    try:
        yield from process.cpu_times()[:4]  # user and system, then those of ended children
    except psutil.NoSuchProcess:  # it ended in the meantime
        return


def memory(*pids: int) -> float:
    """MiB of memory that these processes and all they started use; shared pages are counted once (PSS)."""
    roots = [psutil.Process(pid) for pid in pids]
    every = {process.pid: process for root in roots for process in (root, *root.children(recursive=True))}
    return sum(process.memory_full_info().pss for process in every.values()) / 2**20


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.1) -> float:
    """Waits until `done` is true. Returns the seconds it took. Raises TimeoutError."""
    started = time.perf_counter()
    while not done():
        if time.perf_counter() - started > seconds:
            raise TimeoutError(f"not done after {seconds:g} s")
        time.sleep(pause)
    return time.perf_counter() - started
