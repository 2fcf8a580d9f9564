"""A rule is tried on the past while its form changes, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actions import sample


@pytest.fixture
def sampled(site: Any) -> None:
    with site.services.db.writing() as session:
        sample.load(session, site.viewer, site.services.jobs, datetime.now(UTC))
    site.work()


def test_the_trial_is_redrawn_as_the_form_changes_and_a_level_fills_it(
    sampled: None, enter: Callable[..., Page], complaints: Any
) -> None:
    page = enter()
    page.goto("/alerts/rules/new?kind=threshold")
    page.locator("[name='params.limit']").fill("3")
    panel = page.locator("#backtest")
    expect(panel.locator("tr[aria-current]")).to_contain_text("3")
    expect(panel.locator(".past-list").first).to_be_visible()
    page.locator("[name='params.limit']").fill("5000")
    expect(panel.locator("tr[aria-current]")).to_contain_text("5,000")
    expect(panel).to_contain_text("0 alerts")
    with page.expect_response("**/alerts/rules/backtest"):
        page.locator("#name").fill("Typed before")
    panel.get_by_role("button", name="Choose 2,500", exact=True).click()
    expect(page.locator("[name='params.limit']")).to_have_value("2500")
    expect(page.locator("#name")).to_have_value("Typed before")
    assert complaints.said == []


def test_without_scripts_a_button_tries_the_rule(sampled: None, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto("/alerts/rules/new?kind=threshold")
    page.locator("[name='params.limit']").fill("3")
    page.get_by_role("button", name="Try it on the past").click()
    expect(page.locator("#backtest .past-list").first).to_be_visible()
    expect(page.locator("[name='params.limit']")).to_have_value("3")


@pytest.mark.parametrize(
    "look", [{}, {"locale": "fr-FR", "color_scheme": "dark", "viewport": {"width": 360, "height": 780}}]
)
def test_the_trial_is_accessible_and_no_wider_than_its_window(
    look: dict[str, Any], sampled: None, enter: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    page = enter(bypass_csp=True, **look)
    page.goto("/alerts/rules/new")
    expect(page.locator("#backtest .levels")).to_be_visible()
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
