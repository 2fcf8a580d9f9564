"""Phrases, ratings and the progress of scoring, through the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.jobs import Jobs
from app.pipeline.judge.restance import RestanceHistory
from app.pipeline.judge.score import ScorePending
from tests.fakes import FixedScorer

PHRASES = "/api/v1/phrases"
WAR = {"text": "War zone", "stance": "passive"}


@pytest.fixture
def wars(us: Any, brand: dict[str, Any], db: Database) -> Sequence[str]:
    """Three mentions of Acme, two of them about a war zone, all read as detractors but the rated one."""
    items = [
        {"external_id": "1", "text": "acme, that awful war zone"},
        {"external_id": "2", "text": "acme, an awful war zone", "rating": 5},
        {"external_id": "3", "text": "acme is awful"},
    ]
    for item in items:
        item |= {"published_at": datetime.now(UTC).isoformat(), "platform": "forum", "language": "en"}
    ids = [one["id"] for one in us.editor.post("/api/v1/mentions", json={"items": items}).json()["items"]]
    score(db)
    return ids


def score(db: Database) -> None:
    ScorePending(db, FixedScorer(), Jobs(), random=Random(0))()


def stances(us: Any, ids: Sequence[str]) -> list[tuple[str, str]]:
    found = [us.reader.get(f"/api/v1/mentions/{one}").json()["matches"][0] for one in ids]
    return [(match["stance"], match["stance_source"]) for match in found]


def test_a_phrase_is_previewed_saved_applied_changed_and_deleted(us: Any, db: Database, wars: Sequence[str]) -> None:
    shown = us.reader.post(f"{PHRASES}/preview", json=WAR).json()
    assert (shown["mentions"], shown["changed"], shown["complete"]) == (2, 1, True)
    assert shown["changes"] == [{"before": "detractor", "after": "passive", "matches": 1}]
    assert shown["sample"][0]["mention"]["id"] == wars[0]
    assert stances(us, wars)[0] == ("detractor", "model")

    made = us.editor.post(PHRASES, json=WAR)
    assert made.status_code == 201, made.text
    path = f"{PHRASES}/{made.json()['id']}"
    assert made.json()["applying"] == {"done": 0, "total": None}
    RestanceHistory(db, Jobs())(str(us.workspace_id))
    assert stances(us, wars) == [("passive", "phrase"), ("promoter", "rating"), ("detractor", "model")]
    read = us.reader.get(path)
    assert read.json()["applying"] is None

    stale = us.editor.patch(path, json={"stance": "promoter"}, headers={"If-Match": made.headers["etag"]})
    assert stale.status_code == 200, stale.text
    assert us.editor.patch(path, json={}, headers={"If-Match": made.headers["etag"]}).status_code == 412
    RestanceHistory(db, Jobs())(str(us.workspace_id))
    assert stances(us, wars)[0] == ("promoter", "phrase")

    assert us.editor.delete(path).status_code == 204
    assert us.reader.get("/api/v1/scoring").json()["applying"] == {"done": 0, "total": None}
    RestanceHistory(db, Jobs())(str(us.workspace_id))
    assert stances(us, wars)[0] == ("detractor", "model")
    assert us.reader.get(PHRASES).json()["items"] == []


def test_the_same_words_say_one_thing_in_one_place(us: Any, brand: dict[str, Any]) -> None:
    assert us.editor.post(PHRASES, json=WAR).status_code == 201
    again = us.editor.post(PHRASES, json={"text": "WAR-ZONE", "stance": "detractor"})
    assert again.status_code == 409
    assert again.json()["errors"][0]["field"] == "text"
    for elsewhere in ({"brand_id": brand["id"]}, {"language": "en"}):
        assert us.editor.post(PHRASES, json={**WAR, "stance": "detractor", **elsewhere}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "", "stance": "passive"}, "text"),
        ({"text": "…!?", "stance": "passive"}, "text"),
        ({"text": "one two three four five six seven eight nine ten eleven", "stance": "passive"}, "text"),
        ({"text": "a\u0000b", "stance": "passive"}, "text"),
        ({"text": "sick", "stance": "angry"}, "stance"),
        ({"text": "sick", "stance": "passive", "language": "français"}, "language"),
        ({"text": "sick", "stance": "passive", "words": "sick"}, "words"),
    ],
)
def test_what_is_wrong_with_a_phrase_is_told_by_field(us: Any, body: Any, field: str) -> None:
    for path in (PHRASES, f"{PHRASES}/preview"):
        answer = us.editor.post(path, json=body)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_phrase_of_a_brand_goes_with_it(us: Any, brand: dict[str, Any]) -> None:
    made = us.editor.post(PHRASES, json={**WAR, "brand_id": brand["id"]}).json()
    assert made["brand"] == {"id": brand["id"], "name": "Acme"}
    assert us.editor.delete(f"/api/v1/brands/{brand['id']}").status_code == 204
    assert us.reader.get(f"{PHRASES}/{made['id']}").status_code == 404


def test_one_post_under_one_key_makes_one_phrase(us: Any) -> None:
    first, second = (us.editor.post(PHRASES, json=WAR, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]


def test_phrases_are_paged(us: Any) -> None:
    for word in ("one", "two", "three"):
        us.editor.post(PHRASES, json={"text": word, "stance": "passive"})
    page = us.reader.get(PHRASES, params={"limit": 2}).json()
    rest = us.reader.get(PHRASES, params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [one["text"] for one in page["items"] + rest["items"]] == ["three", "two", "one"]


def test_ratings_are_read_as_the_workspace_says(us: Any, db: Database, wars: Sequence[str]) -> None:
    read = us.reader.get("/api/v1/ratings")
    assert read.json() == {"stars_promoter": 5, "stars_passive": 4, "ten_promoter": 9, "ten_passive": 7, "version": 1}
    wrong = us.editor.patch("/api/v1/ratings", json={"stars_promoter": 3})
    assert [error["field"] for error in wrong.json()["errors"]] == ["stars_passive"]
    changed = us.editor.patch(
        "/api/v1/ratings", json={"ten_promoter": 10, "ten_passive": 10}, headers={"If-Match": read.headers["etag"]}
    )
    assert (changed.json()["ten_passive"], changed.json()["version"]) == (10, 2)
    late = us.editor.patch("/api/v1/ratings", json={"ten_passive": 8}, headers={"If-Match": read.headers["etag"]})
    assert late.status_code == 412


def test_the_progress_of_scoring_is_told(us: Any, them: Any, db: Database, wars: Sequence[str]) -> None:
    settled = us.reader.get("/api/v1/scoring").json()
    assert (settled["model"], settled["waiting"], settled["unsettled"]) == ("fixed 1", 0, 0)
    assert settled["seconds_left"] == 0
    newer = FixedScorer()
    newer.version = "2"
    step = ScorePending(db, newer, Jobs(), random=Random(0))
    with db.writing() as session:
        step._start(session)
    assert us.reader.get("/api/v1/scoring").json()["unsettled"] == 3
    assert them.reader.get("/api/v1/scoring").json()["unsettled"] == 0
    step()
    assert us.reader.get("/api/v1/scoring").json()["unsettled"] == 0


def test_what_waits_is_told_to_monitoring(
    anonymous: Any, us: Any, brand: dict[str, Any], pushed: Any, app: Any
) -> None:

    near = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5000)).get("/metrics").text
    for line in ("vigie_unscored 5.0", "vigie_unsettled 0.0", "vigie_scored_per_second", "vigie_scoring_seconds_left"):
        assert line in near
