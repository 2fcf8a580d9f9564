"""Does a worker whose children run a tenth of the time lose sound mentions? 5,000 of 10 feeds, the real command."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from sqlalchemy import func, select

from app.db import Database
from app.models import Mention, Quarantined
from bench._running import add_brands, add_sources, command, database, default_workspace, feeds, wait_until
from bench.row import Row

FEEDS, ITEMS = 10, 500
PERIOD, RUNNING = 0.1, 0.01
LONGEST = 600.0


def run() -> Iterator[Row]:
    with database() as (db, folder, _), feeds(FEEDS, ITEMS) as urls, command(folder, db, "worker") as worker:
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id)
        with held(worker):
            add_sources(db, workspace_id, urls)
            took = wait_until(lambda: arrived(db) >= FEEDS * ITEMS, LONGEST)
        yield Row("stored", arrived(db), "mentions", FEEDS * ITEMS, note=f"in {took:.0f} s")
        yield Row("set aside", set_aside(db), "mentions", 0, "less")


def arrived(db: Database) -> int:
    """How many mentions are stored or set aside."""
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Mention)) or 0


def set_aside(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Quarantined)) or 0


@contextmanager
def held(worker: psutil.Process) -> Iterator[None]:
    """Lets what the worker started for hostile input run a tenth of the time: its nursery, and the children of that."""
    ended = threading.Event()

    def hold() -> None:
        while not ended.is_set():
            processes = worker.children(recursive=True)
            send(processes, signal.SIGSTOP)
            ended.wait(PERIOD - RUNNING)
            send(processes, signal.SIGCONT)
            ended.wait(RUNNING)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def send(processes: list[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
