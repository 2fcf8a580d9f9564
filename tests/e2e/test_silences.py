"""Alerts are kept quiet from where somebody sees them, in French, and all of them in one click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.actions import sample
from app.models import AlertRule, Silence
from tests.api.things import opened


@pytest.fixture
def incident(site: Any) -> str:
    """The page of an incident that goes on, in the sample."""
    with site.services.db.writing() as session:
        sample.load(session, site.viewer, site.services.jobs, datetime.now(UTC))
    with site.services.db.reading() as session:
        rule = session.scalars(select(AlertRule)).one()
    return f"/alerts/{opened(site.services.db, rule.workspace_id, rule.id, rule.brand_id)}"


def test_a_silence_is_made_from_an_incident_after_its_preview(
    incident: str, site: Any, enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter(locale="fr-FR")
    page.goto(incident)
    page.get_by_role("link", name="Mettre en sourdine…").click()
    page.get_by_role("button", name="Qu’est-ce qui aurait été retenu").click()
    expect(page.get_by_text("Auraient été retenus")).to_be_visible()
    page.get_by_label("Motif").fill("Soldes de printemps")
    page.get_by_label("Pour combien de temps").select_option("4")
    page.get_by_role("button", name="Mettre en sourdine", exact=True).click()
    expect(page.get_by_text("La mise en sourdine est enregistrée.")).to_be_visible()
    expect(page.get_by_text("Soldes de printemps")).to_be_visible()
    page.get_by_role("button", name="Arrêter maintenant").click()
    expect(page.get_by_role("heading", name="Terminées")).to_be_visible()
    with site.services.db.reading() as session:
        row = session.scalars(select(Silence)).one()
    assert (row.reason, row.ended_by, row.brand_id is None, row.kind is None) == (
        "Soldes de printemps", "ana@example.com", False, False,
    )  # fmt: skip
    assert complaints.said == []


def test_everything_is_paused_in_one_click_and_goes_on_in_another(enter: Callable[..., Page], complaints: Any) -> None:
    page = enter(locale="fr-FR", viewport={"width": 360, "height": 780})
    page.goto("/alerts")
    page.get_by_role("button", name="Tout suspendre pendant une heure").click()
    banner = page.get_by_role("region", name="Les alertes sont suspendues")
    expect(banner).to_be_visible()
    page.goto("/alerts/rules")
    banner.get_by_role("button", name="Arrêter maintenant").click()
    expect(page.get_by_text("Les alertes sont de nouveau envoyées.")).to_be_visible()
    expect(banner).to_have_count(0)
    assert complaints.said == []
