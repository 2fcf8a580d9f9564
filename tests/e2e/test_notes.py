"""A note that names a colleague, in French: completed while typing, marked, and found under «Pour vous»."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import accounts, brands, push
from tests.e2e.conftest import PASSWORD

SOPHIE = "sophie.martin@example.com"
PHONE = {"width": 360, "height": 780}


@pytest.fixture
def mention(site: Any) -> str:
    """One mention in a workspace of which Sophie Martin is a member. Returns its id."""
    now, services = datetime.now(UTC), site.services
    one = {"external_id": "1", "platform": "forum", "text": "Brumelo ne répond plus", "published_at": now.isoformat()}
    with services.db.writing() as session:
        brands.create(session, site.viewer, brands.NewBrand(name="Brumelo", query="brumelo"), services.jobs, now)
        source = push.push_source(session, site.viewer)
        new = accounts.NewAccount(email=SOPHIE, password=PASSWORD, name="Sophie Martin")
        accounts.create(session, site.viewer, new, "manager")
    prepared = push.prepare(services.db, site.viewer, source, [one], now)
    with services.db.writing() as session:
        results: Sequence[Any] = push.push(session, site.viewer, prepared, services.jobs)
    return str(results[0].id)


def as_sophie(page: Page) -> Page:
    page.goto("/login")
    page.locator("#email").fill(SOPHIE)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_url("**/")
    return page


def test_a_colleague_is_named_with_three_letters_and_finds_it_under_for_you(
    mention: str, enter: Callable[..., Page], window: Callable[..., Page], complaints: Any
) -> None:
    page = enter(locale="fr-FR")
    page.goto(f"/mentions/{mention}")
    note = page.get_by_label("Commentaire interne")
    note.press_sequentially("Vu, @sop")
    offered = page.locator(".names [role=option]", has_text="Sophie Martin · @SophieMartin")
    expect(offered).to_have_attribute("aria-selected", "true")
    expect(note).to_have_attribute("aria-activedescendant", offered.get_attribute("id") or "-")
    note.press("Escape")
    expect(offered).to_have_count(0)
    note.press_sequentially("h")
    note.press("Enter")
    expect(note).to_have_value("Vu, @SophieMartin ")
    note.press_sequentially("peux-tu rappeler ? @zz")
    expect(page.locator(".names [role=option]")).to_have_count(0, timeout=2_000)
    note.locator("xpath=ancestor::form").get_by_role("button", name="Enregistrer").click()
    expect(page.locator("mark.named")).to_have_text("@SophieMartin")
    hers = as_sophie(window(locale="fr-FR"))
    link = hers.get_by_role("link", name="Pour vous")
    expect(link).to_contain_text("1")
    link.click()
    expect(hers.get_by_text("Un commentaire vous cite")).to_be_visible()
    hers.get_by_role("link", name="Brumelo ne répond plus").click()
    expect(hers.locator("mark.named")).to_be_visible()
    expect(hers.get_by_role("link", name="Pour vous")).not_to_contain_text("1")
    assert complaints.said == []


def test_without_scripts_the_name_is_typed(
    mention: str, enter: Callable[..., Page], window: Callable[..., Page]
) -> None:
    page = enter(locale="fr-FR", java_script_enabled=False)
    page.goto(f"/mentions/{mention}")
    page.get_by_label("Commentaire interne").fill("@sophie.martin pour info")
    page.locator("form[data-handling] button.primary").click()
    hers = as_sophie(window(locale="fr-FR", java_script_enabled=False))
    hers.goto("/for-you")
    hers.get_by_role("button", name="Tout marquer comme lu").click()
    expect(hers.locator(".for-you .count")).to_have_count(0)


@pytest.mark.parametrize(
    "options", [{}, {"locale": "fr-FR", "color_scheme": "dark", "viewport": PHONE}], ids=["light", "dark phone"]
)
def test_axe_finds_nothing_while_a_name_is_completed_nor_in_the_list(
    mention: str,
    enter: Callable[..., Page],
    window: Callable[..., Page],
    violations: Callable[[Page], list[str]],
    options: dict[str, Any],
) -> None:
    page = enter(bypass_csp=True, **options)
    page.goto(f"/mentions/{mention}")
    page.locator("#note").press_sequentially("@so")
    expect(page.locator(".names [role=option]")).to_have_count(1)
    found = {"completing": violations(page)}
    page.locator("#note").press_sequentially("phie")
    page.locator("form[data-handling] button.primary").click()  # the open list does not cover it
    expect(page.locator("mark.named")).to_be_visible()
    found["named"] = violations(page)
    hers = as_sophie(window(bypass_csp=True, **options))
    hers.goto("/for-you")
    expect(hers.locator(".unread")).to_have_count(1)
    found["for you"] = violations(hers)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
