"""Where the first account begins."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from starlette.testclient import TestClient

from app.actions import sample
from app.models import AlertRule
from app.services import Services
from app.viewer import Viewer
from app.web.landing import landing
from tests.api.things import opened

ACCOUNT = {"email": "ana@example.com", "password": "cheval pile agrafe juste", "again": "cheval pile agrafe juste"}


def load(services: Services, viewer: Viewer) -> None:
    with services.db.writing() as session:
        sample.load(session, viewer, services.jobs, datetime.now(UTC))


def test_without_the_sample_it_begins_with_the_first_steps(stranger: TestClient, link: str) -> None:
    page = stranger.post("/setup/account", data={**ACCOUNT, "link": link})
    assert page.url.path == "/setup"
    assert "Which brand do you look after?" in page.text


def test_with_the_sample_it_begins_with_the_feed(
    stranger: TestClient, link: str, services: Services, viewer: Viewer
) -> None:
    load(services, viewer)
    assert stranger.post("/setup/account", data={**ACCOUNT, "link": link}).url.path == "/"


def test_with_an_open_incident_it_begins_there(services: Services, viewer: Viewer) -> None:
    load(services, viewer)
    with services.db.reading() as session:
        rule = session.scalars(select(AlertRule)).one()
    incident = opened(services.db, viewer.workspace_id, rule.id, rule.brand_id)
    with services.db.reading() as session:
        assert landing(session, viewer, datetime.now(UTC)) == f"/alerts/{incident}"
