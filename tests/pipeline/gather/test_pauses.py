"""A host that asks for a pause gets it from every worker; what a source suffers from is told apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import AlertRule, Brand, Host, Poll, Source
from app.pipeline.gather.client import NotOurTurn, over_budget
from app.pipeline.gather.collect import Collect, finish
from app.pipeline.gather.history import Harvest
from app.pipeline.gather.lease import COLLECT, claim
from app.pipeline.gather.outcome import Outcome, after_reading
from app.pipeline.gather.pauses import pause
from app.pipeline.gather.source import claimed_source
from app.pipeline.tell.verdicts import is_blind
from app.services import Services
from collectors.base import Meter, SourceBusy, SourceChanged, SourceError, SourceRefused
from tests.pipeline.gather.feeds import add
from tests.pipeline.gather.test_collect import FEED, Answer, hosting  # noqa: F401 - a fixture
from tests.pipeline.gather.test_collect import Host as Site

HOUR = timedelta(hours=1)
DOLLARS = Meter(limit="budget", period="month")


def collect(services: Services) -> Collect:
    return Collect(services.db, services.gate, services.jobs, services.seal, threads=4, random=Random(3).random)


def claimed(db: Database, now: datetime | None = None) -> set[UUID]:
    with db.writing() as session:
        return {row.id for row in claim(session, COLLECT, 50, now or datetime.now(UTC))}


def rows(db: Database) -> list[Source]:
    with db.reading() as session:
        return list(session.scalars(select(Source).order_by(Source.id)))


def test_one_throttled_reading_keeps_every_source_of_its_host_waiting(
    hosting: Callable[[Answer], Site],  # noqa: F811
    services: Services,
    workspace_id: UUID,
) -> None:
    host = hosting(lambda _path: (429, {"Retry-After": "1800"}, b"slow down"))
    add(services.db, workspace_id, limit_key="127.0.0.1", params={"url": f"{host.url}/first"})
    collect(services)()
    add(services.db, workspace_id, 30, name_of="other", params={"url": f"{host.url}/other"})
    collect(services)()
    assert list(host.asked) == ["/first"]
    first, *rest = rows(services.db)
    assert (first.state, {row.state for row in rest}) == ("throttled", {"waiting"})
    assert all(row.next_run_at is not None and row.next_run_at <= datetime.now(UTC) for row in rest)


def test_sources_claimed_together_are_given_back_after_the_first_refusal(
    hosting: Callable[[Answer], Site],  # noqa: F811
    services: Services,
    workspace_id: UUID,
) -> None:
    host = hosting(lambda _path: (429, {"Retry-After": "1800"}, b""))
    add(services.db, workspace_id, 40, params={"url": f"{host.url}/feed"})
    collect(services)()
    assert 1 <= host.asked.total() <= 8  # four threads may be on their way
    waiting = [row for row in rows(services.db) if row.state == "waiting"]
    assert len(waiting) == 40 - host.asked.total()
    assert {row.lease_until for row in waiting} == {None}


def test_a_pause_holds_its_own_key_only_and_ends_by_itself(services: Services, workspace_id: UUID) -> None:
    now, db = datetime.now(UTC), services.db
    (paused,) = add(db, workspace_id, limit_key="api.example#1111")
    (same_host,) = add(db, workspace_id, limit_key="api.example#2222")
    (plain,) = add(db, workspace_id, limit_key="api.example")
    (nobody,) = add(db, workspace_id, limit_key="")
    with db.writing() as session:
        pause(session, "api.example#1111", now + HOUR, None)
        pause(session, "", now + HOUR, None)
    assert claimed(db) == {same_host, plain, nobody}
    assert claimed(db, now + HOUR + timedelta(seconds=1)) >= {paused}


def test_a_shorter_pause_never_cuts_a_longer_one(services: Services) -> None:
    now = datetime.now(UTC)
    for hours in (1, 3, 2):
        with services.db.writing() as session:
            pause(session, "h", now + hours * HOUR, {"text": str(hours), "args": {}})
    with services.db.reading() as session:
        host = session.scalars(select(Host)).one()
    assert (host.paused_until, host.reason) == (now + 3 * HOUR, {"text": "3", "args": {}})


@pytest.mark.slow
def test_claiming_stays_quick_when_ten_thousand_sources_are_paused(services: Services, workspace_id: UUID) -> None:
    now, db = datetime.now(UTC), services.db
    add(db, workspace_id, 10_000, limit_key="busy.example", next_run_at=now - HOUR)
    (free,) = add(db, workspace_id, limit_key="free.example", next_run_at=now)
    with db.writing() as session:
        session.execute(text("ANALYZE source"))
        pause(session, "busy.example", now + HOUR, None)
        for n in range(500):
            pause(session, f"old{n}.example", now - HOUR, None)
    began = time.perf_counter()
    assert claimed(db) == {free}
    assert time.perf_counter() - began < 0.5


def outcome_of(db: Database, workspace_id: UUID, error: SourceError, stored: int = 0) -> Outcome:
    (source_id,) = add(db, workspace_id, limit_key="api.example")
    with db.reading() as session:
        source = claimed_source(COLLECT, session.get_one(Source, (workspace_id, source_id)))
    return Outcome(source, datetime.now(UTC), Harvest(stored=stored), error=error)


@pytest.mark.parametrize(
    ("error", "state", "earliest", "latest", "failures", "pauses"),
    [
        (SourceError("no"), "failing", 1.8, 2.2, 1, False),
        (SourceChanged("field x"), "changed", 1.8, 2.2, 1, False),
        (SourceRefused("401"), "refused", 24, 24, 1, False),
        (SourceRefused("410", gone=True), "gone", None, None, 1, False),
        (SourceBusy("429", wait=5 * HOUR), "throttled", 5, 5, 1, True),
        (SourceBusy("429"), "throttled", 1.8, 2.2, 1, False),
        (over_budget(DOLLARS, 3, 400 * HOUR), "budget", 1.8, 2.2, 1, False),
        (over_budget(DOLLARS, 3, HOUR), "budget", 1, 1, 1, False),
        (NotOurTurn("later", wait=timedelta(minutes=2)), "throttled", 1 / 30, 1 / 25, 0, False),
    ],
)
def test_each_failure_has_a_state_a_next_date_and_spares_the_host_only_when_it_asked(
    services: Services,
    workspace_id: UUID,
    error: SourceError,
    state: str,
    earliest: float | None,
    latest: float | None,
    failures: int,
    pauses: bool,
) -> None:
    outcome, now = outcome_of(services.db, workspace_id, error), datetime.now(UTC)
    with services.db.writing() as session:
        until = finish(session, outcome, now, Random(2).random)
    (row,) = rows(services.db)
    assert (row.state, row.consecutive_failures) == (state, failures)
    if earliest is None or latest is None:
        assert row.next_run_at is None
    else:
        assert row.next_run_at is not None
        assert now + earliest * HOUR <= row.next_run_at <= now + latest * HOUR
    assert (until is not None) == pauses
    with services.db.reading() as session:
        hosts = session.scalars(select(Host)).all()
        assert session.scalars(select(Poll.outcome)).one() == state
    assert [(host.key, host.paused_until, host.reason) for host in hosts] == (
        [("api.example", now + 5 * HOUR, {"text": "429", "args": {}})] if pauses else []
    )


def test_what_was_stored_before_a_failure_still_is_the_last_news(services: Services, workspace_id: UUID) -> None:
    now = datetime.now(UTC)
    broke = outcome_of(services.db, workspace_id, over_budget(DOLLARS, 0, HOUR), stored=3)
    assert after_reading(broke, now, Random(2).random)["last_new_at"] == now
    assert "last_new_at" not in after_reading(Outcome(broke.source, now, error=broke.error), now, Random(2).random)


@pytest.mark.parametrize(
    ("state", "paused", "hours", "expected"),
    [
        ("ok", False, 9, False),
        ("ok", True, 1, False),
        ("ok", True, 9, True),
        ("changed", False, 9, True),
        ("budget", False, 9, True),
        ("budget", False, 1, False),
        ("throttled", False, 9, True),
    ],
)
def test_silence_proves_nothing_while_no_source_can_be_read(
    services: Services, workspace_id: UUID, state: str, paused: bool, hours: int, expected: bool
) -> None:
    now = datetime.now(UTC)
    add(services.db, workspace_id, limit_key="h", state=state, last_success_at=now - hours * HOUR)
    with services.db.writing() as session:
        if paused:
            pause(session, "h", now + HOUR, None)
        brand = session.scalars(select(Brand)).one()
        assert is_blind(session, brand, now) is expected
        assert session.scalars(select(AlertRule)).all() == []


def test_feeds_are_still_read_when_nothing_runs_out(
    hosting: Callable[[Answer], Site],  # noqa: F811
    services: Services,
    workspace_id: UUID,
) -> None:
    host = hosting(lambda _path: (200, {}, FEED))
    add(services.db, workspace_id, limit_key="127.0.0.1", params={"url": f"{host.url}/feed"})
    assert collect(services)() == 1
    assert rows(services.db)[0].state == "ok"
