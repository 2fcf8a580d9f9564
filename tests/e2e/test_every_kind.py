"""The form of every kind of source, opened in a real browser, and the page where kinds are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from collectors import all_collectors

KINDS = sorted(kind for kind, declared in all_collectors().items() if not declared.hidden)


def test_every_form_opens_without_a_complaint(enter: Callable[..., Page], complaints: Any) -> None:
    for options in ({}, {"locale": "fr-FR", "viewport": {"width": 360, "height": 780}}):
        page = enter(**options)
        for kind in KINDS:
            declared = all_collectors()[kind]
            page.goto(f"/sources/new?collector={kind}")
            shown = page.locator("main [name^='params.']")
            assert shown.count() >= len(declared.params.model_fields), kind
            assert page.locator("details ol li").count() == len(declared.steps.get("en", ())), kind
            assert page.locator("section[aria-labelledby=blind] li").count() == len(declared.blind.get("en", ())), kind
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), kind
    assert complaints.said == []


def test_axe_finds_nothing_wrong_with_any_form(
    enter: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    page, found = enter(bypass_csp=True), dict[str, list[str]]()
    for kind in KINDS:
        page.goto(f"/sources/new?collector={kind}")
        if wrong := violations(page):
            found[kind] = wrong
    assert found == {}


@pytest.mark.parametrize(
    ("locale", "typed"), [("en-GB", "imap"), ("fr-FR", "réclamations"), ("en-GB", "CLIENTS écrivent")]
)
def test_a_kind_is_found_while_it_is_typed(
    enter: Callable[..., Page], complaints: Any, locale: str, typed: str
) -> None:
    page = enter(locale=locale)
    page.goto("/sources/new")
    every = page.locator(".kinds li:visible").count()
    assert every == len(KINDS)
    page.locator("#find").fill(typed)
    expect(page.locator(".kinds li:visible")).to_have_count(1)
    expect(page.locator("[data-shelf]:visible")).to_have_count(1)
    page.locator("#find").fill("zzzz")
    expect(page.locator("[data-none]")).to_be_visible()
    page.locator("#find").fill("")
    expect(page.locator(".kinds li:visible")).to_have_count(every)
    page.locator("#find").fill(typed)
    page.locator("#find").press("Enter")
    page.wait_for_url("**/sources/new?collector=email")
    assert complaints.said == []


def test_without_scripts_all_kinds_are_there_and_no_field_that_does_nothing(enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto("/sources/new")
    assert page.locator(".kinds li").count() == len(KINDS)
    assert page.locator("#find").is_hidden()
