"""What `vigie serve` does before it answers: the sample on an empty database, the link to the first account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.auth.links import SETUP, is_valid
from app.bootstrap import is_unused
from app.cli.serve import load_sample_when_unused, print_address
from app.db import Database
from app.models import Brand, Source, User
from app.services import Services, build
from app.settings import Settings


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.close()


def number_of_sources(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Source)) or 0


def test_the_sample_is_loaded_into_an_unused_database_once(db: Database, services: Services) -> None:
    load_sample_when_unused(services)
    loaded = number_of_sources(db)
    assert loaded > 0
    load_sample_when_unused(services)
    assert number_of_sources(db) == loaded


def test_the_sample_leaves_a_database_alone_that_somebody_uses(
    db: Database, services: Services, workspace_id: UUID
) -> None:
    with db.writing() as session:
        session.add(Brand(workspace_id=workspace_id, name="B", kind="own", query="b", colour="#000000"))
    load_sample_when_unused(services)
    assert number_of_sources(db) == 0


def test_the_link_to_the_first_account_is_printed_while_there_is_none(
    db: Database, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    print_address(services)
    printed = capsys.readouterr().out
    assert "Vigie is at http://127.0.0.1:8000\n" in printed
    link = re.search(r"http://127\.0\.0\.1:8000/setup\?token=(\S+)", printed)
    assert link
    with db.writing() as session:
        assert is_unused(session)
        assert is_valid(session, link[1], SETUP, datetime.now(UTC))
        session.add(User(email="ana@example.org", password_hash="x"))
    print_address(services)
    assert "token" not in capsys.readouterr().out
