"""What is to check, through the API."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from app.db import Database
from app.jobs import Jobs
from app.pipeline.judge.score import ScorePending
from app.pipeline.keep.aggregate import recount_dirty
from sentiment.base import Score
from tests.pipeline.scoring import Telling

CHECK = "/api/v1/to-check"


@pytest.fixture
def doubtful(us: Any, brand: dict[str, Any], db: Database) -> list[str]:
    """Two mentions of Acme of which the model cannot say whether they are for or against."""
    items = [
        {"external_id": f"{n}", "text": f"acme said what it said {n * n}", "platform": "forum", "language": "en"}
        | {"published_at": datetime.now(UTC).isoformat(), "reach": 10**n}
        for n in (2, 4)
    ]
    ids = [one["id"] for one in us.editor.post("/api/v1/mentions", json={"items": items}).json()["items"]]
    ScorePending(db, Telling(answer=Score(0.44, 0.13, 0.43)), Jobs(), random=Random(0))()
    return ids


def test_the_most_useful_comes_first_and_is_settled_by_a_correction(us: Any, doubtful: list[str]) -> None:
    found = us.reader.get(CHECK).json()
    assert found["stories"] == 2
    assert [item["mention"]["id"] for item in found["items"]] == doubtful[::-1]
    assert found["items"][0]["mention"]["matches"][0]["stance"] == "unsure"
    assert found["items"][0]["worth"] > found["items"][1]["worth"] > 0
    assert [item["id"] for item in us.reader.get("/api/v1/mentions?stance=unsure").json()["items"]] == doubtful[::-1]
    us.editor.patch(f"/api/v1/mentions/{doubtful[1]}", json={"stance": "passive"})
    assert [item["mention"]["id"] for item in us.reader.get(CHECK).json()["items"]] == doubtful[:1]


def test_nobody_says_that_a_stance_is_unsure(us: Any, doubtful: list[str]) -> None:
    assert us.editor.patch(f"/api/v1/mentions/{doubtful[0]}", json={"stance": "unsure"}).status_code == 422
    assert us.editor.post("/api/v1/phrases", json={"text": "said", "stance": "unsure"}).status_code == 422


def test_they_are_counted_beside_the_other_stances(
    us: Any, brand: dict[str, Any], doubtful: list[str], db: Database
) -> None:
    with db.writing() as session:
        recount_dirty(session, us.workspace_id, brand["id"])
    answer = us.reader.get(f"/api/v1/brands/{brand['id']}/reputation").json()
    assert (answer["unsure"], answer["passives"]["count"], answer["mentions"]) == (2, 0, 2)
    assert sum(point["unsure"] for point in answer["series"]) == 2


def test_a_brand_narrows_the_list_and_a_foreign_one_is_not_found(
    us: Any, them: Any, brand: dict[str, Any], doubtful: list[str]
) -> None:
    assert us.reader.get(f"{CHECK}?brand={brand['id']}&limit=1").json()["stories"] == 2
    assert them.reader.get(CHECK).json() == {"items": [], "stories": 0}
    assert them.reader.get(f"{CHECK}?brand={brand['id']}").status_code == 404
