"""Reputation on one screen: all of it at 1280 × 900, a click filters in place, files, paper, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import sample

SCREEN = {"width": 1280, "height": 900}
TITLES = {
    "fr-FR": ("Score de réputation", "intervalle de confiance", "Sources", "Langues", "Concurrents"),
    "en-GB": ("Reputation score", "95 % interval", "Sources", "Languages", "Competitors"),
}


@pytest.fixture
def loaded(site: Any) -> None:
    with site.services.db.writing() as session:
        sample.load(session, site.viewer, site.services.jobs, datetime.now(UTC))
    site.work()


@pytest.mark.parametrize("language", TITLES)
def test_everything_stands_on_one_screen(
    language: str, loaded: None, enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter(locale=language, viewport=SCREEN)
    page.goto("/reputation")
    expect(page.locator("[data-drawn] canvas").first).to_be_visible()
    for title in TITLES[language]:
        expect(page.locator("main").get_by_text(title).first).to_be_visible()
    parts = page.locator(".headline .value, .headline .word, .summary .canvas, .summary .share, .ranked, .method")
    bottoms = parts.evaluate_all("parts => parts.map((part) => part.getBoundingClientRect().bottom)")
    assert len(bottoms) == 8
    assert max(bottoms) <= SCREEN["height"]
    assert complaints.said == []


def test_a_click_filters_in_place_and_back_undoes_it(loaded: None, enter: Callable[..., Page], complaints: Any) -> None:
    page = enter(viewport=SCREEN)
    page.goto("/reputation")
    page.get_by_role("link", name="French").click()
    expect(page.locator(".chosen a")).to_have_text("French")
    assert "language=fr" in page.url
    canvas = page.locator(".canvas canvas").first
    expect(canvas).to_be_visible()
    canvas.click(position={"x": 560, "y": 120})
    page.wait_for_url("**from=*")
    expect(page.locator(".chosen a")).to_have_count(2)
    page.go_back()
    page.locator(".chosen a").click()
    expect(page.locator(".chosen a")).to_have_count(0)
    page.locator("#brand").select_option(label="Brumelo")
    page.wait_for_url("**/reputation?brand=*")
    expect(page.locator("#brand option:checked")).to_have_text("Brumelo")
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_hidden()
    assert complaints.said == []


def test_each_chart_is_saved_as_a_picture_and_as_figures(
    loaded: None, enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter(viewport=SCREEN)
    page.goto("/reputation")
    expect(page.locator("[data-png]").first).to_be_visible()
    for button in page.locator("[data-png]").all():
        with page.expect_download() as download:
            button.click()
        picture = download.value.path().read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 2_000
    with page.expect_download() as download:
        page.locator(".summary .chart a[download]").click()
    assert download.value.path().read_text(encoding="utf-8-sig").startswith('"start","end","score"')
    assert page.locator("[data-png]").count() == page.locator("a[download]").count() == 5
    assert complaints.said == []


def test_it_is_one_page_of_paper(loaded: None, enter: Callable[..., Page]) -> None:
    page = enter(viewport=SCREEN)
    page.goto("/reputation")
    expect(page.locator("[data-drawn] canvas").first).to_be_visible()
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_it_works_without_scripts(loaded: None, enter: Callable[..., Page]) -> None:
    page = enter(viewport=SCREEN, java_script_enabled=False)
    page.goto("/reputation")
    page.locator("#brand").select_option(label="Brumelo")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#brand option:checked")).to_have_text("Brumelo")
    page.get_by_text("Show as a table").click()
    page.locator(".chart th a").first.click()
    expect(page.locator(".chosen a")).to_have_count(1)
    page.locator(".headline .value a").click()
    expect(page.get_by_role("heading", name="Mentions")).to_be_visible()
