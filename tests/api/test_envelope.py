"""What every answer carries, and what is refused before anybody looks at it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.api.envelope import BODY_MAX
from app.main import create_app
from app.services import Services
from app.settings import Settings

EVERYWHERE = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/me", 200),
        ("GET", "/api/v1/brands/unknown", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("PUT", "/api/v1/brands", 405),
        ("GET", "/api/v1/brands?limit=0", 422),
        ("GET", "/api/v1/broken", 500),
        ("GET", "/healthz", 200),
    ],
)
def test_every_answer_carries_its_headers(app: FastAPI, us: Any, method: str, path: str, status: int) -> None:
    def broken() -> None:
        raise RuntimeError("the secret cause")

    app.add_api_route("/api/v1/broken", broken)
    app.router.routes.insert(0, app.router.routes.pop())  # before the pages
    answer = us.reader.request(method, path)
    assert answer.status_code == status, answer.text
    for name, value in EVERYWHERE.items():
        assert answer.headers[name].startswith(value), name
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert "server" not in answer.headers
    assert "secret cause" not in answer.text
    if status >= 400:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == status
        assert problem["type"].startswith("urn:vigie:problem:")
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert {"title", "detail", "errors"} <= problem.keys()


def test_https_is_pinned_where_the_public_address_has_it(services: Services, settings: Settings) -> None:
    public = Settings(**{**settings.model_dump(), "public_url": "https://vigie.example.com"})
    app = create_app(Services(public, services.db, services.jobs, services.seal, services.gate, services.wire))
    answer = TestClient(app, base_url="https://vigie.example.com").get("/healthz")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "[::1"])
def test_another_host_name_is_refused(anonymous: TestClient, host: str) -> None:
    answer = anonymous.get("/healthz", headers={"Host": host, "X-Forwarded-Host": "localhost"})
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:vigie:problem:unknown-host"


def test_a_body_over_the_limit_is_refused_before_it_is_read(us: Any) -> None:
    told = us.editor.post("/api/v1/brands", content=b" " * (BODY_MAX + 1), headers={"Content-Type": "application/json"})
    untold = us.editor.post(
        "/api/v1/brands",
        content=(b" " * 1_000_000 for _ in range(12)),
        headers={"Content-Type": "application/json"},
    )
    assert [answer.status_code for answer in (told, untold)] == [413, 413]
    assert told.json()["type"] == untold.json()["type"] == "urn:vigie:problem:too-large"
