"""Sources: their secrets, their trial, their polls; channels and their test; nothing sealed is ever shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import Channel, Source
from app.pipeline.gather.collect import finish
from app.pipeline.gather.lease import COLLECT, LeaseLost, claim, prove
from app.pipeline.gather.outcome import Outcome
from app.pipeline.gather.source import claimed_source
from app.services import Services
from app.settings import Settings

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://127.0.0.1/</link>
<item><guid>1</guid><title>Acme opens a shop</title><link>http://127.0.0.1/1</link>
<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>
<item><guid>2</guid><title>Something else</title><link>http://127.0.0.1/2</link>
<pubDate>Fri, 20 Nov 2026 11:00:00 GMT</pubDate></item></channel></rss>"""


class Site(BaseHTTPRequestHandler):
    """Serves a feed, an error, and takes messages."""

    taken: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012 - one list for all requests

    def do_GET(self) -> None:
        found = self.path == "/feed"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.end_headers()
        self.wfile.write(FEED if found else b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(200 if self.path == "/hook" else 500)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Site.taken.clear()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(settings: Settings, site: str) -> Settings:
    """The gate lets this site through, and nothing else that is private."""
    return Settings(**{**settings.model_dump(), "allowed_private_hosts": (site.removeprefix("http://"),)})


def feed(url: str, **more: Any) -> dict[str, Any]:
    return {"collector": "rss", "name": "News", "params": {"url": url}} | more


def test_a_new_source_is_due_at_once_and_wakes_the_worker(us: Any, db: Database, site: str) -> None:
    made = us.editor.post("/api/v1/sources", json=feed(f"{site}/feed"))
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["state"], body["enabled"], body["has_secret"]) == ("waiting", True, False)
    assert body["next_run_at"] is not None
    assert body["interval_seconds"] > 0
    assert queued(db) == ["collect"]


def test_a_trial_shows_real_mentions_and_stores_nothing(us: Any, db: Database, brand: Any, site: str) -> None:
    tried = us.editor.post("/api/v1/sources/preview", json=feed(f"{site}/feed"))
    assert tried.status_code == 200, tried.text
    body = tried.json()
    nameless = us.editor.post("/api/v1/sources/preview", json={"collector": "rss", "params": {"url": f"{site}/feed"}})
    assert nameless.json() == body
    found = {one["title"]: [each["name"] for each in one["brands"]] for one in body["mentions"]}
    assert found == {"Acme opens a shop": ["Acme"], "Something else": []}
    assert (body["matched"], body["read"]) == (1, 2)
    assert us.reader.get("/api/v1/mentions").json()["items"] == []
    assert us.reader.get("/api/v1/sources").json()["items"] == []


def test_a_source_that_cannot_be_read_says_so_in_words(us: Any, site: str) -> None:
    refused = us.editor.post("/api/v1/sources/preview", json=feed(f"{site}/nothing"))
    assert refused.status_code == 422
    assert refused.json()["detail"]
    assert refused.json()["errors"][0]["field"] == "params"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/feed",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/feed",
        "http://10.0.0.1/feed",
        "http://user:secret@example.com/feed",
        "file:///etc/passwd",
        "http://example.com:22/feed",
        "http://127.0.0.1:80\\@example.com/",
        "gopher://example.com/",
        "",
    ],
)
def test_an_address_that_is_not_allowed_is_refused_when_it_is_typed(us: Any, url: str) -> None:
    for path in ("/api/v1/sources", "/api/v1/sources/preview"):
        answer = us.editor.post(path, json=feed(url))
        assert answer.status_code == 422, (path, answer.text)
        assert answer.json()["errors"][0]["field"].startswith("params.url")


@pytest.mark.parametrize("name", ["base_url", "login_url"])
def test_every_address_of_a_source_is_looked_at_whatever_it_is_for(us: Any, name: str) -> None:
    params = {"query": "acme", "client_id": "a", "client_secret": "b", name: "http://10.0.0.1"}
    answer = us.editor.post("/api/v1/sources", json={"collector": "reddit", "name": "Reddit", "params": params})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"params.{name}"]


@pytest.mark.parametrize(
    ("collector", "params", "host"),
    [
        ("hackernews", {"query": "https://acme.example"}, "hn.algolia.com"),
        ("rss", {"url": "https://news.example/feed"}, "news.example"),
        ("email", {"host": "imap.example.com", "username": "a", "password": "b"}, "imap.example.com"),
        ("webhook", {"text": "text"}, ""),
    ],
)
def test_the_host_of_a_source_is_that_of_its_address(
    us: Any, db: Database, collector: str, params: dict[str, Any], host: str
) -> None:
    made = us.editor.post("/api/v1/sources", json={"collector": collector, "name": "One", "params": params})
    assert made.status_code == 201, made.text
    assert stored(db, Source, made.json()["id"]).host == host


