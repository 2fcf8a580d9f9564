"""Mentions: pushed, filtered, corrected, exported."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.db import Database
from app.jobs import Jobs
from app.models import DirtyHour, Match
from app.pipeline.judge.score import ScorePending
from sentiment.words import words
from tests.fakes import FixedScorer

PUSH = "/api/v1/mentions"


def item(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {"external_id": f"x{number}", "text": text, "published_at": f"2026-11-{number:02d}T08:00:00Z"} | more


@pytest.fixture
def said(us: Any, brand: dict[str, Any], db: Database) -> dict[str, str]:
    """Mentions of Acme and Brumelo, scored: {name: id}."""
    us.editor.post("/api/v1/brands", json={"name": "Brumelo", "query": "brumelo"})
    items = [
        item(1, "acme, quelle honte, un colis perdu", language="fr", platform="forum", author="Ana", reach=50),
        item(2, "acme is great, thank you so much", language="en", platform="blog", author="Bob", reach=5_000),
        item(3, "acme is awful and brumelo is great too", language="en", platform="forum", author="ana", reach=9),
        item(4, "brumelo opens a shop in Lyon", language="en", platform="news", author="Cleo", rating=5),
    ]
    answer = us.editor.post(PUSH, json={"items": items})
    ScorePending(db, FixedScorer(), Jobs(), random=Random(0), now=lambda: datetime.now(UTC))()
    return {one["external_id"]: one["id"] for one in answer.json()["items"]}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("", "x4 x3 x2 x1"),
        ("language=fr", "x1"),
        ("language=fr&language=en&platform=forum", "x3 x1"),
        ("platform=news", "x4"),
        ("author=ANA", "x3 x1"),
        ("min_reach=50", "x2 x1"),
        ("min_reach=51", "x2"),
        ("sort=reach", "x2 x1 x3 x4"),
        ("from=2026-11-02T08:00:00Z&to=2026-11-03T08:00:00Z", "x2"),
        ("from=2026-11-02", "x4 x3 x2"),
        ("from=2026-11-03T09:00:00+01:00", "x4 x3"),
        ("q=brumelo", "x4 x3"),
        ("q=acme AND NOT brumelo", "x2 x1"),
        ('q="un colis"', "x1"),
        ("stance=detractor", "x3 x1"),
        ("stance=promoter", "x4 x3 x2"),
        ("stance=promoter&stance=detractor", "x4 x3 x2 x1"),
        ("status=new", "x4 x3 x2 x1"),
        ("status=closed", ""),
        ("assignee=nobody", ""),
        ("story=01920000-0000-7000-8000-000000000000", ""),
    ],
)
def test_each_filter_narrows_the_feed(us: Any, said: dict[str, str], filters: str, expected: str) -> None:
    answer = us.reader.get(f"/api/v1/mentions?{filters}")
    assert answer.status_code == 200, answer.text
    assert " ".join(one["external_id"] for one in answer.json()["items"]) == expected


def test_a_stance_is_towards_a_brand(us: Any, said: dict[str, str], brand: dict[str, Any]) -> None:
    found = us.reader.get("/api/v1/mentions", params={"brand": brand["id"], "stance": "promoter"}).json()["items"]
    assert [one["external_id"] for one in found] == ["x2"]
    source = found[0]["source"]
    assert us.reader.get("/api/v1/mentions", params={"source": source["id"], "limit": 1}).json()["next_cursor"]


def test_pushing_twice_stores_once_and_tells_each_result(us: Any, brand: dict[str, Any]) -> None:
    items: list[Any] = [
        item(1, "acme at last"),
        item(2, "nothing of interest"),
        {"external_id": "bad", "text": "acme"},
        item(3, "acme", rating=6),
        item(4, "acme", unknown=1),
        item(5, "acme", published_at="2026-11-05T08:00:00"),
    ]
    first = us.editor.post(PUSH, json={"items": items})
    assert first.status_code == 202
    expected = ["stored", "unmatched", "refused", "refused", "refused", "refused"]
    assert [one["status"] for one in first.json()["items"]] == expected
    fields = [[error["field"] for error in one["errors"]] for one in first.json()["items"]]
    assert fields == [[], [], ["published_at"], ["rating"], ["unknown"], ["published_at"]]
    again = us.editor.post(PUSH, json={"items": [item(1, "acme at last"), item(1, "acme at last")]}).json()
    assert [one["status"] for one in again["items"]] == ["unchanged", "unchanged"]
    edited = us.editor.post(PUSH, json={"items": [item(1, "acme at last, edited")]}).json()
    assert [one["status"] for one in edited["items"]] == ["updated"]
    detail = us.reader.get(f"{PUSH}/{first.json()['items'][0]['id']}").json()
    assert detail["text"] == "acme at last, edited"
    assert detail["history"][0]["change"] == {"title": "", "text": "acme at last"}


def test_a_push_may_be_the_list_alone(us: Any, brand: dict[str, Any]) -> None:
    answer = us.editor.post(PUSH, json=[item(1, "acme at last"), item(2, "acme again")])
    assert answer.status_code == 202
    assert [one["status"] for one in answer.json()["items"]] == ["stored", "stored"]
    assert us.editor.post(PUSH, json=[]).status_code == 422


def test_a_mention_given_twice_in_a_push_is_stored_once(us: Any, brand: dict[str, Any]) -> None:
    first, edited = item(1, "acme at last"), item(1, "acme at last, edited")
    answer = us.editor.post(PUSH, json={"items": [first, first, edited]}).json()
    assert [one["status"] for one in answer["items"]] == ["stored", "unchanged", "updated"]
    assert (answer["stored"], answer["updated"]) == (1, 1)
    assert us.reader.get(f"{PUSH}/{answer['items'][0]['id']}").json()["text"] == "acme at last, edited"


@pytest.mark.parametrize("url", ["example.com", "javascript:alert(1)", "ftp://example.com/a", "http://"])
def test_a_pushed_address_that_cannot_be_opened_is_refused(us: Any, brand: dict[str, Any], url: str) -> None:
    [told] = us.editor.post(PUSH, json={"items": [item(1, "acme", url=url)]}).json()["items"]
    assert told["status"] == "refused"
    assert [error["field"] for error in told["errors"]] == ["url"]


def test_a_language_is_found_in_capitals_too(us: Any, brand: dict[str, Any]) -> None:
    us.editor.post(PUSH, json={"items": [item(1, "acme", language="fr")]})
    assert len(us.reader.get(PUSH, params={"language": "FR"}).json()["items"]) == 1


@pytest.mark.parametrize("number", [0, 1001])
def test_a_push_is_of_one_to_a_thousand(us: Any, number: int) -> None:
    assert us.editor.post(PUSH, json={"items": [item(1, "acme")] * number}).status_code == 422


def test_a_mention_tells_why_it_has_its_stance(us: Any, said: dict[str, str]) -> None:
    detail = us.reader.get(f"/api/v1/mentions/{said['x1']}").json()
    (match,) = detail["matches"]
    assert (match["stance"], match["stance_source"]) == ("detractor", "model")
    assert sum(match["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert match["spans"]["text"] == [[0, 4]]
    weights = {detail["text"][one["start"] : one["end"]]: one["weight"] for one in detail["explanation"]}
    assert list(weights) == ["acme", "quelle", "honte", "un", "colis", "perdu"]
    assert any(weight != 0 for weight in weights.values())
    assert {one["brand"] for one in detail["explanation"]} == {match["brand"]["id"]}
    assert {one["side"] for one in detail["explanation"] if one["weight"] < -0.5} <= {"for"}
    assert [(one["field"], one["start"], one["end"]) for one in detail["passages"]] == [
        ("text", 0, len(detail["text"]))
    ]
    assert detail["compared"] == []
    assert detail["copies"] == []


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Acme: nul !!! 😡", "L'attente chez acme est lamentable… e\u0301te\u0301 gâché 👍🏽"),
        ("acme est nul", "acme est nul et c'est tout"),
        ("Acme", ""),
        ("", "\u202eacme\u202c lamentable <b>nul</b> 👩\u200d👩\u200d👧"),
        ("Vu chez acme", "خدمة سيئة acme"),
    ],
)
def test_what_weighed_is_found_in_the_field_it_names(us: Any, brand: dict[str, Any], title: str, text: str) -> None:
    us.editor.post(PUSH, json={"items": [item(1, text or title, title=title, language="fr")]})
    (one,) = us.reader.get(PUSH).json()["items"]
    detail = us.reader.get(f"{PUSH}/{one['id']}").json()
    found = [(each["field"], detail[each["field"]][each["start"] : each["end"]]) for each in detail["explanation"]]
    laid = [(field, detail[field][start:end]) for field in ("title", "text") for start, end in words(detail[field])]
    assert found in (laid, [pair for pair in laid if pair[0] == "text"])
    assert found


def test_each_brand_is_explained_by_what_is_said_of_it(us: Any, brand: dict[str, Any]) -> None:
    other = us.editor.post("/api/v1/brands", json={"name": "Brumelo", "query": "brumelo"}).json()
    text = "acme est lamentable alors que brumelo est parfait. Bref, acme est pire que brumelo !"
    us.editor.post(PUSH, json={"items": [item(1, text, title="Comparatif", language="fr")]})
    (one,) = us.reader.get(PUSH).json()["items"]
    detail = us.reader.get(f"{PUSH}/{one['id']}").json()
    told = {
        each["id"]: [
            detail[w["field"]][w["start"] : w["end"]] for w in detail["explanation"] if w["brand"] == each["id"]
        ]
        for each in (brand, other)
    }
    assert "lamentable" in told[brand["id"]]
    assert "lamentable" not in told[other["id"]]
    assert "parfait" in told[other["id"]]
    passages = {
        detail[one["field"]][one["start"] : one["end"]].strip()
        for one in detail["passages"]
        if one["brand"] == brand["id"]
    }
    assert "acme est lamentable" in passages
    assert set(detail["compared"]) == {brand["id"], other["id"]}


def test_a_correction_is_kept_and_can_be_taken_back(us: Any, said: dict[str, str], db: Database) -> None:
    path = f"/api/v1/mentions/{said['x1']}"
    clear(db)
    changed = us.editor.patch(path, json={"stance": "promoter"}).json()["matches"][0]
    assert (changed["stance"], changed["stance_source"]) == ("promoter", "person")
    assert changed["corrected_by"] == "key:editor"
    assert hours(db) == [datetime(2026, 11, 1, 8, tzinfo=UTC)]
    back = us.editor.patch(path, json={"stance": None}).json()["matches"][0]
    assert (back["stance"], back["stance_source"], back["corrected_by"]) == ("detractor", "model", None)
    rated = us.editor.patch(f"/api/v1/mentions/{said['x4']}", json={"stance": "detractor"})
    assert rated.json()["matches"][0]["stance_source"] == "person"
    again = us.editor.patch(f"/api/v1/mentions/{said['x4']}", json={"stance": None}).json()["matches"][0]
    assert (again["stance"], again["stance_source"]) == ("promoter", "rating")
    history = us.reader.get(path).json()["history"]
    assert [(line["actor"], list(line["change"].values())) for line in history] == [
        ("key:editor", [["promoter", "detractor"]]),
        ("key:editor", [["detractor", "promoter"]]),
    ]


def test_a_correction_may_be_for_one_brand_only(us: Any, said: dict[str, str], brand: dict[str, Any]) -> None:
    path = f"/api/v1/mentions/{said['x3']}"
    changed = us.editor.patch(path, json={"stance": "passive", "brand_id": brand["id"]}).json()
    assert {one["brand"]["name"]: one["stance"] for one in changed["matches"]} == {
        "Acme": "passive",
        "Brumelo": "promoter",
    }
    other = us.editor.patch(f"/api/v1/mentions/{said['x4']}", json={"stance": "passive", "brand_id": brand["id"]})
    assert other.status_code == 404


def test_triage_is_remembered_with_what_was_before(us: Any, said: dict[str, str]) -> None:
    path = f"/api/v1/mentions/{said['x1']}"
    body = {"status": "in_progress", "assignee": "ana@example.com", "tags": ["colis", "retard", "colis"], "note": "vu"}
    changed = us.editor.patch(path, json=body).json()
    assert [changed[name] for name in body] == ["in_progress", "ana@example.com", ["colis", "retard"], "vu"]
    assert changed["version"] == 2
    us.editor.patch(path, json={"assignee": None})
    history = us.reader.get(path).json()["history"]
    assert history[0]["change"] == {"assignee": ["ana@example.com", None]}
    assert history[1]["change"]["status"] == ["new", "in_progress"]


def test_the_same_change_for_many_is_for_all_or_none(us: Any, said: dict[str, str]) -> None:
    ids = [said["x1"], said["x2"]]
    done = us.editor.post("/api/v1/mentions/bulk", json={"ids": ids, "status": "closed", "stance": "passive"})
    assert done.json()["updated"] == 2
    missing = [said["x3"], "01920000-0000-7000-8000-000000000000"]
    assert us.editor.post("/api/v1/mentions/bulk", json={"ids": missing, "status": "closed"}).status_code == 404
    closed = us.reader.get("/api/v1/mentions?status=closed").json()["items"]
    assert [one["external_id"] for one in closed] == ["x2", "x1"]


def test_an_export_holds_what_the_filters_leave_and_no_formula(us: Any, said: dict[str, str]) -> None:
    us.editor.post(PUSH, json={"items": [item(9, "=HYPERLINK(acme)", language="fr", author="@cmd")]})
    text = us.reader.get("/api/v1/mentions/export?format=csv&language=fr")
    assert text.headers["content-disposition"].startswith('attachment; filename="mentions-')
    rows = list(csv.DictReader(io.StringIO(text.content.decode())))
    assert [row["text"] for row in rows] == ["'=HYPERLINK(acme)", "acme, quelle honte, un colis perdu"]
    assert rows[0]["author"] == "'@cmd"
    lines = us.reader.get("/api/v1/mentions/export?format=jsonl&language=fr").text.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["=HYPERLINK(acme)", "acme, quelle honte, un colis perdu"]
    sheet = load_workbook(io.BytesIO(us.reader.get("/api/v1/mentions/export?format=xlsx").content)).active
    assert sheet is not None
    assert sheet.max_row == 6
    assert us.reader.get("/api/v1/mentions/export?q=(").status_code == 422
    assert us.reader.get("/api/v1/mentions/export?format=pdf").status_code == 422


def test_a_preview_counts_days_and_shows_the_newest(us: Any, said: dict[str, str]) -> None:
    found = us.reader.post("/api/v1/queries/preview", json={"query": "brumelo", "days": 30}).json()
    assert found["matches"] == 2
    assert [one["external_id"] for one in found["sample"]] == ["x4", "x3"]
    assert len(found["days"]) == 30
    assert sum(day["matches"] for day in found["days"]) == 2


def clear(db: Database) -> None:
    with db.writing() as session:
        for row in session.scalars(select(DirtyHour)):
            session.delete(row)


def hours(db: Database) -> list[datetime]:
    with db.reading() as session:
        assert session.scalars(select(Match)).first()
        return list(session.scalars(select(DirtyHour.hour)))
