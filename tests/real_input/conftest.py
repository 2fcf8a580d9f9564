"""One site and one Vigie with a database of its own per module; each test has its own workspace in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.db import Embedded
from app.models import uuid7
from app.services import build
from app.settings import Settings
from tests.conftest import TEMPLATE, url_of
from tests.real_input.world import Site, Vigie


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def vigie(server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vigie]:
    name = f"real_{uuid7().hex}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    settings = Settings(
        database_url=url_of(server, name),
        data_dir=tmp_path_factory.mktemp("data"),
        secret_key="a secret key for tests only",
        allowed_private_hosts=("127.0.0.1",),
        log_level="warning",
    )
    services = build(settings)
    yield Vigie(services)
    services.close()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def fixtures(shared: Path) -> Path:
    """The recorded answers of real platforms, and the inputs made to hurt; no part of this repository."""
    return shared / "fixtures"
