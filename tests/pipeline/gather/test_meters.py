"""What runs out is counted by period and by payer, and never past its limit."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.models import Usage
from app.pipeline.gather.meters import (
    Payer,
    UsageKey,
    give_back,
    hand_over,
    limit_of,
    period_of,
    take,
    trial_of,
    units_used,
)
from collectors.base import Meter

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MILLIONTHS = Meter(limit="budget", period="month", scale=1_000_000)


@pytest.fixture
def payer(workspace_id: UUID) -> Payer:
    return Payer(workspace_id, "paid", str(uuid4()), "api.example#0123")


def total(db: Database) -> int:
    with db.reading() as session:
        return int(session.scalar(select(func.sum(Usage.used))) or 0)


def test_workers_that_give_back_what_they_did_not_use_never_pass_the_limit_meanwhile(
    db: Database, payer: Payer
) -> None:
    account = UsageKey(payer, "dollars", payer.source, period_of(MILLIONTHS, NOON).starts_at)
    seen: list[int] = []

    def work(number: int) -> None:
        for step in range(40):
            with db.writing() as session:
                taken = take(session, account, 7, 30)
            with db.reading() as session:
                seen.append(units_used(session, account))
            if taken:
                with db.writing() as session:
                    give_back(session, account, 7 if (step + number) % 3 else 6)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(seen) <= 30
    assert 0 < total(db) <= 24  # one unit is kept each third time, until 7 no longer fit


def test_what_a_trial_cost_counts_for_the_source_once_it_is_saved(db: Database, payer: Payer) -> None:
    tried = replace(payer, source=trial_of(payer.limit_key))
    starts_at = period_of(MILLIONTHS, NOON).starts_at
    source_id = uuid4()
    with db.writing() as session:
        take(session, UsageKey(tried, "dollars", tried.source, starts_at), 9, 100)
        hand_over(session, payer, source_id)
    with db.reading() as session:
        assert units_used(session, UsageKey(payer, "dollars", str(source_id), starts_at)) == 9
        assert units_used(session, UsageKey(tried, "dollars", tried.source, starts_at)) == 0


@pytest.mark.parametrize(
    ("period", "zone", "now", "starts", "ends"),
    [
        ("month", "UTC", "2026-03-14T12:00Z", "2026-03-01T00:00Z", "2026-04-01T00:00Z"),
        ("month", "UTC", "2026-12-31T23:59Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"),
        ("month", "Europe/Paris", "2026-03-31T22:30Z", "2026-03-31T22:00Z", "2026-04-30T22:00Z"),
        ("day", "UTC", "2026-03-14T00:00Z", "2026-03-14T00:00Z", "2026-03-15T00:00Z"),
        ("day", "America/Los_Angeles", "2026-03-08T09:00Z", "2026-03-08T08:00Z", "2026-03-09T07:00Z"),  # 23 hours
        ("day", "America/Los_Angeles", "2026-03-08T07:59Z", "2026-03-07T08:00Z", "2026-03-08T08:00Z"),
    ],
)
def test_periods_begin_at_midnight_in_the_zone_of_the_meter(
    period: Any, zone: str, now: str, starts: str, ends: str
) -> None:
    found = period_of(replace(MILLIONTHS, period=period, zone=zone), datetime.fromisoformat(now))
    assert found.starts_at == datetime.fromisoformat(starts)
    assert found.ends_at == datetime.fromisoformat(ends)


@pytest.mark.parametrize(
    ("limit", "typed", "units"),
    [
        ("budget", {"budget": 0.29}, 290_000),
        ("budget", {"budget": 1.1}, 1_100_000),
        ("budget", {"budget": -3}, 0),
        ("budget", {"budget": None}, 0),
        ("budget", {}, 0),
        (100, {}, 100),
    ],
)
def test_a_limit_is_typed_or_the_platforms_own(limit: Any, typed: dict[str, Any], units: int) -> None:
    assert limit_of(replace(MILLIONTHS, limit=limit), typed) == units
