"""The last of the first steps."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Channel, Source

HOOK = {
    "kind": "webhook",
    "name": "Hook",
    "params.url": "https://hooks.example.com/in",
    "language": "en",
    "timezone": "UTC",
    "enabled": "1",
}
FEED = {
    "collector": "rss",
    "from": "setup",
    "name": "News",
    "params.url": "https://news.example.org/f",
    "minutes": "60",
}


def test_it_names_what_is_missing_with_a_button_each(browser: TestClient) -> None:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    page = browser.get("/setup?step=ready").text
    assert "Nothing is read yet: no source was added." in page
    assert "There is no channel yet." in page
    assert 'class="button" href="/setup?step=source"' in page
    assert "Nobody, for now" in page
    assert "You are ready" not in page


def test_it_says_what_happens_once_nothing_is_missing(browser: TestClient, db: Database) -> None:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    browser.post("/sources/new", data=FEED)
    browser.post("/settings/channels/new", data=HOOK)
    assert "Nothing was sent to «Hook» yet" in browser.get("/setup?step=ready").text
    with db.writing() as session:
        session.scalars(select(Channel)).one().last_sent_at = datetime.now(UTC)
    page = browser.get("/setup?step=ready").text
    assert "You are ready. This is what happens now" in page
    assert "again after 60 minutes at most" in page
    assert "«Negative buzz · Acme» notifies Hook" in page
    assert "Still missing" not in page


def test_a_source_that_cannot_be_read_is_missing_too(browser: TestClient, db: Database) -> None:
    browser.post("/setup/brand", data={"name": "Acme", "query": "acme"})
    browser.post("/sources/new", data=FEED)
    with db.writing() as session:
        session.scalars(select(Source)).one().state = "failing"
    assert "«News» could not be read." in browser.get("/setup?step=ready").text