def test_params_are_those_of_the_collector(us: Any) -> None:
    unknown = us.editor.post("/api/v1/sources", json=feed("https://example.com/f") | {"params": {"nonsense": 1}})
    assert {error["field"] for error in unknown.json()["errors"]} == {"params.url", "params.nonsense"}
    nobody = us.editor.post("/api/v1/sources", json=feed("https://example.com/f", collector="telepathy"))
    assert nobody.json()["errors"][0]["field"] == "collector"


def test_polling_asks_for_a_reading_unless_the_source_is_paused(us: Any, db: Database) -> None:
    made = us.editor.post("/api/v1/sources", json=feed("https://example.com/f")).json()
    path = f"/api/v1/sources/{made['id']}"
    with db.writing() as session:
        session.execute(text("UPDATE source SET next_run_at = now() + interval '1 hour', fence = 7"))
    polled = us.editor.post(f"{path}/poll")
    assert polled.status_code == 202
    assert polled.json()["lag_seconds"] == 0
    with db.reading() as session:
        row = session.scalars(select(Source)).one()
        assert (row.fence, row.lease_until) == (7, None)
    assert us.editor.patch(path, json={"enabled": False}).json()["state"] == "paused"
    assert us.editor.post(f"{path}/poll").status_code == 409


def test_new_params_start_a_source_afresh(us: Any, db: Database) -> None:
    made = us.editor.post("/api/v1/sources", json=feed("https://example.com/f")).json()
    with db.writing() as session:
        session.execute(
            text("""UPDATE source SET cursor = '{"etag": "1"}', consecutive_failures = 4, state = 'failing'""")
        )
    us.editor.patch(f"/api/v1/sources/{made['id']}", json={"name": "Renamed"})
    assert stored(db, Source, made["id"]).cursor == {"etag": "1"}
    us.editor.patch(f"/api/v1/sources/{made['id']}", json={"params": {"url": "https://example.com/g"}})
    row = stored(db, Source, made["id"])
    assert (row.cursor, row.consecutive_failures, row.state, row.fence) == ({}, 0, "waiting", 1)


@pytest.mark.parametrize("change", ["pause", "brand"])
def test_what_is_under_way_is_not_stored_when_a_source_is_paused_or_is_about_another_brand(
    us: Any, db: Database, brand: Any, change: str
) -> None:
    made = us.editor.post("/api/v1/sources", json=feed("https://example.com/f")).json()
    now = datetime.now(UTC) + timedelta(seconds=1)
    with db.writing() as session:
        session.execute(text("""UPDATE source SET cursor = '{"etag": "1"}'"""))
        (claimed,) = [claimed_source(COLLECT, row) for row in claim(session, COLLECT, 10, now)]
    changes = {"enabled": False} if change == "pause" else {"brand_id": brand["id"]}
    us.editor.patch(f"/api/v1/sources/{made['id']}", json=changes)
    with db.writing() as session:
        assert finish(session, Outcome(claimed, now), now, lambda: 0.5) is None
        with pytest.raises(LeaseLost):
            prove(session, claimed.lease)
    row = stored(db, Source, made["id"])
    assert (row.state, row.cursor) == ("paused" if change == "pause" else "waiting", {"etag": "1"})
    us.editor.patch(f"/api/v1/sources/{made['id']}", json={"enabled": True})
    with db.writing() as session:
        assert [one.id for one in claim(session, COLLECT, 10, now + timedelta(seconds=9))] == [row.id]


def test_two_sources_of_one_name_are_refused(us: Any) -> None:
    us.editor.post("/api/v1/sources", json=feed("https://example.com/f"))
    again = us.editor.post("/api/v1/sources", json=feed("https://example.com/g"))
    assert again.status_code == 409
    assert again.json()["errors"][0]["field"] == "name"


