"""How late quick sources are read beside hosts that keep us waiting, by the real command.

Many feeds of one slow host; and many slow hosts, each with a feed of its own, all of them due at once and again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy import select, update

from app.db import Database
from app.models import Source
from bench._running import add_brands, add_sources, command, database, default_workspace, feeds, wait_until
from bench.row import Row

QUICK = 5
OF_ONE_HOST, ANSWERS_AFTER = 34, 10.0
HOSTS, HANGS = 200, 60.0
ROUNDS, EVERY = 6, 5.0
SLACK = 5.0
"""Seconds that a quick source may be late, whatever the others do."""


def run() -> Iterator[Row]:
    with sleepy(ANSWERS_AFTER) as port:
        slow = [f"http://localhost:{port}/{number}" for number in range(OF_ONE_HOST)]
        yield worst("one slow host", slow, f"{OF_ONE_HOST} feeds that answer after {ANSWERS_AFTER:g} s")
    with sleepy(HANGS) as port:
        slow = [f"http://127.0.1.{number + 1}:{port}/" for number in range(HOSTS)]
        yield worst("many slow hosts", slow, f"{HOSTS} hosts that hang")


def worst(name: str, slow: Sequence[str], note: str) -> Row:
    """The longest time from when a quick source was due to when it was read, the very first reading apart."""
    hosts = {url.split("/")[2].split(":")[0] for url in slow}
    allowed = ",".join(["127.0.0.1", *sorted(hosts)])
    with (
        database() as (db, folder, _),
        feeds(QUICK, 5) as quick,
        command(folder, db, "worker", VIGIE_ALLOWED_PRIVATE_HOSTS=allowed),
    ):
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id)
        add_sources(db, workspace_id, slow)
        for url in slow:
            with db.writing() as session:
                host = url.split("/")[2].split(":")[0]
                session.execute(update(Source).where(Source.name == url).values(host=host, limit_key=host))
        began = time.perf_counter()
        add_sources(db, workspace_id, quick)
        first = wait_until(lambda: latest(db, quick, datetime.min.replace(tzinfo=UTC)), 600, 0.2)
        delays = [late(db, quick, slow) for _ in range(ROUNDS)]
        spent = time.perf_counter() - began
    return Row(
        name, max(delays), "s late", SLACK, "less", f"{note}; first reading {first:.1f} s; watched {spent:.0f} s"
    )


def late(db: Database, quick: Sequence[str], slow: Sequence[str]) -> float:
    """Makes everything due again, and waits until the quick sources were read. Returns how long that took."""
    time.sleep(EVERY)
    due = datetime.now(UTC)
    with db.writing() as session:
        session.execute(update(Source).where(Source.name.in_([*quick, *slow])).values(next_run_at=due))
    return wait_until(lambda: latest(db, quick, due), 600, 0.1)


def latest(db: Database, quick: Sequence[str], since: datetime) -> bool:
    """Whether all quick sources were read since then."""
    with db.reading() as session:
        times = session.scalars(select(Source.last_success_at).where(Source.name.in_(quick))).all()
    return all(at is not None and at > since for at in times)


@contextmanager
def sleepy(seconds: float) -> Iterator[int]:
    """A server on all loopback addresses that answers with an empty feed after so many seconds. Returns its port."""
    ended = threading.Event()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<rss version='2.0'><channel><title>slow</title></channel></rss>"
            ended.wait(seconds)
            with suppress(BrokenPipeError):  # the reader gave up
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name the base class gave it
            """Prints nothing: a bench prints one table."""

    server = ThreadingHTTPServer(("", 0), Answers)
    server.daemon_threads = True
    server.request_queue_size = 256
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
