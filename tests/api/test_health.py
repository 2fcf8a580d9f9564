"""Whether we live, whether we work, and who sees the figures."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.main import create_app
from app.services import Services
from app.settings import Settings


def test_figures_for_monitoring_are_told_to_their_token_only(services: Services, settings: Settings) -> None:
    guarded = Settings(**{**settings.model_dump(), "metrics_token": "the token of metrics"})
    app = create_app(Services(guarded, services.db, services.jobs, services.seal, services.gate, services.wire))
    client = TestClient(app, base_url="http://localhost")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": "Bearer the token of metrics"})
    assert "vigie_mentions 0.0" in answer.text


def test_figures_are_told_to_this_machine_but_not_through_a_proxy(app: FastAPI) -> None:
    near = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5000))
    far = TestClient(app, base_url="http://localhost", client=("192.0.2.7", 5000))
    assert near.get("/metrics").status_code == 200
    assert near.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    assert far.get("/metrics").status_code == 401


def test_without_a_worker_we_are_alive_but_not_ready(anonymous: TestClient) -> None:
    assert anonymous.get("/healthz").json() == {"status": "ok"}
    answer = anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert answer.json()["worker"]["ok"] is False
