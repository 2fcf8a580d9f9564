"""Sources found by an address, through the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Source
from app.settings import Settings


@pytest.fixture
def settings(settings: Settings, site: str) -> Settings:
    """The gate lets this site through, and nothing else that is private."""
    return Settings(**{**settings.model_dump(), "allowed_private_hosts": (site.removeprefix("http://"),)})


def test_what_is_found_can_be_added_as_it_is(us: Any, db: Database, site: str) -> None:
    us.editor.post("/api/v1/brands", json={"name": "Acme", "query": "acme", "kind": "own"})
    answer = us.editor.post("/api/v1/sources/discover", json={"place": f"{site.removeprefix('http://')}/feed"})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["url"], body["words"], body["error"]) == (f"{site}/feed", "Acme", None)
    [found] = body["items"]
    assert (found["collector"], found["name"], found["state"], found["matched"]) == ("rss", "News", "works", 1)
    assert [one["title"] for one in found["mentions"]] == ["Acme opens a shop", "Something else"]
    with db.reading() as session:
        assert session.scalars(select(Source)).all() == []
    new = {name: found[name] for name in ("collector", "name", "params")}
    assert us.editor.post("/api/v1/sources", json=new).status_code == 201
    again = us.editor.post("/api/v1/sources/discover", json={"place": f"{site}/feed"}).json()
    assert [one["state"] for one in again["items"]] == ["known"]


def test_what_cannot_be_read_says_why(us: Any) -> None:
    body = us.editor.post("/api/v1/sources/discover", json={"place": "http://10.0.0.1/"}).json()
    assert body["items"] == []
    assert "not allowed" in body["error"]


def test_a_reader_finds_nothing_and_an_empty_place_is_refused(us: Any) -> None:
    assert us.reader.post("/api/v1/sources/discover", json={"place": "x.example"}).status_code == 403
    assert us.editor.post("/api/v1/sources/discover", json={"place": " "}).status_code == 422
