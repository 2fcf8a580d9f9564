"""The reputation score through the API: what is asked, and how it is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.api.reputation import COMPARED_MAX, _ids, asked_period, slant
from app.models import uuid7
from app.problems import Problem

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_the_period_is_the_last_thirty_days_unless_asked_otherwise() -> None:
    assert asked_period(NOW) == (NOW - timedelta(days=30), NOW)
    assert asked_period(NOW, until=NOW - timedelta(days=5)) == (NOW - timedelta(days=35), NOW - timedelta(days=5))
    with pytest.raises(Problem):
        asked_period(NOW, since=NOW, until=NOW)


def test_brands_are_repeated_or_separated_by_commas_and_counted_once() -> None:
    one, two, three = (uuid7() for _ in range(3))
    assert _ids([f"{one}, {two}", f"{three}", f"{one}"]) == [one, two, three]
    with pytest.raises(Problem) as refused:
        _ids([str(uuid7()) for _ in range(COMPARED_MAX + 1)])
    assert refused.value.errors[0].field == "brands"
    with pytest.raises(Problem):
        _ids([f"{one},"])


def test_a_language_with_a_null_character_is_refused() -> None:
    assert slant(language=["en"]).languages == ("en",)
    with pytest.raises(Problem):
        slant(language=["e\x00"])


def test_the_answer_holds_the_score_its_course_and_the_survey_beside_it(us: Any, brand: dict[str, Any]) -> None:
    empty = us.reader.get(f"/api/v1/brands/{brand['id']}/reputation?by=week").json()
    assert (empty["score"], empty["survey_nps"], empty["by"]) == (None, None, "week")
    assert len(empty["series"]) in (5, 6)
    compared = us.reader.get(f"/api/v1/reputation/compare?brands={brand['id']}").json()["items"]
    assert [(each["brand"]["name"], each["share_of_voice"]) for each in compared] == [("Acme", 0.0)]


def test_the_answer_says_what_became_of_the_score_since_the_period_before(us: Any, brand: dict[str, Any]) -> None:
    change = us.reader.get(f"/api/v1/brands/{brand['id']}/reputation").json()["change"]
    assert change == {"previous": {"score": None, "low": None, "high": None, "mentions": 0}, "verdict": "unknown"}


def test_a_brand_is_compared_with_its_own_competitors(us: Any, brand: dict[str, Any]) -> None:
    rival, other = (
        us.admin.post("/api/v1/brands", json={"name": name, "kind": "competitor", "query": name}).json()["id"]
        for name in ("rival", "other")
    )

    def compared() -> list[str]:
        found = us.reader.get(f"/api/v1/reputation/compare?brand={brand['id']}").json()["items"]
        return sorted(each["brand"]["name"] for each in found)

    assert compared() == ["Acme", "other", "rival"]
    us.admin.patch(f"/api/v1/brands/{brand['id']}", json={"competitors": [rival]})
    assert compared() == ["Acme", "rival"]
    assert us.reader.get(f"/api/v1/brands/{brand['id']}").json()["competitors"] == [rival]
    for wrong in ([brand["id"]], [str(uuid7())]):
        refused = us.admin.patch(f"/api/v1/brands/{brand['id']}", json={"competitors": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "competitors")
    assert us.reader.get("/api/v1/reputation/compare").status_code == 422
    assert other
