"""Brands, and what their query would have matched."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_preview_counts_days_and_shows_the_newest(us: Any, said: dict[str, str]) -> None:
    found = us.reader.post("/api/v1/queries/preview", json={"query": "brumelo", "days": 30}).json()
    assert found["matches"] == 2
    assert [one["external_id"] for one in found["sample"]] == ["x4", "x3"]
    assert len(found["days"]) == 30
    assert sum(day["matches"] for day in found["days"]) == 2


@pytest.mark.parametrize(
    ("query", "at"),
    [("acme AND (jobs", 9), ("", 0), ('"acme', 0), ("NOT jobs", 0), ("acme OR", 5), ("acme )", 5), ("{braces} )", 9)],
)
def test_a_query_that_cannot_be_read_says_where_and_what_to_do(us: Any, query: str, at: int) -> None:
    for path, body in (("brands", {"name": "A", "query": query}), ("queries/preview", {"query": query})):
        answer = us.editor.post(f"/api/v1/{path}", json=body)
        (error,) = answer.json()["errors"]
        assert answer.status_code == 422
        assert (error["field"], error["at"]) == ("query", at)
        assert error["hint"]
