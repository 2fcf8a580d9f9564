"""A plain connection, for what needs PostgreSQL's types and operators and no tables."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from app.db import Embedded


@pytest.fixture(scope="session")
def plain_pg(server: Embedded) -> Iterator[psycopg.Connection]:
    """A connection of its own to the embedded server, each statement its own transaction."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        yield connection
