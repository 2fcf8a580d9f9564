"""Writes many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy.orm import Session


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Writes the rows by COPY, which is several times quicker than INSERT, in the session's transaction.

    COPY knows no ON CONFLICT: call it where the workspace's lock rules conflicts out.
    """
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns))
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(psycopg.sql.Identifier(table), names)
    raw: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment] # psycopg by our URL
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
