"""How far the model has come, and how ratings are read."""

from __future__ import annotations

from typing import Any


def test_ratings_are_read_as_it_is_set_and_the_rest_stays(us: Any) -> None:
    before = us.reader.get("/api/v1/ratings").json()
    after = us.editor.patch("/api/v1/ratings", json={"stars_promoter": 4}).json()
    assert after == {**before, "stars_promoter": 4, "version": before["version"] + 1}
    assert us.reader.get("/api/v1/ratings").json() == after
    wrong = us.editor.patch("/api/v1/ratings", json={"stars_passive": 5})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "stars_passive")


def test_what_waits_for_a_model_is_counted(us: Any, pushed: list[Any]) -> None:
    scoring = us.reader.get("/api/v1/scoring").json()
    assert (scoring["waiting"], scoring["unsettled"]) == (5, 0)
