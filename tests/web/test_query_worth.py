"""The page that says what each part of a query is worth."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand

Say = Callable[..., list[str]]


def test_each_part_is_told_in_plain_words_with_what_only_it_found(browser: TestClient, db: Database, say: Say) -> None:
    form = {"name": "Acme", "kind": "own", "query": "acme OR zenith -emploi"}
    browser.post("/settings/brands/new", data=form)
    say({"text": "Acme delivery is late"}, {"text": "Acme again"})
    with db.reading() as session:
        brand_id = session.scalars(select(Brand.id).where(Brand.name == "Acme")).one()
    form_page = browser.get(f"/settings/brands/{brand_id}").text
    assert f"/settings/brands/{brand_id}/check" in form_page
    assert "Vigie reads: mentions with “acme” or (“zenith” and not “emploi”)" in form_page
    page = browser.get(f"/settings/brands/{brand_id}/check?days=90").text
    assert "“zenith” and not “emploi”" in page
    assert "It has found nothing in 90 days." in page


def test_a_query_that_cannot_be_read_says_so_and_an_unknown_brand_is_not_found(
    browser: TestClient, db: Database
) -> None:
    browser.post("/settings/brands/new", data={"name": "Acme", "kind": "own", "query": "acme"})
    with db.writing() as session:
        row = session.scalars(select(Brand).where(Brand.name == "Acme")).one()
        row.query = "acme AND ("
        brand_id = row.id
    assert "This parenthesis is never closed." in browser.get(f"/settings/brands/{brand_id}/check").text
    assert browser.get(f"/settings/brands/{uuid4()}/check").status_code == 404
