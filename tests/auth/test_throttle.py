"""Guessing passwords gets slower and slower; nobody is locked out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.auth import throttle
from app.db import Database
from app.models import LoginAttempts
from app.pipeline.sweep import clean
from app.problems import Problem
from tests.auth.conftest import EMAIL

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (8, 8), (14, 512), (15, 900), (1_000, 900)],
)
def test_each_failure_makes_the_next_try_wait_longer_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert throttle.pause(failures, 5) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_counts_with_its_network(address: str, network: str) -> None:
    assert throttle.network(address) == network


def test_a_thousand_guesses_take_days_and_lock_nobody_out(db: Database) -> None:
    now, tries = NOW, 0
    while now < NOW + timedelta(hours=24):
        with db.writing() as session:
            try:
                throttle.reserve(session, EMAIL, "192.0.2.7", now)
            except Problem as problem:
                now += timedelta(seconds=int(problem.headers["Retry-After"]))
                continue
            tries += 1
    assert tries < 120
    with db.writing() as session:
        later = now + timedelta(minutes=15)
        throttle.succeed(session, EMAIL, throttle.reserve(session, EMAIL, "198.51.100.1", later))
        throttle.reserve(session, EMAIL, "198.51.100.1", later)


def test_accounts_that_do_not_exist_wait_just_the_same(db: Database) -> None:
    for email in ("ana@example.com", "nobody@example.com"):
        with db.writing() as session:
            for _ in range(5):
                throttle.reserve(session, email, "192.0.2.8", NOW)
            with pytest.raises(Problem, match="wait"):
                throttle.reserve(session, email, "203.0.113.9", NOW)


def test_a_success_takes_back_its_own_attempt_and_leaves_the_others_of_its_network(db: Database) -> None:
    with db.writing() as session:
        for number in range(19):
            throttle.reserve(session, f"user{number}@example.com", "192.0.2.8", NOW)
        mine = throttle.reserve(session, EMAIL, "192.0.2.8", NOW)
        throttle.succeed(session, EMAIL, mine)
        throttle.reserve(session, "other@example.com", "192.0.2.8", NOW)
        with pytest.raises(Problem, match="wait"):
            throttle.reserve(session, "another@example.com", "192.0.2.8", NOW)
        throttle.succeed(session, EMAIL, mine)
        assert session.get_one(LoginAttempts, "address:192.0.2.8").failures == 19


def test_failures_are_forgiven_after_a_day(db: Database) -> None:
    with db.writing() as session:
        for _ in range(5):
            throttle.reserve(session, EMAIL, "192.0.2.9", NOW)
        throttle.reserve(session, EMAIL, "192.0.2.9", NOW + timedelta(days=2))
        throttle.reserve(session, EMAIL, "192.0.2.9", NOW + timedelta(days=2))
        clean(session, NOW + timedelta(days=4))
        assert session.scalar(select(func.count()).select_from(LoginAttempts)) == 0
