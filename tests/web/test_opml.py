"""The feeds of a feed reader."""

from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Source


def test_the_feeds_of_a_reader_become_sources(browser: TestClient, db: Database) -> None:
    opml = b'<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example.com/feed"/></body></opml>'
    page = browser.post("/sources/opml", files={"file": ("feeds.opml", opml, "text/xml")})
    assert page.status_code == 200
    assert "added" in page.text
    assert browser.post("/sources/opml", files={"file": ("x.opml", b"not xml", "text/xml")}).status_code == 422
    with db.reading() as session:
        assert len(session.scalars(select(Source)).all()) == 1
