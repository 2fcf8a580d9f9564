"""Labelling the sample in a real browser: one key each, undone by one, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.actions import brands, push
from app.models import AuditMatch
from app.pipeline.judge.score import ScorePending
from sentiment.compact import compact


@pytest.fixture
def loaded(site: Any) -> None:
    """Twenty-five scored mentions of Brumelo."""
    now, services = datetime.now(UTC), site.services
    with services.db.writing() as session:
        brands.create(session, site.viewer, brands.NewBrand(name="Brumelo", query="brumelo"), services.jobs, now)
        source = push.push_source(session, site.viewer)
    items = [
        {
            "external_id": f"m{n}", "platform": "forum", "language": "fr", "published_at": now.isoformat(),
            "text": f"Brumelo vu par la personne {n} {chr(97 + n) * 6} pour la chose {n * n}",
        }
        for n in range(25)
    ]  # fmt: skip
    prepared = push.prepare(services.db, site.viewer, source, items, now)
    with services.db.writing() as session:
        push.push(session, site.viewer, prepared, services.jobs)
    ScorePending(services.db, compact(), services.jobs, random=Random(1))()


def labels(site: Any) -> list[str]:
    with site.services.db.reading() as session:
        wanted = select(AuditMatch.label).where(AuditMatch.label.is_not(None)).order_by(AuditMatch.labelled_at)
        return list(session.scalars(wanted))


def shows(page: Page, text: str) -> None:
    """Waits for the next page: its text, and its script, which listens to the keys."""
    expect(page.get_by_text(text)).to_be_visible(timeout=20_000)
    page.wait_for_load_state("load")


def test_one_key_each_and_backspace_takes_it_back(
    loaded: None, site: Any, enter: Callable[..., Page], complaints: Any, violations: Callable[[Page], list[str]]
) -> None:
    page = enter(locale="fr-FR", viewport={"width": 360, "height": 780}, bypass_csp=True)
    page.goto("/reputation/sample")
    page.get_by_role("button", name="Tirer maintenant").click()
    expect(page.get_by_role("heading", name="Échantillon à étiqueter")).to_be_visible()
    for done, key in enumerate("dnps"):
        shows(page, f"{done} sur 20 cette semaine")
        page.keyboard.press(key)
    shows(page, "4 sur 20 cette semaine")
    assert labels(site) == ["negative", "neutral", "positive", "skip"]
    page.keyboard.press("Backspace")
    shows(page, "3 sur 20 cette semaine")
    page.keyboard.press("u")
    shows(page, "2 sur 20 cette semaine")
    page.keyboard.press("p")
    shows(page, "3 sur 20 cette semaine")
    assert labels(site) == ["negative", "neutral", "positive"]
    page.get_by_text("Comment étiqueter").click()
    assert violations(page) == []
    page.locator("main").get_by_label("Utiliser les raccourcis clavier").uncheck()
    page.keyboard.press("n")
    page.reload()
    shows(page, "3 sur 20 cette semaine")
    assert complaints.said == []


def test_the_sample_is_labelled_without_scripts(loaded: None, site: Any, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto("/reputation")
    page.get_by_role("link", name="Label a sample").first.click()
    page.get_by_role("button", name="Draw now").click()
    page.get_by_role("button", name="Positive").click()
    shows(page, "1 of 20 this week")
    page.get_by_role("button", name="Undo").click()
    shows(page, "0 of 20 this week")
    assert labels(site) == []
