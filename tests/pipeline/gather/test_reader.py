"""A reading that fails: deadly texts are set aside once, and a busy machine is not the fault of the source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Quarantined
from app.pipeline.gather.client import MachineBusy
from app.pipeline.gather.lease import COLLECT, claim
from app.pipeline.gather.outcome import Outcome, after_reading, state_of
from app.pipeline.gather.reader import LET_OTHERS_WORK, Reader, attempt
from app.pipeline.gather.source import ClaimedSource, claimed_source
from app.pipeline.sift.place import Placer
from app.services import Services, build
from app.settings import Settings
from collectors.base import Page, RawMention, SourceError
from ground.halving import MOST_DEADLY
from ground.isolate import Starved
from tests.deadly import DeadlyText
from tests.rows import brand_row, source_row

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.close()


@pytest.fixture
def source(db: Database, workspace_id: UUID) -> ClaimedSource:
    row = source_row(workspace_id, "A feed", next_run_at=NOW, params={"url": "https://forum.example/feed"})
    with db.writing() as session:
        session.add_all([row, brand_row(workspace_id, "Zephyrine")])
    with db.writing() as session:
        return claimed_source(COLLECT, claim(session, COLLECT, 1, NOW)[0])


def reader_of(services: Services) -> Reader:
    return Reader(
        services.db, services.gate, services.jobs, services.seal, Placer(services.db), lambda: NOW, lambda _name: None
    )


def raw(number: int, text: str = "Zephyrine again") -> RawMention:
    return RawMention(f"urn:x:{number}", f"https://forum.example/{number}", "", text, published_at=NOW)


def set_aside(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Quarantined.external_id)))


def test_too_many_deadly_texts_are_set_aside_and_the_page_is_left_to_the_next_reading(
    services: Services, source: ClaimedSource
) -> None:
    number = MOST_DEADLY + 1
    page = Page((*(raw(n, DeadlyText("Zephyrine ends")) for n in range(number)), raw(9)), cursor={"at": 2})
    reader = reader_of(services)
    with pytest.raises(SourceError, match="5 texts of this source ended the process"):
        reader.sift(source.origin, page, NOW)
    assert set_aside(services.db) == [f"urn:x:{n}" for n in range(MOST_DEADLY)]
    batch = reader.sift(source.origin, page, NOW)
    assert [len(batch.placed), len(batch.refused), len(batch.unread)] == [1, number, 0]


def test_a_busy_machine_is_no_failure_of_the_source_and_the_reading_is_tried_again_soon(
    source: ClaimedSource,
) -> None:
    def starve() -> None:
        raise Starved("no time")

    error = attempt(source, starve)
    assert isinstance(error, MachineBusy)
    assert "nothing is lost" in error.notice.text
    columns = after_reading(Outcome(source, NOW, error=error), NOW, Random(0).random)
    assert (columns["state"], columns["consecutive_failures"]) == ("throttled", 0)
    assert columns["next_run_at"] - NOW < 2 * LET_OTHERS_WORK  # type: ignore[operator]  # a date, not any column
    assert "cursor" not in columns


def test_a_fault_of_a_collector_gives_its_source_a_sentence(source: ClaimedSource) -> None:
    error = attempt(source, lambda: 1 // 0)  # type: ignore[arg-type,return-value]  # what it returns is not looked at
    assert state_of(error) == "failing"
    assert error is not None
    assert "bug in Vigie" in error.notice.text
