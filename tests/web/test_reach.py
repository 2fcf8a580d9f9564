"""That a rule, a brand or an incident notifies nobody is said in red, with a button to what mends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.actions import rules
from app.actions.channels import NewChannel
from app.actions.channels import create as add_channel
from app.db import Database
from app.models import AlertRule, Brand, IncidentEvent, IncidentRow, uuid7
from app.queries.reach import Why
from app.services import Services
from app.viewer import Viewer
from app.web.reach import BUTTONS, SENTENCES
from tests.api.things import opened

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def rule(services: Services, viewer: Viewer, brand: Brand) -> AlertRule:
    with services.db.writing() as session:
        new = rules.NewRule(name="Too many", brand_id=brand.id, kind="threshold")
        return rules.create(session, viewer, new, services.jobs)


def red(page: str) -> list[tuple[str, str]]:
    """The warnings of a page: what notifies nobody, and where its button leads."""
    notes = re.findall(r'<div class="note bad">(.*?)\n</div>', page, re.DOTALL)
    found = [re.search(r'<strong>(.*?)</strong>.*?href="(.*?)"', note, re.DOTALL) for note in notes]
    return [(match[1], match[2].replace("&amp;", "&")) for match in found if match]


def hook(services: Services, viewer: Viewer, **more: Any) -> UUID:
    params = {"url": "http://127.0.0.1:9/hook"}
    with services.db.writing() as session:
        new = NewChannel.model_validate({"kind": "webhook", "name": "Hook", "params": params, **more})
        return add_channel(session, viewer, new, services).channel.id


def test_every_reason_has_a_sentence_and_a_button() -> None:
    reasons = {one for each in get_args(Why) for one in (get_args(each) or (each,))}
    assert reasons == set(SENTENCES) == set(BUTTONS)


def test_without_a_channel_rule_brand_and_incident_lead_to_adding_one_and_then_say_no_more(
    browser: TestClient, services: Services, viewer: Viewer, brand: Brand, rule: AlertRule
) -> None:
    incident = opened(services.db, viewer.workspace_id, rule.id, brand.id)
    pages = {
        "/alerts/rules": "This rule notifies nobody",
        f"/alerts/rules/{rule.id}": "This rule notifies nobody",
        "/setup?step=alerts": "This rule notifies nobody",
        "/settings/brands": "Nobody is notified about this brand",
        f"/settings/brands/{brand.id}": "Nobody is notified about this brand",
        f"/alerts/{incident}": "Nobody was notified of this incident",
    }
    for path, title in pages.items():
        assert red(browser.get(path).text) == [(title, "/settings/channels/new")], path
    assert "Nobody was notified." in browser.get("/alerts").text
    hook(services, viewer)
    for path in pages:
        assert red(browser.get(path).text) == [], path
    assert "Nobody was notified." not in browser.get("/alerts").text


def test_a_rule_says_what_to_mend(
    browser: TestClient, db: Database, services: Services, viewer: Viewer, rule: AlertRule
) -> None:
    channel = hook(services, viewer, enabled=False)
    path, there = f"/alerts/rules/{rule.id}", f"/settings/channels/{channel}"
    assert red(browser.get(path).text) == [("This rule notifies nobody", there)]
    assert red(browser.get("/settings/channels").text) == [("The rule «Too many» notifies nobody", there)]
    data = {
        "name": "Too many", "brand_id": str(rule.brand_id), "params.limit": "5", "params.window_hours": "6",
        "params.counted": "detractors", "params.measure": "count", "params.min_mentions": "1",
        "params.severity": "warning", "severity": "warning", "enabled": "1",
    }  # fmt: skip
    browser.post(path, data={**data, "whom": "chosen"})
    assert red(browser.get(path).text) == [("This rule notifies nobody", f"{path}#whom")]
    with db.reading() as session:
        assert session.scalars(select(AlertRule.channels)).one() == []
    browser.post(path, data={**data, "whom": "chosen", "channels": str(channel)})
    with db.reading() as session:
        assert session.scalars(select(AlertRule.channels)).one() == [channel]
    browser.post(path, data={**data, "whom": "all", "channels": str(channel)})
    with db.reading() as session:
        assert session.scalars(select(AlertRule.channels)).one() is None
    page = browser.get(path).text
    assert re.search(r'id="whom-all"[^>]* checked', page)
    assert not re.search(r'id="channel-1"[^>]* checked', page)


def test_a_rule_that_was_switched_off_for_its_failures_says_so_and_its_brand_does(
    browser: TestClient, db: Database, rule: AlertRule
) -> None:
    with db.writing() as session:
        row = session.scalars(select(AlertRule)).one()
        row.enabled, row.disabled_reason = False, "it failed 5 times: its settings cannot be read"
    page = browser.get("/alerts/rules").text
    assert "Vigie switched this rule off, because it failed several times." in page
    assert "its settings cannot be read" in page
    brands = browser.get("/settings/brands").text
    assert red(brands) == [("Nobody is notified about this brand", f"/alerts/rules/{rule.id}")]


def test_a_brand_without_a_rule_or_with_a_query_that_cannot_be_read_says_so(
    browser: TestClient, db: Database, brand: Brand
) -> None:
    where = f"/settings/brands/{brand.id}"
    title = "Nobody is notified about this brand"
    assert red(browser.get(where).text) == [(title, f"/alerts/rules/new?brand={brand.id}")]
    with db.writing() as session:
        session.get_one(Brand, (brand.workspace_id, brand.id)).query = "brumelo AND ("
    assert red(browser.get(where).text) == [(title, where)]


def test_an_incident_that_could_not_be_read_says_so_in_its_page_and_its_list(
    browser: TestClient, db: Database, viewer: Viewer, brand: Brand, rule: AlertRule
) -> None:
    incident = opened(db, viewer.workspace_id, rule.id, brand.id)
    with db.writing() as session:
        row = session.get_one(IncidentRow, (viewer.workspace_id, incident))
        row.state, row.memory, row.explanation = "resolved", {"unreadable": 7}, {}
        event = {"incident_id": incident, "at": NOW, "kind": "unreadable", "details": {"error": "state: wrong"}}
        session.add(IncidentEvent(workspace_id=viewer.workspace_id, id=uuid7(), **event))
    page = browser.get(f"/alerts/{incident}").text
    assert "What was stored of this incident could not be read" in page
    assert "What was stored of it could not be read: Vigie closed it" in page
    assert "Not readable" in browser.get("/alerts?state=resolved").text
    assert "Illisible" in browser.get("/alerts?state=resolved&lang=fr").text
