"""Canned answers in a real browser, in French: chosen beside a mention, changed, copied, and the source opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import brands, canned, push
from app.pipeline.judge.score import ScorePending
from sentiment.compact import compact

FRENCH: dict[str, Any] = {"locale": "fr-FR"}
MAY_COPY = ["clipboard-read", "clipboard-write"]
TEXT = "Bonjour {author}, désolés pour {brand}."


@pytest.fixture
def mentioned(site: Any) -> str:
    """A mention of Brumelo whose source is the site itself, and two answers. Returns its id."""
    now, services = datetime.now(UTC), site.services
    item = {"external_id": "m1", "platform": "forum", "language": "fr", "author": "<b>Zoé", "text": "Brumelo en panne"}
    with services.db.writing() as session:
        brands.create(session, site.viewer, brands.NewBrand(name="Brumelo", query="brumelo"), services.jobs, now)
        source = push.push_source(session, site.viewer)
        for name, text in (("Excuses", TEXT), ("Merci", "Merci {author} !")):
            canned.create(session, site.viewer, canned.NewAnswer(name=name, text=text))
    whole = {**item, "published_at": now.isoformat(), "url": f"{site.url}/static/vigie.svg"}
    prepared = push.prepare(services.db, site.viewer, source, [whole], now)
    with services.db.writing() as session:
        [pushed] = push.push(session, site.viewer, prepared, services.jobs)
    ScorePending(services.db, compact(), services.jobs, random=Random(1))()
    return str(pushed.id)


def test_an_answer_is_filled_in_changed_copied_and_the_source_opens(
    mentioned: str, enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter(**FRENCH)
    page.context.grant_permissions(MAY_COPY)
    page.locator(f"#m-{mentioned} a.open").click()
    panel = page.locator("#answers")
    panel.get_by_label("Réponse type").select_option(label="Excuses")
    answer = panel.get_by_label("Votre réponse")
    expect(answer).to_have_value("Bonjour <b>Zoé, désolés pour Brumelo.")
    answer.fill("Bonjour Zoé, on s’en occupe.")
    panel.get_by_label("Réponse type").select_option(label="Merci")
    expect(answer).to_have_value("Merci <b>Zoé !")
    panel.get_by_label("Réponse type").select_option(label="Excuses")
    expect(answer).to_have_value("Bonjour Zoé, on s’en occupe.")
    with page.context.expect_page() as opened:
        panel.get_by_role("button", name="Copier et ouvrir la source").click()
    assert opened.value.url.endswith("/static/vigie.svg")
    page.bring_to_front()
    assert page.evaluate("navigator.clipboard.readText()") == "Bonjour Zoé, on s’en occupe."
    expect(page.locator("#toast")).to_contain_text("La réponse est copiée")
    assert page.locator(f"#m-{mentioned}").get_attribute("data-status") == "new"
    panel.get_by_role("button", name="Répondu").click()
    expect(page.locator(f"#m-{mentioned}")).to_have_attribute("data-status", "answered")
    assert complaints.said == []


def test_without_a_script_the_text_is_there_to_select_beside_a_plain_link(
    mentioned: str, enter: Callable[..., Page], site: Any
) -> None:
    page = enter(**FRENCH, java_script_enabled=False)
    page.goto(f"/mentions/{mentioned}")
    panel = page.locator("#answers")
    panel.get_by_label("Réponse type").select_option(label="Excuses")
    panel.get_by_role("button", name="Remplir").click()
    page.wait_for_url("**/answer?canned=*")
    expect(panel.get_by_label("Votre réponse")).to_have_value("Bonjour <b>Zoé, désolés pour Brumelo.")
    expect(panel.get_by_role("link", name="Ouvrir à la source")).to_have_attribute(
        "href", f"{site.url}/static/vigie.svg"
    )
    expect(panel.get_by_role("button", name="Copier et ouvrir la source")).to_be_hidden()


def test_the_settings_page_is_worked_with_and_nothing_is_wrong_with_any_look(
    mentioned: str, enter: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    page = enter(**FRENCH, bypass_csp=True, color_scheme="dark", viewport={"width": 360, "height": 780})
    page.goto("/settings/answers")
    assert violations(page) == []
    page.get_by_role("link", name="Excuses").click()
    page.get_by_label("Texte de la réponse").fill("Pardon {prix}")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_label("Texte de la réponse")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    page.goto(f"/mentions/{mentioned}")
    page.get_by_label("Réponse type").select_option(label="Excuses")
    expect(page.get_by_label("Votre réponse")).to_be_visible()
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.goto(f"/mentions/{mentioned}/answer")
    assert violations(page) == []
