"""A browser without a screen: a client that keeps cookies, and the ways a test sets a workspace up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.actions import accounts, brands, push
from app.auth import links
from app.db import Database
from app.main import create_app
from app.models import Brand
from app.pipeline.judge.score import ScorePending
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from sentiment.compact import compact

EMAIL, PASSWORD = "ana@example.com", "cheval pile agrafe juste"
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    """A browser that nobody has logged in with."""
    return TestClient(app, base_url="http://localhost:8000", headers=OWN)


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "test", ROLE_SCOPES["admin"])


@pytest.fixture
def account(db: Database, viewer: Viewer) -> str:
    """An administrator's address; the password is PASSWORD."""
    with db.writing() as session:
        accounts.create(session, viewer, accounts.NewAccount(email=EMAIL, password=PASSWORD))
    return EMAIL


@pytest.fixture
def link(db: Database) -> str:
    with db.writing() as session:
        return links.new_link(session, links.SETUP, datetime.now(UTC))


@pytest.fixture
def browser(stranger: TestClient, account: str) -> TestClient:
    """A browser that is logged in as the administrator."""
    answer = stranger.post("/login", data={"email": account, "password": PASSWORD})
    assert answer.url.path == "/", answer.text
    return stranger


@pytest.fixture
def brand(services: Services, viewer: Viewer) -> Brand:
    """A brand recognised by its name."""
    with services.db.writing() as session:
        new = brands.NewBrand(name="Brumelo", query="brumelo")
        return brands.create(session, viewer, new, services.jobs, datetime.now(UTC))


@pytest.fixture
def say(services: Services, viewer: Viewer, brand: Brand) -> Callable[..., list[str]]:
    """Pushes mentions and has them scored. Returns their ids."""

    def pushed(*items: dict[str, Any]) -> list[str]:
        now = datetime.now(UTC)
        whole = [
            {"external_id": f"m{n}", "platform": "forum", "published_at": now.isoformat(), **item}
            for n, item in enumerate(items)
        ]
        with services.db.writing() as session:
            source = push.push_source(session, viewer)
        prepared = push.prepare(services.db, viewer, source, whole, now)
        with services.db.writing() as session:
            results = push.push(session, viewer, prepared, services.jobs)
        ScorePending(services.db, compact(), services.jobs, random=Random(1))()
        return [str(one.id) for one in results]

    return pushed
