"""The author of a mention, on a page of their own."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient


def test_an_author_is_shown_with_what_is_stored_and_nobody_is_not(
    browser: TestClient, say: Callable[..., list[str]]
) -> None:
    named, _, nobody = say(
        {"text": "Brumelo, never again", "author": "<b>Ana & Co"},
        {"text": "Brumelo, thank you", "author": "<b>Ana & Co"},
        {"text": "Brumelo is here"},
    )
    page = browser.get(f"/mentions/{named}/author")
    assert page.status_code == 200
    assert "2 mentions" in page.text
    assert "&lt;b&gt;Ana &amp; Co" in page.text
    assert "%3Cb%3EAna%20%26%20Co" in page.text
    assert browser.get(f"/mentions/{nobody}/author").status_code == 404
