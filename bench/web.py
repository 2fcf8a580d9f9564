"""How long people wait for a page of mentions: while nothing happens, and while the worker is busy.

`vigie serve` runs as it does anywhere: the web server, and one worker as its child.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import httpx2

from app.actions.keys import NewKey, create
from app.db import Database
from app.viewer import ROLE_SCOPES, Viewer
from bench._running import add_brands, add_sources, command, database, default_workspace, feeds, memory, wait_until
from bench.row import Row
from bench.throughput import beats, scored

FEEDS, ITEMS, THERE_BEFORE = 120, 100, 20
CALM = 200  # requests while nothing happens
EVERY = 0.02


def run() -> Iterator[Row]:
    with database() as (db, folder, _server), feeds(FEEDS, ITEMS) as urls:
        workspace_id, port = default_workspace(db), free_port()
        add_brands(db, workspace_id)
        key = key_of(db, workspace_id)
        with command(folder, db, "serve", VIGIE_PORT=str(port)) as server, client(port, key) as http:
            wait_until(lambda: beats(db) and answers(http), 120)
            add_sources(db, workspace_id, urls[:THERE_BEFORE])
            wait_until(lambda: scored(db) == THERE_BEFORE * ITEMS, 300)
            time.sleep(5)  # the hours are being counted
            still = iter(range(CALM))
            calm = waits(http, lambda: next(still, None) is None)
            add_sources(db, workspace_id, urls[THERE_BEFORE:])
            busy = waits(http, until_scored(db, FEEDS * ITEMS))
            used = memory(server.pid)
    idle = percentile(calm, 95)
    yield Row("a page of mentions, nothing happens", 1000 * idle, "ms", note="95th percentile")
    yield Row(
        "a page of mentions, the worker is busy",
        1000 * percentile(busy, 95),
        "ms",
        2000 * idle,
        "less",
        "95th percentile",
    )
    yield Row("memory of web and worker", used, "MiB", 600, "less", "without the database")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def key_of(db: Database, workspace_id: UUID) -> str:
    admin = Viewer(workspace_id, "bench", frozenset(ROLE_SCOPES["admin"]))
    with db.writing() as session:
        return create(session, admin, NewKey(name="bench", scopes=["read"]), datetime.now(UTC)).secret


def client(port: int, key: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, trust_env=False, timeout=60)


def answers(http: httpx2.Client) -> bool:
    try:
        return http.get("/brands").is_success
    except httpx2.TransportError:  # it does not listen yet
        return False


def until_scored(db: Database, number: int) -> Callable[[], bool]:
    """Whether all is scored; asks the database once a second at most."""
    latest = time.perf_counter()

    def done() -> bool:
        nonlocal latest
        if time.perf_counter() - latest < 1:
            return False
        latest = time.perf_counter()
        return scored(db) >= number

    return done


def waits(http: httpx2.Client, done: Callable[[], bool]) -> list[float]:
    """Seconds each request took, one every 20 ms at most."""
    took: list[float] = []
    while not done():
        started = time.perf_counter()
        http.get("/mentions", params={"limit": 50}).raise_for_status()
        took.append(time.perf_counter() - started)
        time.sleep(max(0.0, EVERY - took[-1]))
    return took


def percentile(values: list[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
