"""One site and one Vigie with a database of its own per module; each test has its own workspace in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services import build
from app.settings import Settings
from tests.databases import Databases
from tests.real_input.world import Site, Vigie


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def vigie(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vigie]:
    with databases.lent() as url:
        settings = Settings(
            database_url=url,
            data_dir=tmp_path_factory.mktemp("data"),
            secret_key="a secret key for tests only",
            allowed_private_hosts=("127.0.0.1",),
            log_level="warning",
        )
        services = build(settings)
        yield Vigie(services)
        services.close()


@pytest.fixture(scope="session")
def fixtures(shared: Path) -> Path:
    """The recorded answers of real platforms, and the inputs made to hurt; no part of this repository."""
    return shared / "fixtures"
