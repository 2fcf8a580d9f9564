"""Going back in time, on the pages of a source."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, text
from starlette.testclient import TestClient

from app.db import Database
from app.models import Source

FORM = {"collector": "hackernews", "name": "HN", "minutes": "60", "brand_id": "", "params.query": "acme"}
ADDRESS = {"params.base_url": "https://hn.algolia.com"}


def row(db: Database) -> Source:
    with db.reading() as session:
        return session.scalars(select(Source)).one()


def come(db: Database, **changes: Any) -> None:
    with db.writing() as session:
        session.execute(
            text("UPDATE source SET backfill = backfill || CAST(:new AS jsonb)"), {"new": json.dumps(changes)}
        )


def test_only_kinds_that_can_go_back_ask_how_far(browser: TestClient) -> None:
    page = browser.get("/sources/new?collector=gdelt").text
    assert "Go back (days)" in page
    assert 'max="90"' in page
    assert "90 days at most" in page
    assert "Go back (days)" in browser.get("/sources/new?collector=hackernews").text
    assert "Go back (days)" not in browser.get("/sources/new?collector=google_alerts").text


def test_a_source_is_added_with_its_past_and_shows_how_far_it_has_come(browser: TestClient, db: Database) -> None:
    page = browser.post("/sources/new", data=FORM | ADDRESS | {"backfill_days": "100"})
    assert page.status_code == 200, page.text
    assert "Reading the past" in page.text
    assert "0%" in page.text
    assert 'hx-trigger="every 10s"' in page.text
    come(db, since="2026-01-01T00:00:00+00:00", until="2026-04-11T00:00:00+00:00", reached="2026-03-03T00:00:00+00:00",
         read=1234, stored=56)  # fmt: skip
    source = row(db)
    part = browser.get(f"/sources/{source.id}/backfill").text
    assert "back to 3 March" in part
    assert ", 39%" in part
    assert 'value="39"' in part
    assert "1,234 read, 56 of them new." in part
    assert "<html" not in part


def test_it_is_stopped_and_gone_on_with_from_the_page(browser: TestClient, db: Database) -> None:
    browser.post("/sources/new", data=FORM | ADDRESS | {"backfill_days": "30"})
    path = f"/sources/{row(db).id}"
    stopped = browser.post(f"{path}/backfill-stop").text
    assert "Vigie goes no further back." in stopped
    assert "stopped" in stopped
    assert "every 10s" not in stopped
    assert row(db).backfill_due_at is None
    went_on = browser.post(f"{path}/backfill").text
    assert "goes on reading the past of this source" in went_on
    assert row(db).backfill_due_at is not None


def test_what_stopped_it_is_told(browser: TestClient, db: Database) -> None:
    browser.post("/sources/new", data=FORM | ADDRESS | {"backfill_days": "30"})
    come(db, state="failed", error={"text": "{host} <refuses>", "args": {"host": "example.org"}})
    page = browser.get(f"/sources/{row(db).id}").text
    assert "example.org &lt;refuses&gt;" in page
    assert "given up" in page
    assert "Continue" in page


def test_saving_a_source_as_it_is_does_not_start_its_past_afresh(browser: TestClient, db: Database) -> None:
    browser.post("/sources/new", data=FORM | ADDRESS | {"backfill_days": "30"})
    come(db, read=12)
    path = f"/sources/{row(db).id}/edit"
    assert 'value="30"' in browser.get(path).text
    assert browser.post(path, data=FORM | ADDRESS | {"backfill_days": "30"}).status_code == 200
    past = row(db).backfill
    assert past is not None
    assert past["read"] == 12
    browser.post(path, data=FORM | ADDRESS | {"backfill_days": "60"})
    past = row(db).backfill
    assert past is not None
    assert (past["days"], past["read"]) == (60, 0)
    browser.post(path, data=FORM | ADDRESS | {"backfill_days": ""})
    assert row(db).backfill is None


def test_a_number_of_days_that_is_none_is_told_at_its_field(browser: TestClient) -> None:
    page = browser.post("/sources/new", data=FORM | ADDRESS | {"backfill_days": "many"})
    assert page.status_code == 422
    assert 'id="wrong-backfill_days"' in page.text
    assert 'value="many"' in page.text
