"""Where the first account begins."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from starlette.testclient import TestClient

from app.actions import sample
from app.models import AlertRule, IncidentRow
from app.services import Services
from app.viewer import Viewer
from app.web.landing import landing

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
    now = datetime.now(UTC)
    with services.db.writing() as session:
        rule = session.query(AlertRule).one()
        row = IncidentRow(
            id=UUID(int=7), workspace_id=viewer.workspace_id, rule_id=rule.id, brand_id=rule.brand_id, state="firing",
            kind=rule.kind,
            severity="critical", opened_at=now, explanation={},
        )  # fmt: skip
        session.add(row)
    with services.db.reading() as session:
        assert landing(session, viewer) == f"/alerts/{UUID(int=7)}"
