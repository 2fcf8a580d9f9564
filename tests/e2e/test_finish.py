"""What the pages are finished with, in a real browser: the side bar, the cards, the network that goes away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import sample
from app.models import Source


@pytest.fixture
def sampled(site: Any) -> None:
    with site.services.db.writing() as session:
        sample.load(session, site.viewer, site.services.jobs, datetime.now(UTC))
    site.work()


@pytest.mark.parametrize("height", [900, 560])
def test_the_side_bar_is_never_taller_than_the_window(height: int, sampled: None, enter: Callable[..., Page]) -> None:
    page = enter(locale="fr-FR", viewport={"width": 1280, "height": height})
    for path in ("/", "/settings/brands", "/sources"):
        page.goto(path)
        box = page.locator(".side").bounding_box()
        assert box is not None
        assert (box["y"], box["y"] + box["height"] <= height) == (0, True)
    out = page.get_by_role("button", name="Se déconnecter")
    out.scroll_into_view_if_needed()
    below = out.bounding_box()
    assert below is not None
    assert below["y"] + below["height"] <= height


def test_no_card_shows_a_line_below_the_three_it_is_cut_at(enter: Callable[..., Page]) -> None:
    page = enter(locale="fr-FR")
    page.goto("/sources/new")
    cut = """texts => texts.map(text => text.clientHeight / parseFloat(getComputedStyle(text).lineHeight))"""
    lines = page.locator(".clamped").evaluate_all(cut)
    assert len(lines) > 30
    assert max(lines) < 3.2


def test_removing_the_sample_asks_once(sampled: None, site: Any, enter: Callable[..., Page]) -> None:
    page = enter()
    banner = page.locator(".sample-bar")
    banner.get_by_text("Remove the sample data").click()
    expect(banner.get_by_text("The two fictional brands go")).to_be_visible()
    with site.services.db.reading() as session:
        assert session.query(Source).count() == 4
    banner.get_by_role("button", name="Remove them").click()
    page.wait_for_url("**done=sample-removed")
    expect(page.locator(".sample-bar")).to_have_count(0)


def test_a_page_that_reaches_nobody_says_so_and_keeps_what_was_typed(sampled: None, enter: Callable[..., Page]) -> None:
    page = enter(locale="fr-FR")
    page.goto("/settings/phrases/new")
    page.locator("#text").fill("au top")
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert").get_by_text("Vous êtes hors ligne.")).to_be_visible()
    expect(page.locator("#text")).to_have_value("au top")
    page.context.set_offline(False)
    expect(page.locator("#unreachable")).to_be_hidden()
    page.route("**/settings/phrases/preview**", lambda route: route.abort())
    page.locator("#text").fill("au top du top")
    expect(page.get_by_role("alert").get_by_text("Vigie ne répond pas.")).to_be_visible()
    expect(page.locator("#text")).to_have_value("au top du top")


def test_the_first_link_of_the_mentions_leads_past_the_filters(sampled: None, enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the mentions")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#feed")
