"""Every kind, from the form to the database: its cases are set up as a person would, and read through the real gate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app.actions import sources
from app.actions.secrets import secret_fields
from app.actions.sources import NewSource
from app.models import Brand, Host, Mention, Poll, Quarantined, Source
from app.pipeline.gather.collect import Collect
from app.pipeline.gather.source import without_inbox
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from collectors import all_collectors
from tests.collectors.test_contract import POLLED, answers, expected_of, name_of, told

pytestmark = pytest.mark.slow


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def brand_id(services: Services, workspace_id: UUID) -> UUID:
    """What all sources here are about, so that all they bring is stored."""
    with services.db.writing() as session:
        brand = Brand(workspace_id=workspace_id, name="Cobalt", kind="own", query="cobalt", colour="#000000")
        session.add(brand)
        session.flush()
        made: UUID = brand.id
        return made


def set_up(case: Path, site: Any, services: Services, viewer: Viewer, brand_id: UUID) -> UUID:
    """The source of a case, made by the action behind the form; its cursor where the case begins with one."""
    wanted = told(case, site)
    new = NewSource(collector=case.parent.name, name="Whole path", params=wanted.get("params", {}), brand_id=brand_id)
    with services.db.writing() as session:
        source = sources.create(session, viewer, new, services, datetime.now(UTC))
        source.cursor = without_inbox(wanted.get("cursor", {}))
        sent = wanted.get("cursor", {}).get("inbox", [])
        source.inbox = [{"id": str(place), "item": item} for place, item in enumerate(sent)]
        made: UUID = source.id
        return made


def read(case: Path, site: Any, services: Services) -> Source:
    """The source after one more reading; the site answers as at first."""
    site.rules.clear()
    answers(told(case, site), case, site)
    with services.db.writing() as session:
        session.execute(update(Source).values(next_run_at=datetime.now(UTC), lease_until=None))
        session.execute(update(Host).values(turn_at=None))  # a host with a gap is asked at once
    random = Random(1).random  # spreads dates, keeps no secret
    assert Collect(services.db, services.gate, services.jobs, services.seal, threads=1, random=random)() == 1
    with services.db.reading() as session:
        return session.scalars(select(Source)).one()


def number(services: Services, table: Any) -> int:
    with services.db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def storable(mention: dict[str, Any]) -> bool:
    """What is deleted at its platform is not stored, nor is what says nothing."""
    return not mention.get("deleted") and bool(mention.get("title") or mention.get("text"))


@pytest.mark.parametrize("case", POLLED, ids=name_of)
def test_a_case_is_stored_whole_once_and_found_healthy(
    case: Path, site: Any, services: Services, workspace_id: UUID, brand_id: UUID
) -> None:
    expected = expected_of(case, site)
    set_up(case, site, services, Viewer(workspace_id, "test", ROLE_SCOPES["admin"]), brand_id)
    first = read(case, site, services)
    assert (first.state, first.last_error) == ("ok", None)
    stored = sum(map(storable, expected["mentions"]))
    assert number(services, Mention) == stored
    broken = len({external_id for external_id, _ in expected.get("broken", [])})  # one row for each id
    assert number(services, Quarantined) == broken + sum(
        not mention.get("deleted") and not storable(mention) for mention in expected["mentions"]
    )
    with services.db.reading() as session:
        poll = session.scalars(select(Poll)).one()
        assert (poll.stored, poll.unmatched) == (stored, 0)
        assert all(session.scalars(select(Mention.platform)))
    again = read(case, site, services)
    assert (again.state, again.last_error, again.consecutive_failures) == ("ok", None, 0)
    assert number(services, Mention) == stored
    seen = readable(again, services)
    assert not [secret for secret in secrets_of(case, site) if secret in seen]


def secrets_of(case: Path, site: Any) -> list[str]:
    names = secret_fields(all_collectors()[case.parent.name].params)
    return [str(value) for name, value in told(case, site).get("params", {}).items() if name in names and value]


def readable(source: Source, services: Services) -> str:
    """All that a person, or a thief of the database, may read of a source and of what it brought."""
    with services.db.reading() as session:
        rows = session.execute(select(Mention.url, Mention.external_id, Mention.text, Mention.thread_id)).all()
        errors = session.scalars(select(Poll.error)).all()
    return repr((source.params, source.cursor, source.warning, source.host, rows, errors))
