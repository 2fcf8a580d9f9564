"""Labelling the sample in a real browser: one key each, undone by one, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.actions import sample
from app.models import AuditMatch


@pytest.fixture
def loaded(site: Any) -> None:
    """The sample data, read and scored."""
    with site.services.db.writing() as session:
        sample.load(session, site.viewer, site.services.jobs, datetime.now(UTC))
    site.work()


def labels(site: Any) -> list[str]:
    with site.services.db.reading() as session:
        wanted = select(AuditMatch.label).where(AuditMatch.label.is_not(None)).order_by(AuditMatch.labelled_at)
        return list(session.scalars(wanted))


def test_one_key_each_and_backspace_takes_it_back(
    loaded: None, site: Any, enter: Callable[..., Page], complaints: Any, violations: Callable[[Page], list[str]]
) -> None:
    page = enter(locale="fr-FR", viewport={"width": 360, "height": 780}, bypass_csp=True)
    page.goto("/reputation/sample")
    page.get_by_role("button", name="Tirer maintenant").click()
    expect(page.get_by_role("heading", name="Échantillon à étiqueter")).to_be_visible()
    for done, key in enumerate("nups"):
        expect(page.get_by_text(f"{done} sur 20 cette semaine")).to_be_visible()
        page.keyboard.press(key)
    expect(page.get_by_text("4 sur 20 cette semaine")).to_be_visible()
    assert labels(site) == ["negative", "neutral", "positive", "skip"]
    page.keyboard.press("Backspace")
    expect(page.get_by_text("3 sur 20 cette semaine")).to_be_visible()
    assert labels(site) == ["negative", "neutral", "positive"]
    page.get_by_text("Comment étiqueter").click()
    assert violations(page) == []
    page.get_by_label("Utiliser les touches sur cette page").uncheck()
    page.keyboard.press("n")
    page.reload()
    expect(page.get_by_text("3 sur 20 cette semaine")).to_be_visible()
    assert complaints.said == []


def test_the_sample_is_labelled_without_scripts(loaded: None, site: Any, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto("/reputation")
    page.get_by_role("link", name="Label a sample").last.click()
    page.get_by_role("button", name="Draw now").click()
    page.get_by_role("button", name="Positive").click()
    expect(page.get_by_text("1 of 20 this week")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("0 of 20 this week")).to_be_visible()
    assert labels(site) == []
