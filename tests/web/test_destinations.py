"""The form of a source and of a channel never sends a stored secret to another server, not even to try it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import AuditEntry, Channel, Source
from app.settings import Settings

FEED = b"<rss version='2.0'><channel><title>News</title><item><guid>1</guid><title>Acme</title></item></channel></rss>"
SECRET = "s3cret-of-ours"


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """Somebody's server, and the credentials that it was given."""
    given: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given.append(self.headers.get("Authorization", "") + self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(FEED)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}", given
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(settings: Settings, heard: tuple[str, list[str]]) -> Settings:
    return Settings(**{**settings.model_dump(), "allowed_private_hosts": (heard[0],)})


def add(browser: TestClient, db: Database, **params: str) -> str:
    data = {"collector": "rss", "name": "News", "minutes": "60"} | {f"params.{k}": v for k, v in params.items()}
    browser.post("/sources/new", data=data)
    with db.reading() as session:
        return f"/sources/{session.scalars(select(Source.id)).one()}/edit"


def field(page: str, name: str) -> str:
    found = re.search(rf'<input id="{re.escape(name)}"[^>]*>', page)
    assert found, page
    return found[0]


@pytest.mark.parametrize("button", [{"try": "1"}, {}])
def test_a_changed_address_asks_for_the_password_again_whatever_the_button(
    browser: TestClient, db: Database, heard: tuple[str, list[str]], button: dict[str, str]
) -> None:
    where = add(browser, db, url="https://news.example/feed", username="ana", password=SECRET)
    assert "required" not in field(browser.get(where).text, "params.password")
    typed = {"name": "News", "minutes": "60", "params.url": f"http://{heard[0]}/feed", "params.username": "ana"}
    page = browser.post(where, data=typed | button, headers={"accept-language": "fr"})
    assert page.status_code == 422
    assert "L’adresse mène maintenant à un autre serveur" in page.text
    assert "required" in field(page.text, "params.password")
    assert "aria-invalid" in field(page.text, "params.password")
    assert heard[1] == []


def test_a_password_entered_again_is_used_and_the_trial_is_in_the_audit_log(
    browser: TestClient, db: Database, heard: tuple[str, list[str]]
) -> None:
    where = add(browser, db, url="https://news.example/feed", username="ana", password=SECRET)
    typed = {"name": "News", "minutes": "60", "params.url": f"http://{heard[0]}/feed", "params.username": "ana"}
    page = browser.post(where, data=typed | {"params.password": "another", "try": "1"})
    assert page.status_code == 200
    assert heard[1][0].startswith("Basic ")
    with db.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "source.try")).one()
        assert (line.target, line.details["host"]) == (where.split("/")[2], "127.0.0.1")


def test_an_address_with_a_key_in_it_is_masked_in_the_form_kept_and_used(
    browser: TestClient, db: Database, heard: tuple[str, list[str]]
) -> None:
    where = add(browser, db, url=f"http://{heard[0]}/feed?api_key={SECRET}&page=1")
    page = browser.get(where)
    assert SECRET not in page.text
    assert heard[0] in field(page.text, "params.url")
    shown = re.search(r'value="([^"]*)"', field(page.text, "params.url"))
    assert shown
    typed = {"name": "News", "minutes": "60", "params.url": shown[1].replace("&amp;", "&").replace("page=1", "page=2")}
    assert browser.post(where, data=typed | {"try": "1"}).status_code == 200
    assert heard[1] == [f"/feed?api_key={SECRET}&page=2"]
    assert SECRET not in browser.post(where, data=typed).text
    moved = typed["params.url"].replace("127.0.0.1", "elsewhere.example")
    refused = browser.post(where, data=typed | {"params.url": moved, "try": "1"})
    assert (refused.status_code, SECRET in refused.text) == (422, False)
    assert len(heard[1]) == 1


def test_the_address_of_a_webhook_is_masked_in_the_form_and_kept(browser: TestClient, db: Database) -> None:
    data = {"kind": "webhook", "name": "Chat", "params.url": f"https://chat.example/hooks/{SECRET}", "language": "en"}
    data |= {"timezone": "UTC", "enabled": "1"}
    made = browser.post("/settings/channels/new", data=data)
    assert SECRET not in made.text
    with db.reading() as session:
        row = session.scalars(select(Channel)).one()
        where, sealed = f"/settings/channels/{row.id}", row.secrets
    assert row.params["url"] == "https://chat.example/**********"
    page = browser.get(where)
    assert (SECRET in page.text, "https://chat.example/**********" in page.text) == (False, True)
    saved = browser.post(where, data=data | {"params.url": "https://chat.example/**********", "name": "Other"})
    assert saved.url.path == "/settings/channels"
    refused = browser.post(where, data=data | {"params.url": "https://attacker.example/**********"})
    assert refused.status_code == 422
    assert sealed
