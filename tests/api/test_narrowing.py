"""Context words, excluded sites and authors over the API: what they hide, and how it comes back."""

from __future__ import annotations

from typing import Any

from app.db import Database
from app.jobs import Jobs
from app.pipeline.keep.rematch import Rematch

CONTEXT = {"any": ["forfait", "livebox"], "none": ["jus"], "how": "hidden"}


def brand(us: Any, **more: Any) -> Any:
    made = us.editor.post("/api/v1/brands", json={"name": "Orange", "query": "orange", **more})
    assert made.status_code == 201, made.text
    return made.json()


def push(us: Any, *texts: str) -> None:
    items = [
        {
            "external_id": text,
            "text": text,
            "url": f"https://forum.example/{n}",
            "platform": "forum",
            "published_at": "2026-11-20T10:00:00Z",
        }
        for n, text in enumerate(texts)
    ]
    answer = us.editor.post("/api/v1/mentions", json={"items": items})
    assert answer.status_code == 202
    assert {one["status"] for one in answer.json()["items"]} <= {"stored", "unmatched"}, answer.text


def texts(us: Any, **params: Any) -> list[str]:
    found = us.reader.get("/api/v1/mentions", params=params).json()["items"]
    return sorted(one["text"] for one in found)


def again(us: Any, db: Database, brand_id: str) -> None:
    assert us.editor.post(f"/api/v1/brands/{brand_id}/rematch").status_code == 202
    Rematch(db, Jobs())(str(us.workspace_id), brand_id)


def test_a_brand_keeps_its_context_and_says_what_it_hides(us: Any) -> None:
    made = brand(us, context=CONTEXT)
    assert made["context"] == CONTEXT
    assert made["exclude"] == {"sites": [], "authors": [], "how": "hidden"}
    push(us, "mon forfait orange", "une orange mûre", "forfait jus d'orange")
    assert texts(us) == ["mon forfait orange"]
    assert texts(us, hidden="true") == ["forfait jus d'orange", "une orange mûre"]
    (hidden,) = [one for one in us.reader.get("/api/v1/mentions?hidden=true").json()["items"] if "jus" in one["text"]]
    assert (hidden["status"], hidden["hidden"]) == (
        "irrelevant",
        {"brand_id": made["id"], "why": "other_context", "what": "jus"},
    )


def test_one_change_brings_a_hidden_mention_back(us: Any) -> None:
    brand(us, context=CONTEXT)
    push(us, "une orange mûre")
    (hidden,) = us.reader.get("/api/v1/mentions?hidden=true").json()["items"]
    back = us.editor.patch(f"/api/v1/mentions/{hidden['id']}", json={"status": "new"}).json()
    assert (back["status"], back["hidden"]) == ("new", None)
    assert texts(us) == ["une orange mûre"]


def test_what_is_not_to_be_collected_leaves_no_trace(us: Any) -> None:
    brand(us, exclude={"sites": ["forum.example"], "authors": [], "how": "not_collected"})
    push(us, "orange")
    assert texts(us) == texts(us, hidden="true") == texts(us, status="irrelevant") == []


def test_a_mention_that_another_brand_wants_is_not_hidden(us: Any) -> None:
    brand(us, context=CONTEXT)
    us.editor.post("/api/v1/brands", json={"name": "Fruit", "query": "orange"})
    push(us, "une orange mûre")
    assert texts(us) == ["une orange mûre"]


def test_a_change_is_applied_to_stored_mentions_and_back(us: Any, db: Database) -> None:
    made = brand(us)
    push(us, "mon forfait orange", "une orange mûre")
    path = f"/api/v1/brands/{made['id']}"
    assert us.editor.patch(path, json={"context": CONTEXT}).json()["context"] == CONTEXT
    again(us, db, made["id"])
    assert texts(us) == ["mon forfait orange"]
    us.editor.patch(path, json={"context": {}})
    again(us, db, made["id"])
    assert texts(us) == ["mon forfait orange", "une orange mûre"]
    assert texts(us, hidden="true") == []


def test_a_term_that_cannot_be_read_is_refused_on_its_field(us: Any) -> None:
    body = {"name": "A", "query": "a", "exclude": {"sites": ["jobs"]}}
    refused = us.editor.post("/api/v1/brands", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "exclude.sites"
