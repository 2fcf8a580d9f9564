"""The page that finds sources by an address or a name."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand, Source

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Le Courrier</title>
<item><guid>1</guid><title>Brumelo ouvre &lt;script&gt;x&lt;/script&gt;</title></item></channel></rss>"""
SCRIPT = {"hx-request": "true"}


@pytest.fixture
def feed() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/rss+xml")
            self.end_headers()
            self.wfile.write(FEED.encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
        server.shutdown()
        thread.join()


def boxes(page: str) -> list[str]:
    return [html.unescape(value) for value in re.findall(r'name="add" value="([^"]*)"', page)]


def test_the_page_asks_nothing_by_itself(browser: TestClient, brand: Brand) -> None:
    page = browser.get("/sources/find").text
    assert 'value="Brumelo"' in page
    assert "/sources/find/look" not in page
    assert "/sources/find/look" in browser.get("/sources/find?q=forum.example").text


def test_without_scripts_everything_is_tried_in_one_answer_and_what_is_ticked_is_added(
    browser: TestClient, db: Database, brand: Brand, feed: str
) -> None:
    page = browser.post("/sources/find/look", data={"q": feed, "from": "setup"}).text
    assert "Le Courrier" in page
    assert "1 of them about your brands" in page
    assert "<script>x" not in page
    added = browser.post("/sources/find/add", data={"q": feed, "from": "setup", "add": boxes(page)})
    assert str(added.url).endswith("/setup?step=source&done=sources-added")
    with db.reading() as session:
        assert [(row.name, row.params["url"]) for row in session.scalars(select(Source))] == [("Le Courrier", feed)]


def test_with_scripts_each_kind_is_tried_by_itself(browser: TestClient, brand: Brand, feed: str) -> None:
    part = browser.post("/sources/find/look", data={"q": feed}, headers=SCRIPT).text
    assert "<html" not in part
    sent = html.unescape(re.findall(r'hx-vals="([^"]*)"', part)[0])
    tried = browser.post("/sources/find/try", data=json.loads(sent), headers=SCRIPT).text
    assert "Le Courrier" in tried
    assert len(boxes(tried)) == 1


def test_nothing_ticked_is_told_and_nothing_typed_shows_the_field(browser: TestClient, db: Database) -> None:
    assert "Tick at least one source." in browser.post("/sources/find/add", data={"q": "x.example"}).text
    assert browser.post("/sources/find/look", data={"q": ""}).status_code == 200
    assert browser.post("/sources/find/try", data={"candidate": "nonsense"}).status_code == 422
    with db.reading() as session:
        assert session.scalars(select(Source)).all() == []


def test_what_cannot_be_read_is_told_in_words(browser: TestClient) -> None:
    page = browser.post("/sources/find/look", data={"q": "http://127.0.0.1:9/"}).text
    assert "The page could not be read" in page
    assert "the next reading" not in page


def test_a_key_is_asked_for_in_the_form_of_its_kind(browser: TestClient) -> None:
    page = browser.post("/sources/find/look", data={"q": "https://www.trustpilot.com/review/orvelia.example"}).text
    link = re.search(r'href="(/sources/new\?collector=trustpilot[^"]*)"', page)
    assert link
    assert 'value="orvelia.example"' in browser.get(html.unescape(link[1])).text
