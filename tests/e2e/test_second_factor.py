"""Two factors in a real browser: set up from the QR code's key, asked for at the next log-in, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from app.auth import totp
from tests.e2e.conftest import EMAIL, PASSWORD
from tests.e2e.test_every_page import LOOKS


def code(secret: str, ahead: int = 0) -> str:
    return totp.code_of(secret.replace(" ", ""), totp.step_at(datetime.now(UTC)) + ahead)


def is_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_set_up_and_asked_for_and_every_page_of_it_is_accessible(
    look: str, enter: Callable[..., Page], violations: Callable[[Page], list[str]], complaints: Any
) -> None:
    page = enter(bypass_csp=True, **LOOKS[look])
    wrong: dict[str, list[str]] = {}

    def look_at(name: str) -> None:
        found = violations(page) + (["too wide"] if is_wide(page) else [])
        if found:
            wrong[name] = found

    page.goto("/settings/security")
    look_at("security")
    page.locator("a[href='/settings/security/second-factor']").click()
    page.locator("svg.qr").wait_for()
    look_at("set up")
    secret = page.locator("p.mono").inner_text()
    page.locator("#code").fill(code(secret, -1))
    page.locator("#current").fill(PASSWORD)
    page.locator("button.primary").click()
    page.locator("#codes").wait_for()
    look_at("recovery codes")
    page.locator("a.primary").click()
    page.wait_for_url("**/settings/security")
    page.locator("details.more > summary").click()
    look_at("security with two factors")
    page.context.clear_cookies()
    page.goto("/forgot")
    look_at("forgotten password")
    page.goto("/login")
    look_at("log-in")
    page.locator("#email").fill(EMAIL)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_url("**/login/code")
    look_at("code")
    page.locator("#code").fill(code(secret))
    page.locator("button.primary").click()
    page.wait_for_url("**/")
    assert (wrong, complaints.said) == ({}, [])
