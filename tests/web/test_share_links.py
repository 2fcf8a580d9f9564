"""Links to the page of a reputation: made in a form, looked at by a stranger, revoked."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from app.models import Brand
from tests.web.test_reputation import said

__all__ = ["said"]
FORM = {"name": "For the client", "days": "30", "period": "90"}


def made(browser: TestClient, brand: Brand, **more: str) -> str:
    page = browser.post("/reputation/links", data={**FORM, "brand": str(brand.id), **more}).text
    return re.findall(r"/shared/[\w-]{40,}", page)[0]


def test_a_stranger_sees_the_figures_and_nothing_else(
    browser: TestClient, app: object, stranger: TestClient, said: Brand
) -> None:
    path = made(browser, said)
    page = TestClient(app, base_url="http://localhost:8000").get(path)  # type: ignore[arg-type]  # any app will do
    assert page.status_code == 200
    assert "Brumelo" in page.text
    assert "data-chart=" in page.text
    assert re.search(r'name="robots" content="noindex', page.text)
    links = re.findall(r'<a href="([^"]*)"', page.text)
    assert links == []
    for words in ("perfect", "Log out", "Settings", "ana@example.com"):
        assert words not in page.text


def test_texts_are_shown_where_that_was_chosen_without_their_authors(browser: TestClient, said: Brand) -> None:
    page = browser.get(made(browser, said, mentions="1")).text
    assert "I love it, thank you so much" in page
    assert "Settings" not in page


def test_a_link_that_was_revoked_says_so(browser: TestClient, said: Brand) -> None:
    path = made(browser, said)
    listed = browser.get("/reputation/links").text
    assert path not in listed
    action = re.findall(r'action="(/reputation/links/[^"]*/delete)"', listed)[0]
    assert "The link was revoked" in browser.post(action).text
    gone = browser.get(path)
    assert gone.status_code == 404
    assert "This link has expired" in gone.text
    assert gone.headers["x-robots-tag"].startswith("noindex")


def test_what_was_typed_stays_where_something_is_wrong(browser: TestClient, said: Brand) -> None:
    refused = browser.post("/reputation/links", data={**FORM, "name": "", "brand": str(said.id), "mentions": "1"})
    assert refused.status_code == 422
    assert re.search(r'name="mentions"[^>]*checked', refused.text)
