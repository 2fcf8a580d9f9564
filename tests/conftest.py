"""The two fixtures everybody uses: settings, and a migrated database of one's own on a real PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select

from app.db import Database, Embedded
from app.migrate import migrate
from app.models import Workspace, uuid7
from app.settings import Settings

TEMPLATE = "vigie_template"


@pytest.fixture(scope="session")
def server() -> Iterator[Embedded]:
    """One embedded PostgreSQL per test process. It need not wait for the disk: nobody misses its files."""
    with tempfile.TemporaryDirectory(prefix="vigie-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        embedded = Embedded(Path(folder))
        with psycopg.connect(embedded.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET max_connections = 300")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        template = Database(url_of(embedded, TEMPLATE))
        migrate(template)
        with template.writing() as session:
            session.add(Workspace(slug="default", name="Default"))
        template.close()
        yield embedded
        embedded.stop()


def url_of(embedded: Embedded, name: str) -> str:
    return embedded.url.replace("/postgres?", f"/{name}?", 1)


@pytest.fixture
def db(server: Embedded) -> Iterator[Database]:
    """A migrated database that nobody else uses, with the workspace `default`."""
    name = f"test_{uuid7().hex}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    database = Database(url_of(server, name))
    yield database
    database.close()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def plain_pg(server: Embedded) -> Iterator[psycopg.Connection]:
    """A plain connection, for what needs PostgreSQL's types and operators and no tables; each statement commits."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def workspace_id(db: Database) -> UUID:
    """The id of the workspace `default`."""
    with db.reading() as session:
        return session.scalars(select(Workspace.id).where(Workspace.slug == "default")).one()


@pytest.fixture
def settings(db: Database, tmp_path: Path) -> Settings:
    """Settings that name this test's database and open loopback to the fetch gate."""
    return Settings(
        database_url=db.url,
        data_dir=tmp_path,
        secret_key="a secret key for tests only",
        allowed_private_hosts=("127.0.0.1", "localhost"),
        log_level="warning",
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded answers and labelled texts. Skips where it is absent, fails there in CI."""
    folder = Path(os.environ.get("VIGIE_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the shared folder is missing: {folder}")
        pytest.skip("the shared folder is not here")
    return folder
