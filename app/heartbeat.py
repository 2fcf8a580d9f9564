"""The lives of workers and streams: each writes down every ten seconds that it lives, and `vigie health` asks when.

It is written twice: under the name of the loop (`worker`), for whoever watches all of them, and with the name of the
machine or container (`worker@3f2a`), so that a container can ask about itself. Asking imports as little as it can: a
container does so twice a minute.
"""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Literal

import psycopg

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.settings import Settings

Loop = Literal["worker", "stream"]
HERE = "@"
"""Stands in the names that hold a machine."""

_WRITE = "INSERT INTO heartbeat (name, at, details) VALUES (:name, now(), jsonb_build_object('pid', CAST(:pid AS int)))"
_AGAIN = "ON CONFLICT (name) DO UPDATE SET at = excluded.at, details = excluded.details"
_FORGET = "DELETE FROM heartbeat WHERE name LIKE :loop AND at < now() - interval '1 day'"
_AGE = "SELECT extract(epoch FROM now() - at) FROM heartbeat WHERE name = %s"


class NoAnswer(Exception):
    """Nobody can tell when the process beat last. The text says why."""


def beat(session: Session, loop: Loop, machine: str | None = None) -> None:
    """Writes down that this process lives, and forgets machines that said nothing for a day."""
    from sqlalchemy import text

    for name in (loop, name_of(loop, machine)):
        session.execute(text(f"{_WRITE} {_AGAIN}"), {"name": name, "pid": os.getpid()})
    session.execute(text(_FORGET), {"loop": f"{loop}{HERE}%"})


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
