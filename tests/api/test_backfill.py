"""Asking a source for its past, watching it come, and stopping it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.db import Database

HACKER_NEWS = {"collector": "hackernews", "name": "HN", "params": {"query": "acme"}}
GDELT = {"collector": "gdelt", "name": "Press", "params": {"query": "acme"}}
ALERT = {"collector": "google_alerts", "name": "Alert", "params": {"url": "https://www.google.com/alerts/feeds/1/2"}}


def made(us: Any, source: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = us.editor.post("/api/v1/sources", json=source | more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def jobs(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(text("SELECT task_name FROM procrastinate_jobs")))


def test_a_source_made_with_days_to_go_back_says_how_far_it_has_come(us: Any, db: Database) -> None:
    past = made(us, HACKER_NEWS, backfill_days=30)["backfill"]
    since, until, reached = (datetime.fromisoformat(past[name]) for name in ("since", "until", "reached"))
    assert (until - since, reached) == (timedelta(days=30), until)
    counted = {name: past[name] for name in ("days", "progress", "state", "read", "stored", "error", "warning")}
    assert counted == {
        "days": 30, "progress": 0.0, "state": "running", "read": 0, "stored": 0, "error": None, "warning": None,
    }  # fmt: skip
    assert jobs(db) == ["backfill", "collect"]


@pytest.mark.parametrize("days", [{}, {"backfill_days": None}, {"backfill_days": 0}])
def test_a_source_that_is_not_asked_for_its_past_has_none(us: Any, db: Database, days: dict[str, Any]) -> None:
    assert made(us, HACKER_NEWS, **days)["backfill"] is None
    assert jobs(db) == ["collect"]


def test_a_kind_that_cannot_go_back_says_so_at_the_field(us: Any) -> None:
    refused = us.editor.post("/api/v1/sources", json=ALERT | {"backfill_days": 30})
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["field"], "cannot go back" in error["message"]) == ("backfill_days", True)
    source = made(us, ALERT)
    asked = us.editor.post(f"/api/v1/sources/{source['id']}/backfill", json={"days": 3})
    assert (asked.status_code, asked.json()["errors"][0]["field"]) == (422, "days")
    assert us.editor.patch(f"/api/v1/sources/{source['id']}", json={"backfill_days": 3}).status_code == 422
    assert us.reader.get("/api/v1/sources").json()["items"][0]["backfill"] is None


def test_more_than_the_platform_keeps_is_cut_to_what_it_keeps_with_a_sentence(us: Any) -> None:
    source = made(us, GDELT, backfill_days=365)
    past = source["backfill"]
    assert past["days"] == 90
    assert past["warning"] == "this platform goes back 90 days at most: no more was asked for"
    again = us.editor.patch(f"/api/v1/sources/{source['id']}", json={"backfill_days": 365}).json()
    assert again["backfill"] == past


@pytest.mark.parametrize("days", [-1, 3651, "many"])
def test_days_are_a_number_within_ten_years(us: Any, days: Any) -> None:
    assert us.editor.post("/api/v1/sources", json=HACKER_NEWS | {"backfill_days": days}).status_code == 422


def test_a_person_starts_stops_and_goes_on(us: Any, db: Database) -> None:
    path = f"/api/v1/sources/{made(us, HACKER_NEWS)['id']}/backfill"
    assert us.editor.post(path, json={}).status_code == 409
    started = us.editor.post(path, json={"days": 10})
    assert (started.status_code, started.json()["backfill"]["days"]) == (202, 10)
    assert "backfill" in jobs(db)
    with db.writing() as session:
        session.execute(
            text("""UPDATE source SET backfill = backfill || '{"read": 5, "stored": 4, "cursor": {"at": "x"}}'""")
        )
    assert us.editor.delete(path).status_code == 204
    assert us.editor.delete(path).status_code == 204
    [source] = us.reader.get("/api/v1/sources").json()["items"]
    assert (source["backfill"]["state"], source["backfill"]["stored"]) == ("stopped", 4)
    went_on = us.editor.post(path, json={}).json()["backfill"]
    assert (went_on["state"], went_on["stored"], went_on["reached"]) == ("running", 4, source["backfill"]["reached"])
    afresh = us.editor.post(path, json={"days": 10}).json()["backfill"]
    assert (afresh["state"], afresh["stored"]) == ("running", 0)
    with db.reading() as session:
        assert session.scalar(text("SELECT backfill -> 'cursor' FROM source")) == {}


def test_a_paused_source_is_not_asked_for_its_past(us: Any) -> None:
    source = made(us, HACKER_NEWS, enabled=False)
    assert us.editor.post(f"/api/v1/sources/{source['id']}/backfill", json={"days": 10}).status_code == 409


def test_an_error_is_told_in_words(us: Any, db: Database) -> None:
    source = made(us, HACKER_NEWS, backfill_days=10)
    with db.writing() as session:
        session.execute(
            text("""UPDATE source SET backfill = backfill || '{"state": "failed", "error":
                {"text": "{host} refuses", "args": {"host": "example.org"}}}'""")
        )
    past = us.reader.get(f"/api/v1/sources/{source['id']}").json()["backfill"]
    assert (past["state"], past["error"]) == ("failed", "example.org refuses")


def test_the_kinds_say_whether_and_how_far_they_go_back(us: Any) -> None:
    kinds = {one["kind"]: one for one in us.reader.get("/api/v1/collectors").json()["items"]}
    assert (kinds["gdelt"]["goes_back"], kinds["gdelt"]["history_days"]) == (True, 90)
    assert (kinds["hackernews"]["goes_back"], kinds["hackernews"]["history_days"]) == (True, None)
    assert kinds["google_alerts"]["goes_back"] is False
