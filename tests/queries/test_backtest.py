from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from alerts.backtest import Speech
from alerts.rules import all_rules
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, IncidentRow
from app.pipeline.keep.matches import mark_dirty
from app.pipeline.tell.watch import Watch
from app.problems import Problem
from app.queries.backtest import Backtest, Trial, backtest
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, rule_row

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LIMIT = all_rules()["threshold"]
PARAMS = LIMIT.params(limit=5, window_hours=2, min_mentions=1)


@pytest.fixture
def brand(viewer: Viewer, add: Add) -> Brand:
    row = brand_row(viewer.workspace_id, "Lumen")
    add(row)
    return row


def say(add: Add, brand: Brand, texts: list[str], at: datetime, collected: datetime | None = None) -> None:
    mentions = [mention_row(brand.workspace_id, f"{text} {at}", at, author=text) for text in texts]
    for mention in mentions:
        mention.collected_at = collected or at
        add(mention, match_row(mention, brand, stance="detractor", collected_at=mention.collected_at))


def tried(db: Database, viewer: Viewer, brand: Brand, rule: AlertRule | None = None, days: int = 30) -> Backtest:
    trial = Trial(brand.id, LIMIT, PARAMS, Speech(), rule.id if rule else None)
    with db.reading() as session:
        return backtest(session, viewer, trial, days, NOW)


def burst(add: Add, brand: Brand, at: datetime, collected: datetime | None = None) -> None:
    say(add, brand, [f"lamp {n} flickers" for n in range(6)], at, collected)


def test_what_came_late_fires_nothing_and_explains_nothing(
    db: Database, viewer: Viewer, add: Add, brand: Brand
) -> None:
    say(add, brand, ["an early word"], NOW - 40 * DAY)
    burst(add, brand, NOW - 9 * DAY)
    say(add, brand, ["a lamp that came late"], NOW - 9 * DAY, NOW - 8 * DAY)
    burst(add, brand, NOW - 5 * DAY, NOW - 4 * DAY)
    found = tried(db, viewer, brand)
    (firing,) = found.firings
    assert firing.firing.opened_at == NOW - 9 * DAY + timedelta(minutes=15)
    assert firing.explanation.observed == 6
    assert all("late" not in sample.text for sample in firing.explanation.samples)
    assert found.known_since == NOW - 40 * DAY


def test_history_from_before_the_first_reading_is_tried_as_if_it_had_been_read(
    db: Database, viewer: Viewer, add: Add, brand: Brand
) -> None:
    burst(add, brand, NOW - 9 * DAY, NOW - HOUR)
    found = tried(db, viewer, brand)
    assert found.known_since == NOW - HOUR
    assert [each.firing.opened_at for each in found.firings] == [NOW - 9 * DAY + timedelta(minutes=15)]
    assert found.firings[0].explanation.first_mention is not None


def test_months_count_from_the_first_mention(db: Database, viewer: Viewer, add: Add, brand: Brand) -> None:
    burst(add, brand, NOW - 15 * DAY)
    found = tried(db, viewer, brand, days=90)
    assert found.data_since == NOW - 15 * DAY
    assert found.per_month == 2.0
    assert found.suggestion is None


def test_a_single_mention_from_long_ago_makes_no_months(db: Database, viewer: Viewer, add: Add, brand: Brand) -> None:
    say(add, brand, ["a relic"], NOW - 4000 * DAY)
    burst(add, brand, NOW - 15 * DAY)
    found = tried(db, viewer, brand, days=90)
    assert (found.data_since, found.per_month) == (NOW - 15 * DAY, 2.0)


