"""The pages of brands."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand

Say = Callable[..., list[str]]


def test_a_brand_is_named_with_a_query_and_told_where_the_query_is_wrong(browser: TestClient, db: Database) -> None:
    wrong = browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme OR"})
    assert wrong.status_code == 422
    assert "OR has nothing after it." in wrong.text
    assert (
        browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme"}).status_code == 200
    )
    again = browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme"})
    assert again.status_code == 409
    assert "Choose another name." in again.text
    with db.reading() as session:
        assert session.scalars(select(Brand.name)).all() == ["Acme"]


def test_the_preview_shows_what_a_query_matches(browser: TestClient, say: Say) -> None:
    say({"text": "Brumelo delivery is late"}, {"text": "Brumelo is wonderful, truly something else"})
    assert "1 mention" in browser.get("/settings/brands/preview?query=delivery").text
    assert "nested" not in browser.get("/settings/brands/preview?query=(").text
    assert "<mark>" in browser.get("/settings/brands/preview?query=(acme").text
