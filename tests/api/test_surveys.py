"""Answers to surveys: kept once, summed up beside the score, forgotten when asked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import SurveyResponse
from app.pipeline.keep.brand_removal import RemoveBrand


def answers(*scores: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"external_id": f"a{start + n}", "score": score, "answered_at": "2026-11-20T10:00:00Z"}
        for n, score in enumerate(scores)
    ]


@pytest.fixture
def path(brand: dict[str, Any]) -> str:
    return f"/api/v1/brands/{brand['id']}/survey-responses"


def reputation(us: Any, brand: dict[str, Any], **asked: str) -> Any:
    asked = {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z", **asked}
    return us.reader.get(f"/api/v1/brands/{brand['id']}/reputation", params=asked).json()["survey_nps"]


def test_the_survey_nps_stands_beside_the_score(us: Any, brand: dict[str, Any], path: str) -> None:
    assert reputation(us, brand) is None
    assert us.editor.post(path, json={"items": answers(10, 9, 9, 8, 7, 6, 0)}).json()["stored"] == 7
    found = reputation(us, brand)
    assert (found["score"], found["responses"]) == (pytest.approx(100 / 7), 7)
    low, high = found["interval"]
    assert low < found["score"] < high
    assert reputation(us, brand, to="2026-11-10T00:00:00Z") is None


def test_the_score_itself_counts_no_answer(us: Any, brand: dict[str, Any], path: str) -> None:
    us.editor.post(path, json={"items": answers(10, 10, 10)})
    whole = us.reader.get(f"/api/v1/brands/{brand['id']}/reputation").json()
    assert (whole["score"], whole["mentions"], whole["promoters"]["count"]) == (None, 0, 0)


def test_an_answer_sent_again_is_the_same_one(us: Any, db: Database, path: str) -> None:
    one = {**answers(3)[0], "comment": "too slow", "channel": "e-mail", "respondent": "customer 12"}
    results = [us.editor.post(path, json={"items": [one]}).json()["items"][0] for _ in range(2)]
    changed = us.editor.post(path, json={"items": [{**one, "score": 4}]}).json()["items"][0]
    assert [each["status"] for each in (*results, changed)] == ["stored", "unchanged", "updated"]
    assert len({each["id"] for each in (*results, changed)}) == 1
    with db.reading() as session:
        assert session.scalars(select(SurveyResponse.score)).all() == [4]


def test_the_last_of_two_in_one_push_counts(us: Any, path: str) -> None:
    two = [answers(3)[0], answers(9)[0]]
    found = us.editor.post(path, json={"items": two}).json()["items"]
    assert [one["status"] for one in found] == ["stored", "updated"]
    assert [one["score"] for one in us.reader.get(path).json()["items"]] == [9]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"score": 11}, "score"),
        ({"score": -1}, "score"),
        ({"score": 7.5}, "score"),
        ({"score": "9"}, "score"),
        ({"score": True}, "score"),
        ({"answered_at": "2026-11-20T10:00:00"}, "answered_at"),
        ({"external_id": " "}, "external_id"),
        ({"comment": "a\x00b"}, "comment"),
        ({"rating": 3}, "rating"),
    ],
)
def test_a_bad_answer_is_refused_alone(us: Any, path: str, wrong: dict[str, Any], field: str) -> None:
    bad, good = {**answers(9)[0], **wrong}, answers(9, start=1)[0]
    found = us.editor.post(path, json={"items": [bad, good]}).json()["items"]
    assert [one["status"] for one in found] == ["refused", "stored"]
    assert [error["field"] for error in found[0]["errors"]] == [field]


def test_a_push_holds_a_thousand_at_most(us: Any, path: str) -> None:
    assert us.editor.post(path, json={"items": answers(*[9] * 1_001)}).status_code == 422
    assert us.editor.post(path, json={"items": []}).status_code == 422
    assert us.editor.post(path, json={"items": answers(*[9] * 1_000)}).json()["stored"] == 1_000


def test_what_one_respondent_said_is_found_and_forgotten(us: Any, path: str) -> None:
    items = answers(2, 9)
    items[0]["respondent"] = "customer 12"
    us.editor.post(path, json={"items": items})
    [one] = us.reader.get(path, params={"respondent": "customer 12"}).json()["items"]
    assert us.editor.delete(f"/api/v1/survey-responses/{one['id']}").status_code == 204
    assert us.editor.delete(f"/api/v1/survey-responses/{one['id']}").status_code == 404
    assert [each["score"] for each in us.reader.get(path).json()["items"]] == [9]


def test_answers_go_with_their_brand(us: Any, db: Database, brand: dict[str, Any], path: str) -> None:
    us.editor.post(path, json={"items": answers(9)})
    assert us.editor.delete(f"/api/v1/brands/{brand['id']}").status_code == 204
    assert us.editor.get(path).status_code == 404
    RemoveBrand(db)(str(us.workspace_id), brand["id"])
    with db.reading() as session:
        assert session.scalars(select(SurveyResponse)).all() == []
