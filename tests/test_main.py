"""The application as a whole: what is open, and who gets a refusal in which form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from app.main import create_app, methods_of
from app.services import Services, build
from app.settings import Settings


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services, now=lambda: datetime(2026, 11, 30, tzinfo=UTC))


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://localhost", follow_redirects=False)


def request_for(app: FastAPI, path: str) -> Request:
    return Request({"type": "http", "method": "PUT", "path": path, "headers": [], "query_string": b"", "app": app})


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/in/unknown", "/healthz/no"])
def test_a_program_is_refused_in_json(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code in {401, 404, 405}
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_person_is_refused_on_a_page(stranger: TestClient) -> None:
    answer = stranger.get("/no/such/page", headers={"Accept-Language": "fr"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="fr"' in answer.text


def test_a_method_that_an_address_does_not_take_is_refused_with_those_that_it_takes(stranger: TestClient) -> None:
    answer = stranger.put("/healthz")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/brands", ["GET", "POST"]),
        ("/api/v1/brands/00000000-0000-0000-0000-000000000001", ["DELETE", "GET", "PATCH"]),
        ("/api/v1/mentions/bulk", ["POST"]),
        ("/no/such/page", ["GET"]),
    ],
)
def test_the_methods_of_an_address_are_those_of_all_its_routes(app: FastAPI, path: str, methods: list[str]) -> None:
    assert methods_of(request_for(app, path)) == methods
