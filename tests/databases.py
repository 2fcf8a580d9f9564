"""Migrated databases, each lent to one test at a time and emptied between two: emptying costs a tenth of making one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from app.db import Database, Embedded
from app.migrate import migrate
from app.models import Workspace, uuid7

TEMPLATE = "vigie_template"
LOANS, GROWN = 50, 8_000_000  # of one database, and bytes it may gain: what is deleted leaves dead rows behind
PATIENCE = 5_000  # milliseconds for the connections that a test left open

CATALOGUES = ("pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_proc", "pg_trigger", "pg_type")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
END_OTHERS = """
    SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

Rows = list[dict[str, Any]]


def url_of(embedded: Embedded, name: str) -> str:
    return embedded.url.replace("/postgres?", f"/{name}?", 1)


def make_template(embedded: Embedded) -> None:
    """The database that all others are copies of: migrated, with the workspace `default`."""
    _run(embedded, "CREATE DATABASE {}", TEMPLATE)
    template = Database(url_of(embedded, TEMPLATE))
    migrate(template)
    with template.writing() as session:
        session.add(Workspace(slug="default", name="Default"))
    template.close()


@contextmanager
def made(embedded: Embedded) -> Iterator[str]:
    """The URL of a database without any table, for the time of a `with`."""
    name = f"blank_{uuid7().hex}"
    _run(embedded, "CREATE DATABASE {}", name)
    yield url_of(embedded, name)
    _run(embedded, "DROP DATABASE {} WITH (FORCE)", name)


@dataclass
class Databases:
    """Copies of the template. One whose schema a test changed, or that has grown, is dropped and not emptied."""

    embedded: Embedded
    idle: list[_Copy] = field(default_factory=list)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a database as the template is, for the time of a `with`."""
        copy = self.idle.pop() if self.idle else self._made()
        yield copy.url
        copy.loans += 1
        if copy.loans < LOANS and copy.emptied():
            self.idle.append(copy)
        else:
            copy.connection.close()
            _run(self.embedded, "DROP DATABASE {} WITH (FORCE)", copy.name)

    def close(self) -> None:
        for copy in self.idle:
            copy.connection.close()

    def _made(self) -> _Copy:
        name = f"test_{uuid7().hex}"
        _run(self.embedded, "CREATE DATABASE {} TEMPLATE {}", name, TEMPLATE)
        return _Copy(name, url_of(self.embedded, name))


class _Copy:
    """A copy, what it held when it was made, and how often it was lent. Its connection asks for no foreign key."""

    def __init__(self, name: str, url: str) -> None:
        self.name, self.url, self.loans = name, url, 0
        self.connection = psycopg.connect(url, autocommit=True, options="-c session_replication_role=replica")
        self.tables = [str(name) for (name,) in self.connection.execute(TABLES)]
        self.schema, self.size = _schema(self.connection), self._bytes()
        self.sequences = self.connection.execute(SEQUENCES).fetchall()
        self.rows = {name: _rows(self.connection, name) for name in self._filled()}

    def emptied(self) -> bool:
        """Brings back what it held at first. Returns whether it could: not of another schema, nor when it has grown."""
        self.connection.execute(END_OTHERS, [PATIENCE])
        if _schema(self.connection) != self.schema or self._bytes() > self.size + GROWN:
            return False
        for table in {*self._filled(), *self.rows}:
            _restore(self.connection, table, self.rows)
        for name, start, last in self.connection.execute(SEQUENCES).fetchall():
            if (name, start, last) not in self.sequences:
                self.connection.execute("SELECT setval(%s::regclass, %s, false)", [f'public."{name}"', start])
        return True

    def _bytes(self) -> int:
        return int(self.connection.execute("SELECT pg_database_size(current_database())").fetchall()[0][0])

    def _filled(self) -> list[str]:
        """The tables that hold a row."""
        asked = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
            for name in self.tables
        ]
        return [str(name) for (name,) in self.connection.execute(sql.SQL(" UNION ALL ").join(asked))]


def _schema(connection: Connection) -> list[tuple[Any, ...]]:
    """What changes when anything of the schema does: of each catalogue how many rows, and who wrote the last."""
    asked = [
        sql.SQL("SELECT count(*), max(xmin::text::bigint) FROM {}").format(sql.Identifier(name)) for name in CATALOGUES
    ]
    return connection.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall()


def _rows(connection: Connection, table: str) -> Rows:
    asked = sql.SQL("SELECT to_jsonb(t) FROM {} t ORDER BY 1").format(sql.Identifier(table))
    return [row for (row,) in connection.execute(asked)]


def _restore(connection: Connection, table: str, kept: Mapping[str, Rows]) -> None:
    """Only the rows that were there at first."""
    if table in kept and _rows(connection, table) == kept[table]:
        return
    name = sql.Identifier(table)
    connection.execute(sql.SQL("DELETE FROM {}").format(name))
    if table in kept:
        fill = sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s)").format(name)
        connection.execute(fill, [Jsonb(kept[table])])


def _run(embedded: Embedded, statement: str, *names: str) -> None:
    with psycopg.connect(embedded.url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type] # ours
