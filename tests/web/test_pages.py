"""Every page, empty and with mentions, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand, Mention, Source

PAGES = (
    "/", "/reputation", "/reputation/sample", "/overview", "/reputation/links", "/alerts", "/alerts?state=all",
    "/alerts/rules", "/alerts/rules/new",
    "/alerts/rules/new?kind=threshold", "/sources", "/sources/new", "/sources/new?collector=rss",
    "/sources/new?collector=typeform", "/sources/import", "/sources/import?what=survey", "/settings/brands",
    "/settings/brands/new", "/settings/phrases", "/settings/phrases/new", "/settings/ratings",
    "/settings/channels", "/settings/channels/new", "/settings/channels/new?kind=slack",
    "/settings/channels/new?kind=webhook", "/settings/keys", "/settings/account",
    "/settings/security", "/settings/audit", "/views", "/settings/sample",
    "/setup", "/setup?step=source", "/setup?step=alerts",
    "/setup?step=ready", "/sources/find", "/sources/find?q=forum.example",
)  # fmt: skip


Say = Callable[..., list[str]]


INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=")


def flaws(page: httpx2.Response, language: str) -> list[str]:
    """What is wrong with a page, in words."""
    return [
        text
        for text, wrong in (
            (f"answers {page.status_code}", page.status_code != 200),
            ("speaks another language", f'<html lang="{language}">' not in page.text),
            ("carries inline code or style", INLINE.search(page.text) is not None),
            ("has no policy", not page.headers["content-security-policy"].startswith("default-src 'none'")),
            ("may be stored", page.headers["cache-control"] != "no-store"),
        )
        if wrong
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_opens_on_an_empty_installation(browser: TestClient, language: str) -> None:
    found = {path: flaws(browser.get(path, headers={"accept-language": language}), language) for path in PAGES}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_every_page_opens_with_brands_mentions_and_sources(browser: TestClient, say: Say) -> None:
    ids = say(
        {"text": "Brumelo, thank you"},
        {"text": "Brumelo, never again", "title": "Late", "rating": 1, "rating_scale": 5},
    )
    paths = (*PAGES, *(f"/mentions/{one}" for one in ids))
    found = {path: flaws(browser.get(path), "en") for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_reading_pages_changes_nothing(browser: TestClient, say: Say, db: Database) -> None:
    [one] = say({"text": "Brumelo"})
    with db.reading() as session:
        before = [session.scalars(select(table).order_by(table.id)).all() for table in (Mention, Brand, Source)]
        versions = [[row.updated_at for row in rows] for rows in before]
    for path in (*PAGES, f"/mentions/{one}"):
        browser.get(path)
    with db.reading() as session:
        after = [session.scalars(select(table).order_by(table.id)).all() for table in (Mention, Brand, Source)]
        assert [[row.updated_at for row in rows] for rows in after] == versions
