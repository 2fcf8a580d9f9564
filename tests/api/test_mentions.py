"""Mentions: pushed, filtered, corrected, exported."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import DirtyHour, Match
from tests.api.things import ana_of


def test_a_stance_is_towards_a_brand(us: Any, said: dict[str, str], brand: dict[str, Any]) -> None:
    found = us.reader.get("/api/v1/mentions", params={"brand": brand["id"], "stance": "promoter"}).json()["items"]
    assert [one["external_id"] for one in found] == ["x2"]
    source = found[0]["source"]
    assert us.reader.get("/api/v1/mentions", params={"source": source["id"], "limit": 1}).json()["next_cursor"]


def test_a_correction_is_kept_and_can_be_taken_back(us: Any, said: dict[str, str], db: Database) -> None:
    path = f"/api/v1/mentions/{said['x1']}"
    clear(db)
    changed = us.editor.patch(path, json={"stance": "promoter"}).json()["matches"][0]
    assert (changed["stance"], changed["stance_source"]) == ("promoter", "person")
    assert changed["corrected_by"] == "key:editor"
    assert hours(db) == [datetime(2026, 11, 1, 8, tzinfo=UTC)]
    back = us.editor.patch(path, json={"stance": None}).json()["matches"][0]
    assert (back["stance"], back["stance_source"], back["corrected_by"]) == ("detractor", "common", None)
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


def test_triage_is_remembered_with_what_was_before(us: Any, said: dict[str, str], db: Database) -> None:
    path = f"/api/v1/mentions/{said['x1']}"
    ana = str(ana_of(us, db))
    body = {"status": "in_progress", "assignee": ana, "tags": ["colis", "retard", "colis"], "note": "vu"}
    changed = us.editor.patch(path, json=body).json()
    assert [changed[name] for name in body] == ["in_progress", "Ana", ["colis", "retard"], "vu"]
    assert changed["assignee_id"] == ana
    assert [one["id"] for one in us.reader.get("/api/v1/mentions", params={"assignee": ana}).json()["items"]] == [
        said["x1"]
    ]
    assert changed["version"] == 2
    us.editor.patch(path, json={"assignee": None})
    history = us.reader.get(path).json()["history"]
    assert history[0]["change"] == {"assignee": ["Ana", None]}
    assert history[1]["change"]["status"] == ["new", "in_progress"]


def test_the_same_change_for_many_is_for_all_or_none(us: Any, said: dict[str, str]) -> None:
    ids = [said["x1"], said["x2"]]
    done = us.editor.post("/api/v1/mentions/bulk", json={"ids": ids, "status": "closed", "stance": "passive"})
    assert done.json()["updated"] == 2
    missing = [said["x3"], "01920000-0000-7000-8000-000000000000"]
    assert us.editor.post("/api/v1/mentions/bulk", json={"ids": missing, "status": "closed"}).status_code == 404
    closed = us.reader.get("/api/v1/mentions?status=closed").json()["items"]
    assert [one["external_id"] for one in closed] == ["x2", "x1"]


def clear(db: Database) -> None:
    with db.writing() as session:
        for row in session.scalars(select(DirtyHour)):
            session.delete(row)


def hours(db: Database) -> list[datetime]:
    with db.reading() as session:
        assert session.scalars(select(Match)).first()
        return list(session.scalars(select(DirtyHour.hour)))


@pytest.mark.parametrize(
    ("q", "terms"), [("acme ADJ3 panne", [5]), ("headline:x", [0]), ("acme et colis", [5]), ("acme NEAR/5 b", [])]
)
def test_a_search_in_the_manner_of_another_tool_says_what_became_of_it(
    us: Any, said: dict[str, str], q: str, terms: list[int]
) -> None:
    answer = us.reader.get("/api/v1/mentions", params={"q": q})
    assert answer.status_code == 200
    assert [hint["at"] for hint in answer.json()["hints"]] == terms
    tried = us.reader.post("/api/v1/queries/preview", json={"query": q})
    assert tried.json()["hints"] == answer.json()["hints"]
