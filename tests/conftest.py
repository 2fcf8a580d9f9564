"""The fixtures everybody uses: settings, a migrated database of one's own on a real PostgreSQL, a small disk."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select

from app.db import Database, Embedded
from app.models import Workspace
from app.settings import Settings
from tests.databases import Databases, make_template
from tests.selection import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)

__all__ = [
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]


@pytest.fixture(scope="session")
def server() -> Iterator[Embedded]:
    """One embedded PostgreSQL per test process. It need not wait for the disk: nobody misses its files."""
    with tempfile.TemporaryDirectory(prefix="vigie-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        embedded = Embedded(Path(folder))
        with psycopg.connect(embedded.url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        make_template(embedded)
        yield embedded
        embedded.stop()


@pytest.fixture(scope="session")
def databases(server: Embedded) -> Iterator[Databases]:
    """The databases of this process, each lent to one test at a time."""
    made = Databases(server)
    yield made
    made.close()


@pytest.fixture
def db(databases: Databases) -> Iterator[Database]:
    """A migrated database that nobody else uses, with the workspace `default`."""
    with databases.lent() as url:
        database = Database(url)
        yield database
        database.close()


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


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)
