"""Hears from PostgreSQL which mentions change, over one connection a process, and tells each browser that listens."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

log = structlog.get_logger(__name__)

CHANNEL = "vigie_mention"
MOST = 100
"""Of more mentions none is named: who shows a list asks for it again."""
WAITING = 50
"""Messages that wait for one browser; beyond, they become one that says «many»."""
LOOK = 1.0
LONGEST_PAUSE = 10.0


def tell_changed(session: Session, workspace_id: UUID, mention_ids: Collection[UUID]) -> None:
    """Tells everybody who listens, once the transaction is committed, which mentions are new or have changed."""
    if mention_ids:
        said = {"channel": CHANNEL, "payload": payload(workspace_id, mention_ids)}
        session.execute(text("SELECT pg_notify(:channel, :payload)"), said)


def payload(workspace_id: UUID, mention_ids: Collection[UUID]) -> str:
    """{"workspace": id, "mentions": [ids]}, under the 8,000 bytes that PostgreSQL takes; no ids mean many."""
    named = sorted(map(str, mention_ids)) if len(mention_ids) <= MOST else []
    return json.dumps({"workspace": str(workspace_id), "mentions": named}, separators=(",", ":"))


@dataclass(slots=True, eq=False)
class Listener:
    """One browser. `heard` gives the ids of mentions as they change; none mean many; None, that we end."""

    workspace_id: UUID
    loop: asyncio.AbstractEventLoop
    heard: asyncio.Queue[list[str] | None] = field(default_factory=asyncio.Queue)

    def tell(self, ids: list[str] | None) -> None:
        """Hands a message over from another thread; nothing where its loop has ended."""
        try:
            self.loop.call_soon_threadsafe(self._put, ids)
        except RuntimeError:
            log.debug("a listener is gone")

    def _put(self, ids: list[str] | None) -> None:
        if ids is not None and self.heard.qsize() >= WAITING:
            while not self.heard.empty():
                self.heard.get_nowait()
            ids = []
        self.heard.put_nowait(ids)


class Live:
    """What a process hears of its database. The connection opens with the first listener, and again when it breaks."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def listening(self, workspace_id: UUID) -> Iterator[Listener]:
        """A listener of the running loop, told of its own workspace only."""
        listener = Listener(workspace_id, asyncio.get_running_loop())
        with self._lock:
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        if self._ended.is_set():
            listener.tell(None)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def end(self) -> None:
        """Has every listener end, at once, and the connection soon after."""
        self._ended.set()
        self._tell(None, None)

    def close(self) -> None:
        """As end(), and waits for the connection."""
        self.end()
        if self._thread is not None:
            self._thread.join(5 * LOOK)

    def _run(self) -> None:
        pause = LOOK / 2
        while not self._ended.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, application_name="vigie live") as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._tell(None, [])  # what was said while nobody listened
                    pause = LOOK / 2
                    self._hear(connection)
            except psycopg.Error as error:
                log.warning("changes are not heard: the database is asked again", error=str(error)[:200])
            self._ended.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _hear(self, connection: psycopg.Connection) -> None:
        while not self._ended.is_set():
            for notice in connection.notifies(timeout=LOOK):
                if said := _read(notice.payload):
                    self._tell(*said)
                if self._ended.is_set():
                    return

    def _tell(self, workspace_id: UUID | None, ids: list[str] | None) -> None:
        """Tells the listeners of a workspace, or all of them."""
        with self._lock:
            told = [one for one in self._listeners if workspace_id in (None, one.workspace_id)]
        for listener in told:
            listener.tell(ids)


def _read(said: str) -> tuple[UUID, list[str]] | None:
    """The workspace and the mentions of a payload; None for anything else that somebody sent."""
    try:
        plain = json.loads(said)
        return UUID(plain["workspace"]), [str(UUID(one)) for one in plain["mentions"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
