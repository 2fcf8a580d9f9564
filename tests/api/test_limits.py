"""Who asks too often waits."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from app.api.limits import Rates
from app.main import create_app
from app.services import Services


def test_a_key_that_asks_too_often_waits(services: Services, us: Any) -> None:
    app = create_app(services, rates=Rates(key="5/minute", costly="2/minute"))
    client = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {us.key}"})
    answers = [client.get("/api/v1/me") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert int(answers[5].headers["retry-after"]) >= 1
    assert answers[5].headers["ratelimit-policy"] == '"key";q=5;w=60'
    assert answers[5].json()["status"] == 429


def test_guessing_keys_is_slowed_down(services: Services) -> None:
    client = TestClient(create_app(services, rates=Rates(refused="3/minute")), base_url="http://localhost")
    headers = {"Authorization": "Bearer vig_guess"}
    answers = [client.get("/api/v1/me", headers=headers).status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]
