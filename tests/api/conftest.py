"""The whole application over a real database, and two workspaces that must not see each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from random import Random
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from app.actions import keys
from app.db import Database
from app.jobs import Jobs
from app.main import create_app
from app.models import Workspace
from app.pipeline.judge.score import ScorePending
from app.services import Services, build
from app.settings import Settings
from app.viewer import ROLE_SCOPES, Viewer
from tests.api.site import Site
from tests.api.things import PUSH, item
from tests.fakes import FixedScorer


@dataclass(frozen=True)
class Tenant:
    """A workspace, and clients that hold its keys."""

    workspace_id: UUID
    admin: TestClient
    editor: TestClient
    reader: TestClient
    key: str

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.workspace_id, "test", ROLE_SCOPES["admin"])


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
def anonymous(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def tenant(app: FastAPI, db: Database) -> Callable[[str], Tenant]:
    """Makes a workspace of this slug, or finds it."""

    def make(slug: str) -> Tenant:
        with db.writing() as session:
            row = session.scalars(select(Workspace).where(Workspace.slug == slug)).one_or_none()
            if row is None:
                row = Workspace(slug=slug, name=slug)
                session.add(row)
                session.flush()
            viewer = Viewer(row.id, "test", ROLE_SCOPES["admin"])
            secrets = {
                name: keys.create(
                    session, viewer, keys.NewKey(name=name, scopes=sorted(ROLE_SCOPES[role])), datetime.now(UTC)
                ).secret
                for name, role in {"admin": "admin", "editor": "manager", "viewer": "viewer"}.items()
            }
        clients = {role: client_of(app, secret) for role, secret in secrets.items()}
        return Tenant(row.id, clients["admin"], clients["editor"], clients["viewer"], secrets["admin"])

    return make


def client_of(app: FastAPI, key: str) -> TestClient:
    return TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def us(tenant: Callable[[str], Tenant]) -> Tenant:
    return tenant("default")


@pytest.fixture
def them(tenant: Callable[[str], Tenant]) -> Tenant:
    return tenant("others")


@pytest.fixture
def brand(us: Tenant) -> dict[str, Any]:
    """Our brand Acme."""
    answer = us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "acme"})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture
def pushed(us: Tenant, brand: dict[str, Any]) -> list[dict[str, Any]]:
    """Five mentions of Acme, oldest first, as the push answered."""
    items = [
        {
            "external_id": f"n{number}",
            "text": f"acme number {number} was a good thing to buy, said one of many people",
            "published_at": f"2026-11-{number + 10:02d}T10:00:00Z",
            "platform": "forum",
            "language": "en",
            "author": f"author{number}",
        }
        for number in range(5)
    ]
    answer = us.editor.post("/api/v1/mentions", json={"items": items})
    assert answer.status_code == 202, answer.text
    made: list[dict[str, Any]] = answer.json()["items"]
    return made


@pytest.fixture
def said(us: Any, brand: dict[str, Any], db: Database) -> dict[str, str]:
    """Mentions of Acme and Brumelo, scored: {name: id}."""
    us.editor.post("/api/v1/brands", json={"name": "Brumelo", "query": "brumelo"})
    items = [
        item(1, "acme, quelle honte, un colis perdu", language="fr", platform="forum", author="Ana", reach=50),
        item(2, "acme is great, thank you so much", language="en", platform="blog", author="Bob", reach=5_000),
        item(3, "acme is awful and brumelo is great too", language="en", platform="forum", author="ana", reach=9),
        item(4, "brumelo opens a shop in Lyon", language="en", platform="news", author="Cleo", rating=5),
    ]
    answer = us.editor.post(PUSH, json={"items": items})
    ScorePending(db, FixedScorer(), Jobs(), random=Random(0), now=lambda: datetime.now(UTC))()
    return {one["external_id"]: one["id"] for one in answer.json()["items"]}


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Site.taken.clear()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
