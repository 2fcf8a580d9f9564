"""Sources: their secrets, their trial, their polls; channels and their test; nothing sealed is ever shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import Source
from app.pipeline.gather.collect import finish
from app.pipeline.gather.lease import COLLECT, LeaseLost, claim, prove
from app.pipeline.gather.outcome import Outcome
from app.pipeline.gather.source import claimed_source
from app.settings import Settings
from tests.api.things import stored


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


@pytest.mark.parametrize(("asked", "kept"), [(1, 900), (900, 900), (1_800, 1_800), (None, 3_600)])
def test_the_interval_answered_is_the_one_that_is_kept(us: Any, site: str, asked: int | None, kept: int) -> None:
    least = {one["kind"]: one["min_interval_seconds"] for one in us.reader.get("/api/v1/collectors").json()["items"]}
    assert least["rss"] == 900
    made = us.editor.post("/api/v1/sources", json=feed(f"{site}/feed", interval_seconds=asked)).json()
    changed = us.editor.patch(f"/api/v1/sources/{made['id']}", json={"interval_seconds": asked or 3_600}).json()
    read = us.reader.get(f"/api/v1/sources/{made['id']}").json()
    assert [one["interval_seconds"] for one in (made, changed, read)] == [kept] * 3


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


def queued(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY id")))
