"""How fast one worker process goes from HTTP to scored rows: 200 feeds full of news, then 10,000 unchanged feeds.

On a busy machine the processor time per mention says more than the seconds: two cores have 2,000 ms of it per second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import sleep

from sqlalchemy import func, select, update

from app.db import Database
from app.models import Heartbeat, Match, Source
from bench._running import (
    add_brands,
    add_sources,
    command,
    database,
    default_workspace,
    feeds,
    memory,
    spent,
    wait_until,
)
from bench.row import Row

FEEDS, ITEMS = 200, 100
UNCHANGED = 10_000


def run() -> Iterator[Row]:
    yield from news()
    yield from silence()


def news(number: int = FEEDS, items: int = ITEMS) -> Iterable[Row]:
    """Mentions per second, from the first due poll to the last stance written, and what each one costs."""
    mentions = number * items
    with database() as (db, folder, server), feeds(number, items) as urls:
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id)
        with command(folder, db, "worker") as worker:
            wait_until(lambda: beats(db), 60)
            sleep(2)  # the imports at its start are no cost of a mention
            before, stored_before = spent(worker.pid), spent(server)
            add_sources(db, workspace_id, urls)
            seconds = wait_until(lambda: scored(db) == mentions, 600, pause=0.5)
            worked, stored = spent(worker.pid) - before, spent(server) - stored_before
            used = memory(worker.pid)
            wait_until(lambda: not provisional(db), 900, pause=0.5)
            settled = spent(worker.pid) - before
    each = 1000 / mentions
    yield Row("mentions from HTTP to scored rows", mentions / seconds, "/s", target=1000)
    yield Row("processor time per mention, in all", each * (worked.own + worked.children + stored.children), "ms")
    yield Row("… fetching, storing and scoring", each * worked.own, "ms", note="the worker itself")
    yield Row("… parsing, cleaning and matching", each * worked.children, "ms", note="its killable children")
    yield Row("… the database", each * stored.children, "ms")
    yield Row(
        "the whole model, in the background",
        each * (settled.own - worked.own),
        "ms",
        note="of the processor, for each mention that the quick part read first",
    )
    yield Row("memory of the worker and its children", used, "MiB")


def silence(number: int = UNCHANGED) -> Iterable[Row]:
    """Seconds for one worker to poll feeds that all answer 304."""
    with database() as (db, folder, server), feeds(number, 1) as urls:
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id)
        add_sources(db, workspace_id, urls)
        with command(folder, db, "worker") as worker:
            wait_until(lambda: polled(db) == number, 900, pause=1)
            wait_until(lambda: scored(db) == number and not provisional(db), 600, pause=1)
            sleep(5)  # the hours are being counted
            with db.writing() as session:
                session.execute(update(Source).values(next_run_at=func.now(), last_success_at=None))
            before, stored_before = spent(worker.pid), spent(server)
            seconds = wait_until(lambda: polled(db) == number, 600, pause=0.5)
            worked, stored = spent(worker.pid) - before, spent(server) - stored_before
    yield Row(f"{number:,} unchanged feeds polled", seconds, "s", target=90, better="less")
    yield Row("processor time per unchanged feed", 1000 / number * (worked.own + worked.children), "ms")
    yield Row("… the database", 1000 / number * stored.children, "ms")


def provisional(db: Database) -> int:
    """How many stances are those of the quick part, and will be read again by the whole model."""
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Match).where(Match.provisional)) or 0


def beats(db: Database) -> bool:
    with db.reading() as session:
        return session.scalar(select(func.count()).where(Heartbeat.name == "worker")) == 1


def scored(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Match).where(Match.scored_at.is_not(None))) or 0


def polled(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Source).where(Source.last_success_at.is_not(None))) or 0
