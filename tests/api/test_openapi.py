"""The OpenAPI document is valid, complete, and true."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import CacheConfig, SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from starlette.testclient import TestClient

from app.api.openapi import document
from app.db import Database
from app.main import create_app
from app.services import Services, build
from app.settings import Settings
from tests.api.things import things_of


def test_the_document_is_valid_openapi(anonymous: TestClient) -> None:
    answer = anonymous.get("/api/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(answer.json()).iter_errors()) == []


def test_every_operation_says_what_it_answers_and_refuses(app: FastAPI) -> None:
    for path, operations in document(app.routes)["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert {"401", "403", "422", "429"} <= answers.keys(), (method, path)
            assert operation["summary"], (method, path)
            good = next(answers[code] for code in answers if code.startswith("2"))
            schemas = [media.get("schema") for media in good.get("content", {}).values()]
            assert "204" in answers or all(schemas), (method, path)
            for code, answer in answers.items():
                if code >= "400":
                    assert list(answer["content"]) == ["application/problem+json"], (method, path, code)


def test_its_names_are_those_of_things_not_of_files(app: FastAPI) -> None:
    told = document(app.routes)
    assert [name for name in told["components"]["schemas"] if not re.fullmatch("[A-Z][A-Za-z]+", name)] == []
    names = [operation["operationId"] for operations in told["paths"].values() for operation in operations.values()]
    assert [name for name in names if not re.fullmatch("[a-z]+(_[a-z]+)*", name)] == []
    assert len(names) == len(set(names))


def test_it_names_the_server(anonymous: TestClient, settings: Settings) -> None:
    assert anonymous.get("/api/v1/openapi.json").json()["servers"][0]["url"] == "http://localhost"
    services = build(Settings(**{**settings.model_dump(), "public_url": "https://vigie.example.org"}))
    with closing(services):
        client = TestClient(create_app(services), base_url="https://vigie.example.org")
        assert client.get("/api/v1/openapi.json").json()["servers"][0]["url"] == "https://vigie.example.org"


def test_the_page_of_the_reference_loads_nothing_from_elsewhere(anonymous: TestClient) -> None:
    page = anonymous.get("/api/v1/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert "style=" not in page.text
    for part in page.text.split('"'):
        if part.startswith("/static/") and "/dist/" not in part:  # what is bundled at install may not be there yet
            assert anonymous.get(part).status_code == 200, part


NOT_IN_A_SCHEMA = "positive_data_acceptance"
"""The one check left out: a query, a cursor or a time zone may have the right shape and still be refused."""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the tool's own remarks on the data it was not given
def test_generated_requests_find_nothing(app: FastAPI, us: Any, db: Database, services: Services) -> None:
    """No 500, no undocumented status, no answer beside its schema, nothing invalid accepted, no key ignored."""
    things = things_of(us, db, services)
    config = SchemathesisConfig(cache=CacheConfig(enabled=False))  # leaves nothing behind in the repository
    loaded = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config, headers={"Host": "localhost"})
    known = {name: str(value) for name, value in vars(things).items()}
    loaded.config.update(
        headers={"Authorization": f"Bearer {us.key}", "Host": "localhost"},
        parameters=known,
        continue_on_failure=True,
        request_timeout=60.0,
    )
    loaded.config.generation.update(deterministic=True, max_examples=5)
    loaded.config.phases.update(phases=["examples", "coverage", "fuzzing"])
    getattr(loaded.config.checks, NOT_IN_A_SCHEMA).enabled = False
    found = [failure for event in from_schema(loaded).execute() for failure in failures(event)]
    assert not found, "\n".join(found)


def failures(event: object) -> list[str]:
    """What went wrong in one scenario, as text."""
    if isinstance(event, NonFatalError | FatalError):
        return [str(getattr(event, "value", event))]
    if not isinstance(event, ScenarioFinished):
        return []
    return [
        f"{event.recorder.label}: {node.name} {node.failure_info.failure}"
        for nodes in event.recorder.checks.values()
        for node in nodes
        if node.failure_info is not None
    ]
