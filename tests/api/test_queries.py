"""Queries explained, checked and translated over the API."""

from __future__ import annotations

from typing import Any


def test_a_query_is_said_in_both_languages(us: Any) -> None:
    told = us.reader.post("/api/v1/queries/explain", json={"query": "brumelo OU acme -emploi"}).json()
    assert told["query"] == "brumelo OR acme AND NOT emploi"
    assert told["en"] == "“brumelo” or (“acme” and not “emploi”)"
    assert told["fr"].endswith("et pas «\u202femploi\u202f»)")
    assert told["hints"] == []


def test_the_parts_of_a_query_are_checked(us: Any, said: dict[str, str]) -> None:
    found = us.reader.post("/api/v1/queries/check", json={"query": "brumelo OR nowhere", "days": 30}).json()["clauses"]
    assert [(c["text"], c["at"], c["matched"], c["only_by_it"], c["narrows"]) for c in found] == [
        ("brumelo", 0, 2, 2, False),
        ("nowhere", 11, 0, 0, False),
    ]
    assert found[0]["last_matched_at"]
    assert found[0]["warning"] is None
    assert found[1]["warning"] == "It has found nothing in 30 days."


def test_a_query_of_another_tool_is_translated_with_a_report(us: Any) -> None:
    body = {"from": "brandwatch", "query": "acme NEAR/3f panne AND country:fra"}
    told = us.reader.post("/api/v1/queries/translate", json=body).json()
    assert told["query"] == "(acme ONEAR/3 panne)"
    assert told["valid"] is True
    assert len(told["report"]) == 2


def test_a_mistake_has_its_place_and_an_unknown_tool_is_refused(us: Any) -> None:
    for path in ("explain", "check"):
        answer = us.reader.post(f"/api/v1/queries/{path}", json={"query": "acme ("})
        assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, 5)
    assert us.reader.post("/api/v1/queries/translate", json={"from": "x", "query": "acme"}).status_code == 422


def test_what_only_stored_mentions_have_is_refused_for_a_brand_and_taken_for_a_search(us: Any) -> None:
    refused = us.editor.post("/api/v1/brands", json={"name": "A", "query": "acme status:new"})
    assert (refused.status_code, refused.json()["errors"][0]["at"]) == (422, 5)
    assert us.reader.get("/api/v1/mentions", params={"q": "acme status:new"}).status_code == 200
