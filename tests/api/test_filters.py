"""The filters of the mentions."""

from __future__ import annotations

from typing import Any

import pytest


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
        ("assignee=01920000-0000-7000-8000-000000000000", ""),
        ("story=01920000-0000-7000-8000-000000000000", ""),
    ],
)
def test_each_filter_narrows_the_feed(us: Any, said: dict[str, str], filters: str, expected: str) -> None:
    answer = us.reader.get(f"/api/v1/mentions?{filters}")
    assert answer.status_code == 200, answer.text
    assert " ".join(one["external_id"] for one in answer.json()["items"]) == expected
