"""What `vigie serve` does before it answers: the port, the sample on an empty database, the first account's link."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.auth.links import SETUP, is_valid, new_link
from app.bootstrap import is_unused
from app.cli.serve import load_sample_when_unused, print_address
from app.db import Database
from app.models import Brand, OneTimeLink, Source, User
from app.services import Services, build
from app.settings import Settings
from tests.cli.conftest import OWN_KEY, vigie


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


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("verb", ["serve", "web"])
def test_a_taken_port_is_one_sentence_and_touches_nothing(verb: str, taken: int, db: Database, tmp_path: Path) -> None:
    with db.writing() as session:
        link = new_link(session, SETUP, datetime.now(UTC))
    given = {"VIGIE_PORT": str(taken), "VIGIE_DATA_DIR": str(tmp_path / "data"), "VIGIE_SECRET_KEY": OWN_KEY}
    ran = vigie(verb, VIGIE_DATABASE_URL=db.url, **given)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        f"Error: port {taken} of 127.0.0.1 is taken by another program: end it, or set VIGIE_PORT to a free port"
    ]
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 1
        assert is_valid(session, link, SETUP, datetime.now(UTC))
    embedded = vigie(verb, **given)
    assert embedded.code == 1
    assert not (tmp_path / "data").exists()


def test_wrong_use_ends_with_2_and_a_wrong_setting_with_1() -> None:
    assert vigie("serve", "--no-such-option").code == 2
    assert vigie("no-such-verb").code == 2
    ran = vigie("serve", VIGIE_PORT="eighty")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1
    assert "VIGIE_PORT" in ran.err
