"""The field of a brand's query."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Brand
from app.web.query_field import field_of, pasted_of


def queries(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Brand.query)))


def test_a_query_is_proposed_until_somebody_writes_another(browser: TestClient) -> None:
    first = browser.get("/settings/brands/query", params={"name": "Orvélia Mobile"}).text
    assert html.unescape(first).count('"Orvélia Mobile" OR OrvéliaMobile') == 2  # the field, and what was proposed
    assert "@orvelia_mobile" in first
    longer = {"name": "Orvélia Mobiles", "query": '"Orvélia Mobile" OR OrvéliaMobile'}
    again = browser.get("/settings/brands/query", params={**longer, "proposed": longer["query"]})
    assert '"Orvélia Mobiles"' in html.unescape(again.text)
    assert browser.get("/settings/brands/query", params={**longer, "proposed": "Orvélia"}).status_code == 204


def test_a_query_left_empty_comes_back_proposed_before_it_is_saved(browser: TestClient, db: Database) -> None:
    page = browser.post("/setup/brand", data={"name": "Orvélia", "query": ""})
    assert page.status_code == 200
    assert ">Orvélia</textarea>" in page.text
    assert queries(db) == []


@pytest.mark.parametrize("address", ["/setup/brand", "/settings/brands/new"])
def test_words_that_look_like_operators_are_asked_about_before_anything_is_saved(
    browser: TestClient, db: Database, address: str
) -> None:
    form = {"name": "Orvélia", "kind": "own", "query": "orvélia ou orvelia"}
    asked = browser.post(address, data=form)
    assert asked.status_code == 422
    assert "Did you mean OR, one or the other? “ou” is searched for as a word." in asked.text
    assert queries(db) == []
    corrected = browser.post(address, data={**form, "meant": "orvélia OR orvelia"})
    assert ">orvélia OR orvelia</textarea>" in corrected.text
    assert queries(db) == []
    browser.post(address, data={**form, "as_is": "orvélia ou orvelia"})
    assert queries(db) == ["orvélia ou orvelia"]


def test_a_change_is_asked_about_too(browser: TestClient, db: Database, brand: Brand) -> None:
    form = {"name": "Brumelo", "kind": "own", "query": "brumelo sauf emploi"}
    assert browser.post(f"/settings/brands/{brand.id}", data=form).status_code == 422
    assert queries(db) == ["brumelo"]


def test_a_pasted_message_shows_what_the_query_finds_in_it(browser: TestClient) -> None:
    found = browser.get("/settings/brands/preview", params={"query": "orvelia", "pasted": "Chez Orvélia, rien ne va"})
    assert "Found: the query recognises this message." in found.text
    assert "<mark>Orvélia</mark>" in found.text
    missed = browser.get("/settings/brands/preview", params={"query": "orvelia", "pasted": "Rien"})
    assert "Not found" in missed.text


def test_without_scripts_a_button_tries_the_query(browser: TestClient, db: Database) -> None:
    form = {"name": "Orvélia", "query": "", "pasted": "@orvelia <b>bonjour</b>", "try": "1"}
    page = browser.post("/setup/brand", data=form).text
    assert "<mark>orvelia</mark>" in page
    assert "&lt;b&gt;bonjour" in page
    assert queries(db) == []


def test_what_cannot_be_tried_says_nothing() -> None:
    assert pasted_of("orvélia AND (", "Orvélia") is None
    assert pasted_of("orvélia", "  ") is None


def test_a_query_of_one_s_own_shows_only_what_it_finds() -> None:
    assert field_of("Orvélia", "brumelo")["also"] == []
    assert field_of("", "brumelo") == {"proposed": "", "also": [], "meant": None, "operators": []}
