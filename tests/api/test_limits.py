"""Who asks too often waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.limits import Limits, Rates
from app.db import Database
from app.main import create_app
from app.problems import Problem
from app.services import Services


def test_a_key_that_asks_too_often_waits(services: Services, us: Any) -> None:
    app = create_app(services, rates=Rates(key=5, costly=2))
    client = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {us.key}"})
    answers = [client.get("/api/v1/me") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert int(answers[5].headers["retry-after"]) >= 1
    assert answers[5].headers["ratelimit-policy"] == '"key";q=5;w=60'
    assert answers[5].json()["status"] == 429


def test_guessing_keys_is_slowed_down(services: Services) -> None:
    client = TestClient(create_app(services, rates=Rates(refused=3)), base_url="http://localhost")
    headers = {"Authorization": "Bearer vig_guess"}
    answers = [client.get("/api/v1/me", headers=headers).status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_web_processes_count_together(services: Services, us: Any) -> None:
    clients = [
        TestClient(
            create_app(services, rates=Rates(key=3)),
            base_url="http://localhost",
            headers={"Authorization": f"Bearer {us.key}"},
        )
        for _ in range(2)
    ]
    assert [clients[number % 2].get("/api/v1/me").status_code for number in range(4)] == [200, 200, 200, 429]


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


def test_the_last_minute_counts_as_far_as_it_still_lies_in_the_past_minute(db: Database) -> None:
    clock = Clock()
    limits = Limits(db, Rates(sent=10), clock)
    for _ in range(10):
        limits.count_delivery("source")
    with pytest.raises(Problem) as refused:
        limits.count_delivery("source")
    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"] == "60"
    clock.at += timedelta(seconds=90)  # half of the ten are older than a minute
    for _ in range(5):
        limits.count_delivery("source")
    with pytest.raises(Problem):
        limits.count_delivery("source")
    limits.count_delivery("another source")
    clock.at += timedelta(minutes=2)
    for _ in range(10):
        limits.count_delivery("source")


def test_a_limit_that_the_last_minute_used_up_refuses_from_the_first_request_on(db: Database) -> None:
    clock = Clock()
    limits = Limits(db, Rates(sent=10), clock)
    for _ in range(10):
        limits.count_delivery("source")
    clock.at += timedelta(minutes=1)
    with pytest.raises(Problem):
        limits.count_delivery("source")


def test_a_database_that_takes_no_write_still_answers(db: Database) -> None:
    read_only = Database(db.url)
    read_only.engine = read_only.engine.execution_options(postgresql_readonly=True)
    limits = Limits(read_only, Rates(key=1))
    assert [limits.count_request("key")["RateLimit-Limit"] for _ in range(3)] == ["1"] * 3
    read_only.close()
