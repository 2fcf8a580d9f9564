"""The command line as a process, in an environment of its own, on a migrated database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.db import Database, Embedded
from tests.databases import Databases, made

OWN_KEY = "a secret key for tests only"
NO_DATABASE = {"VIGIE_DATABASE_URL": "postgresql://a:sesame@127.0.0.1:1/d", "VIGIE_SECRET_KEY": OWN_KEY}


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def vigie(*words: str | Path, stdin: str = "", **environment: str) -> Ran:
    """Runs one command in an environment that holds no setting but those given."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    command = [sys.executable, "-m", "app", *map(str, words)]
    done = subprocess.run(command, input=stdin.encode(), env={**bare, **environment}, capture_output=True, timeout=120)
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """A migrated database for the commands of one test."""
    with databases.lent() as url:
        yield url


@pytest.fixture
def blank(server: Embedded) -> Iterator[str]:
    """A database without any table."""
    with made(server) as url:
        yield url


@pytest.fixture
def run(url: str, tmp_path: Path) -> Run:
    given = {"VIGIE_DATABASE_URL": url, "VIGIE_SECRET_KEY": OWN_KEY, "VIGIE_DATA_DIR": str(tmp_path / "data")}
    return lambda *words, stdin="": vigie(*words, stdin=stdin, **given)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()