def test_a_list_of_feeds_becomes_sources(us: Any) -> None:
    opml = b"""<opml version="2.0"><head/><body>
    <outline text="One" xmlUrl="https://example.com/one"/><outline text="One" xmlUrl="https://example.com/two"/>
    <outline text="Inside" xmlUrl="http://10.0.0.1/three"/></body></opml>"""
    path, headers = "/api/v1/sources/opml", {"Content-Type": "text/x-opml"}
    answer = us.editor.post(path, content=opml, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [one["status"] for one in answer.json()["items"]] == ["added", "added", "refused"]
    assert {one["name"] for one in us.reader.get("/api/v1/sources").json()["items"]} == {"One", "One (2)"}
    assert us.editor.post(path, content=opml, headers=headers).json()["added"] == 0
    assert us.editor.post(path, content=b"<html/>", headers=headers).status_code == 422
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><opml version="2.0"><body>&a;</body></opml>'
    assert us.editor.post(path, content=bomb, headers=headers).status_code == 422
    assert us.editor.post(path, content=opml, headers={"Content-Type": "text/plain"}).status_code == 415


def test_the_collectors_say_what_they_want(us: Any) -> None:
    kinds = {one["kind"]: one for one in us.reader.get("/api/v1/collectors").json()["items"]}
    assert {"rss", "push"} <= kinds.keys()
    assert "sample" not in kinds
    assert kinds["rss"]["params"]["properties"]["url"]
    assert kinds["rss"]["title"].keys() >= {"en", "fr"}
    mail = kinds["email"]
    assert {name: mail[name] for name in ("platform", "group", "auth", "goes_back", "continuous", "receives")} == {
        "platform": "email", "group": "own", "auth": "password", "goes_back": True, "continuous": False,
        "receives": False,
    }  # fmt: skip
    assert len(mail["steps"]["fr"]) == len(mail["steps"]["en"]) > 2
    assert mail["blind"]["en"]
    assert mail["terms"] == {"retention_days": 180, "may_train": False}
    assert (mail["meters"], mail["deletions"], mail["history_days"], mail["gap_seconds"]) == ({}, False, None, None)
    assert kinds["webpage"]["gap_seconds"] == 2


SECRET = "whsec_" + "QUJD" * 10


def test_the_secret_of_a_webhook_is_made_once_shown_once_and_sealed(us: Any, db: Database, site: str) -> None:
    answer = us.editor.post(
        "/api/v1/channels", json={"kind": "webhook", "name": "Hook", "params": {"url": f"{site}/hook"}}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    assert made["params"] == {"url": f"{site}/hook"}
    for path in ("/api/v1/channels", f"/api/v1/channels/{made['id']}", "/api/v1/audit-log"):
        assert made["secret"] not in us.admin.get(path).text
    row = stored(db, Channel, made["id"])
    assert made["secret"][6:].encode() not in (row.secrets or b"")
    assert made["secret"] not in json.dumps(row.params)


def test_a_secret_that_is_given_is_not_shown_again(us: Any, services: Services, db: Database, site: str) -> None:
    params = {"url": f"{site}/hook", "secret": SECRET}
    made = us.editor.post("/api/v1/channels", json={"kind": "webhook", "name": "H", "params": params})
    assert SECRET not in made.text
    assert (made.json()["secret"], made.json()["has_secret"]) == (None, True)
    path = f"/api/v1/channels/{made.json()['id']}"
    for given in ({}, {"secret": "**********"}, {"secret": None}, {"secret": ""}):
        changed = us.editor.patch(path, json={"params": {"url": f"{site}/hook"} | given})
        assert changed.status_code == 200, changed.text
        assert opened(services, db, made.json()["id"]) == {"secret": SECRET}
    other = SECRET[:-4] + "QUJE"
    us.editor.patch(path, json={"params": {"url": f"{site}/hook", "secret": other}})
    assert opened(services, db, made.json()["id"]) == {"secret": other}


def test_a_wrong_secret_is_not_repeated_in_the_refusal(us: Any) -> None:
    params = {"url": "https://example.com/hook", "secret": "my-very-own-password"}
    answer = us.editor.post("/api/v1/channels", json={"kind": "webhook", "name": "H", "params": params})
    assert answer.status_code == 422
    assert "my-very-own-password" not in answer.text


def test_a_test_message_is_sent_now_and_says_that_it_is_one(us: Any, site: str) -> None:
    made = us.editor.post(
        "/api/v1/channels", json={"kind": "webhook", "name": "H", "params": {"url": f"{site}/hook"}}
    ).json()
    answer = us.editor.post(f"/api/v1/channels/{made['id']}/test")
    assert answer.json()["delivered"] is True, answer.text
    ((headers, body),) = Site.taken
    assert json.loads(body)["data"]["test"] is True
    assert headers["webhook-signature"].startswith("v1,")
    assert us.reader.get(f"/api/v1/channels/{made['id']}").json()["last_sent_at"] is not None


def test_a_test_that_fails_says_why(us: Any, site: str) -> None:
    made = us.editor.post(
        "/api/v1/channels", json={"kind": "webhook", "name": "H", "params": {"url": f"{site}/broken"}}
    ).json()
    answer = us.editor.post(f"/api/v1/channels/{made['id']}/test").json()
    assert answer["delivered"] is False
    assert answer["detail"]
    assert us.reader.get(f"/api/v1/channels/{made['id']}").json()["last_error"] == answer["detail"]


def test_a_channel_that_goes_leaves_the_rules_that_named_it(us: Any, brand: dict[str, Any]) -> None:
    hook = {"kind": "webhook", "name": "H", "params": {"url": "https://example.com/hook"}}
    made = us.editor.post("/api/v1/channels", json=hook).json()
    body = {"name": "R", "brand_id": brand["id"], "kind": "threshold", "channels": [made["id"]]}
    rule = us.editor.post("/api/v1/alert-rules", json=body).json()
    assert rule["channels"] == [made["id"]]
    assert us.editor.delete(f"/api/v1/channels/{made['id']}").status_code == 204
    assert us.reader.get(f"/api/v1/alert-rules/{rule['id']}").json()["channels"] == []


def queued(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY id")))


def stored(db: Database, table: type[Any], row_id: str) -> Any:
    with db.reading() as session:
        return session.scalars(select(table).where(table.id == UUID(row_id))).one()


def opened(services: Services, db: Database, channel_id: str) -> dict[str, str]:
    row = stored(db, Channel, channel_id)
    return services.seal.open(row.secrets, f"channel:{row.workspace_id}:{row.id}")