def test_a_real_incident_of_the_same_rule_comes_before_that_of_another(
    db: Database, viewer: Viewer, add: Add, brand: Brand
) -> None:
    rules = [rule_row(brand, name=name) for name in ("One", "Two")]
    add(*rules)
    burst(add, brand, NOW - 15 * DAY)
    rows = [
        IncidentRow(
            workspace_id=brand.workspace_id, rule_id=rule.id, brand_id=brand.id, kind="threshold", state="resolved",
            severity="warning", opened_at=NOW - 15 * DAY, resolved_at=NOW - 14 * DAY, explanation={}, memory={},
            false_alarm=rule is rules[1],
        )
        for rule in rules
    ]  # fmt: skip
    add(*rows)
    for rule, row in zip(rules, rows, strict=True):
        (firing,) = tried(db, viewer, brand, rule).firings
        assert (firing.incident_id, firing.false_alarm) == (row.id, row.false_alarm)


def test_the_brand_of_another_workspace_is_not_found(
    db: Database, viewer: Viewer, elsewhere: Viewer, brand: Brand
) -> None:
    with pytest.raises(Problem) as refused:
        tried(db, elsewhere, brand)
    assert refused.value.status == 404


def collect(db: Database, brand: Brand, number: int, published: datetime, collected: datetime) -> None:
    """Stores scored mentions as the service does, at the moment when they are collected."""
    with db.writing() as session:
        rows = [
            mention_row(brand.workspace_id, f"{published} {collected} {n}", published, author=f"a{n}")
            for n in range(number)
        ]
        for row in rows:
            row.collected_at = collected
            session.add(row)
            session.flush()
            scored = {"stance_source": "model", "negative": 1.0, "neutral": 0.0, "positive": 0.0}
            session.add(match_row(row, brand, stance="detractor", collected_at=collected, **scored))
        session.flush()
        mark_dirty(session, brand.workspace_id, [row.id for row in rows])


MINUTES = timedelta(minutes=1)
SAID = [(0, 1, 0), (100, 6, 0), (130, 6, 0), (200, 6, 500), (620, 7, 5), (700, 9, 3)]
"""The minute of publication, how many, and how many minutes later they were collected."""


@pytest.mark.parametrize(
    "speech",
    [
        Speech(),
        Speech(severity="critical", for_minutes=45),
        Speech(quiet_hours={"start": "08:30", "end": "12:00", "timezone": "UTC"}, repeat_hours=1),
    ],
)
def test_it_says_afterwards_what_the_service_did_while_it_ran(
    db: Database, viewer: Viewer, add: Add, brand: Brand, speech: Speech
) -> None:
    start = NOW - timedelta(hours=21)
    rule = rule_row(
        brand, params=PARAMS.model_dump(), severity=speech.severity, for_minutes=speech.for_minutes,
        repeat_hours=speech.repeat_hours, quiet_hours=speech.quiet_hours,
    )  # fmt: skip
    add(rule)
    with db.writing() as session:
        session.get_one(Brand, (brand.workspace_id, brand.id)).first_mention_at = start + MINUTES
    told: dict[UUID, datetime] = {}
    at = start
    while at <= NOW:
        for minute, number, late in SAID:
            published = start + (minute + 1) * MINUTES
            if at - timedelta(minutes=15) <= published + late * MINUTES < at:
                collect(db, brand, number, published, published + late * MINUTES)
        Watch(db, Jobs(), "http://vigie.example", now=lambda at=at: at)(str(brand.workspace_id), str(brand.id))
        with db.reading() as session:
            rows = session.scalars(select(IncidentRow).order_by(IncidentRow.opened_at)).all()
        for row in rows:
            if row.memory["notified"]:
                told.setdefault(row.id, at)
        at += timedelta(minutes=15)
    trial = Trial(brand.id, LIMIT, PARAMS, speech, rule.id)
    with db.reading() as session:
        found = backtest(session, viewer, trial, 1, NOW).firings
    lived = [(row.opened_at, row.resolved_at, told.get(row.id), row.severity, row.id) for row in rows]
    assert [
        (e.firing.opened_at, e.firing.resolved_at, e.firing.notified_at, e.firing.severity, e.incident_id)
        for e in found
    ] == lived
    assert len(lived) == 2
