"""The lives of workers and streams: each writes down every ten seconds that it lives, and `vigie health` asks when.

It is written three times: under the name of the loop (`worker`), for whoever watches all of them; with the name of the
machine or container (`worker@3f2a`), so that a container can ask about itself; and of the process (`worker@3f2a:71`),
so that one of several that died is seen. Asking imports as little as it can: a container does so twice a minute.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import psycopg

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.settings import Settings

Loop = Literal["worker", "stream"]
SILENT = 90
"""Seconds without a heartbeat after which a process counts as gone: it beats every ten."""
HERE = "@"
"""Stands in the names that hold a machine."""

_WRITE = "INSERT INTO heartbeat (name, at, details) VALUES (:name, now(), jsonb_build_object('pid', CAST(:pid AS int)))"
_AGAIN = "ON CONFLICT (name) DO UPDATE SET at = excluded.at, details = excluded.details"
_FORGET = (
    "DELETE FROM heartbeat WHERE name LIKE :loop "
    "AND at < now() - CASE WHEN name LIKE :process THEN interval '1 hour' ELSE interval '1 day' END"
)
_STOP = "DELETE FROM heartbeat WHERE name = :name"
_PROCESSES = (
    "SELECT split_part(name, '@', 1) AS loop, split_part(name, '@', 2) AS process, "
    "extract(epoch FROM now() - at)::float AS age FROM heartbeat WHERE name LIKE '%@%:%' ORDER BY name"
)
_AGE = "SELECT extract(epoch FROM now() - at) FROM heartbeat WHERE name = %s"


class NoAnswer(Exception):
    """Nobody can tell when the process beat last. The text says why."""


@dataclass(frozen=True, slots=True)
class Process:
    """A worker or stream that did not end cleanly, as far as anybody knows: `name` is its machine and number."""

    loop: str
    name: str
    age: float
    """Seconds since it beat last."""

    @property
    def silent(self) -> bool:
        return self.age > SILENT


def beat(session: Session, loop: Loop, machine: str | None = None) -> None:
    """Writes down that this process lives. Forgets machines that were silent for a day, and processes for an hour."""
    from sqlalchemy import text

    for name in (loop, name_of(loop, machine), _process_name(loop, machine)):
        session.execute(text(f"{_WRITE} {_AGAIN}"), {"name": name, "pid": os.getpid()})
    session.execute(text(_FORGET), {"loop": f"{loop}{HERE}%", "process": f"{loop}{HERE}%:%"})


def stop_beating(session: Session, loop: Loop, machine: str | None = None) -> None:
    """Writes down that this process has ended cleanly: nobody misses it."""
    from sqlalchemy import text

    session.execute(text(_STOP), {"name": _process_name(loop, machine)})


def processes(session: Session) -> list[Process]:
    """The workers and streams that beat within the last hour and did not end cleanly since, by name."""
    from sqlalchemy import text

    return [Process(row.loop, row.process, row.age) for row in session.execute(text(_PROCESSES))]


def _process_name(loop: Loop, machine: str | None) -> str:
    return f"{name_of(loop, machine)}:{os.getpid()}"


def name_of(loop: Loop, machine: str | None = None) -> str:
    """The name under which the loop of one machine, this one unless another is named, beats."""
    return f"{loop}{HERE}{machine or platform.node()}"


def age(settings: Settings, loop: Loop, machine: str | None = None, *, seconds: int = 5) -> float | None:
    """Seconds since the loop of this machine beat last; None when it never did. Raises NoAnswer within some seconds."""
    try:
        with psycopg.connect(address(settings), connect_timeout=seconds) as connection:
            row = connection.execute(_AGE, (name_of(loop, machine),)).fetchone()
    except psycopg.Error as error:
        raise NoAnswer("the database does not answer: `vigie doctor` says why") from error
    return float(row[0]) if row else None


def address(settings: Settings) -> str:
    """The address of the database, which is not started for that. Raises NoAnswer where the embedded one is down."""
    if settings.database_url:
        return settings.database_url.get_secret_value()
    try:
        told = (settings.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
        return f"postgresql://postgres@/postgres?host={told[4]}"
    except (OSError, IndexError):
        raise NoAnswer("the embedded database does not run: start Vigie with `vigie serve`") from None
