"""All brands at a glance, through the API."""

from __future__ import annotations

from typing import Any


def test_each_brand_has_a_line_and_those_of_others_have_none(us: Any, them: Any, brand: dict[str, Any]) -> None:
    found = us.reader.get("/api/v1/overview").json()
    assert [line["brand"] for line in found["items"]] == [{"id": brand["id"], "name": "Acme"}]
    line = found["items"][0]
    assert (line["score"], line["interval"], line["mentions"], line["open_incidents"]) == (None, None, 0, 0)
    assert (line["unanswered"], line["unanswered_is_more"], line["blind_sources"]) == (0, False, 0)
    assert line["change"]["verdict"] == "unknown"
    assert them.reader.get("/api/v1/overview").json()["items"] == []
