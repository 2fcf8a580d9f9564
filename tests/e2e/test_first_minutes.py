"""The first ten minutes, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

PASSWORD = "cheval pile agrafe juste"


def test_from_the_link_to_the_sample_and_back(site: Any, window: Callable[..., Page], complaints: Any) -> None:
    page = window(locale="fr-FR")
    page.goto(f"/setup?token={site.setup_link()}")
    expect(page.get_by_role("heading", name="Bienvenue dans Vigie")).to_be_visible()
    page.get_by_label("Adresse e-mail").fill("ana@example.com")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte").click()
    expect(page.get_by_role("heading", name="Premiers pas")).to_be_visible()
    page.get_by_role("button", name="Explorer avec des données d’exemple").click()
    expect(page.get_by_text("Les données d’exemple sont chargées.")).to_be_visible()
    site.work()
    page.goto("/")
    expect(page.locator(".feed > li").first).to_be_visible()
    page.goto("/reputation")
    expect(page.get_by_role("heading", name="Score de réputation (NPS social estimé)")).to_be_visible()
    expect(page.locator("[data-drawn] canvas").first).to_be_visible()
    page.locator(".sample-bar").get_by_text("Retirer les données d’exemple").click()
    page.locator(".sample-bar").get_by_role("button").click()
    expect(page.get_by_text("Ce qu’on dit de vous s’affichera ici")).to_be_visible()
    assert complaints.said == []


def test_a_brand_a_source_a_channel_and_a_rule(enter: Callable[..., Page], complaints: Any) -> None:
    page = enter()
    page.goto("/setup")
    page.locator("#name").fill("Brumelo")
    expect(page.locator("#query")).to_have_value("Brumelo")
    page.locator("#query").fill("brumelo OR (")
    expect(page.locator("#preview")).to_contain_text("This parenthesis is never closed.")
    page.locator("#query").fill("brumelo ou brumélo")
    page.get_by_role("button", name="Yes, write brumelo OR brumélo").click()
    expect(page.locator("#query")).to_have_value("brumelo OR brumélo")
    page.locator("#query").fill("brumelo")
    expect(page.locator("#preview")).to_contain_text("No stored mention matches")
    page.get_by_role("button", name="Watch this brand").click()
    page.get_by_text("Or choose a kind of source yourself").click()
    page.get_by_role("link", name=re.compile(r"^Feed")).click()
    page.get_by_label("Address").fill("http://127.0.0.1:9/feed.xml")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="It could not be read")).to_be_visible()
    page.locator("#name").fill("News")
    page.get_by_role("button", name="Add this source").click()
    expect(page.get_by_role("link", name="Continue to the alerts")).to_be_visible()
    page.goto("/settings/channels/new?kind=webhook")
    page.get_by_label("Name").fill("Hook")
    page.get_by_label("Address").fill("https://hooks.example.com/in")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    page.goto("/alerts/rules/new?kind=threshold")
    page.get_by_label("Name").fill("Too many")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("Fires when Brumelo gets 20 or more detractors in 24 hours.")).to_be_visible()
    assert complaints.said == []


def test_logging_out_leaves_nothing_open(enter: Callable[..., Page]) -> None:
    page = enter()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    page.goto("/settings/keys")
    expect(page).to_have_url(re.compile(r"/login\?next=%2Fsettings%2Fkeys"))


def test_everything_essential_works_without_scripts(enter: Callable[..., Page], site: Any) -> None:
    page = enter(java_script_enabled=False)
    page.get_by_role("button", name="Explore with sample data").click()
    site.work()
    page.goto("/")
    page.locator(".feed > .mention a.open").first.click()
    page.locator(".judge button.detractor").first.click()
    expect(page.get_by_text("The stance was corrected.")).to_be_visible()
    page.goto("/reputation")
    page.get_by_text("Show as a table").first.click()
    expect(page.get_by_role("columnheader", name="Interval").first).to_be_visible()
