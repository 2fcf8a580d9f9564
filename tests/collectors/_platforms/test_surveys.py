"""Survey tools: what a score may be sent as."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors import formbricks, limesurvey, typeform
from collectors._platforms.surveys import NoScore, comment_in, is_score, score_name, score_of
from collectors.base import Inbound

FORM = '{"fields":[{"id":"q","type":"nps"}]}'
ANSWERS = '[{"field":{"id":"q","type":"nps"},"number":SCORE}]'
SENT = [
    (
        formbricks.receive,
        formbricks.Formbricks(score_question="q"),
        '{"event":"responseFinished","data":{"id":"r","finished":true,"data":{"q":SCORE}}}',
    ),
    (
        limesurvey.receive,
        limesurvey.LimeSurvey(score_question="q"),
        '{"survey":"1","respondId":"r","response":{"q":SCORE}}',
    ),
    (
        typeform.receive,
        typeform.Typeform(),
        f'{{"event_type":"form_response","form_response":{{"token":"r","definition":{FORM},"answers":{ANSWERS}}}}}',
    ),
]


@pytest.mark.parametrize(("receive", "params", "body"), SENT, ids=["formbricks", "limesurvey", "typeform"])
@pytest.mark.parametrize("score", ["1e999", "-1e999", "9" * 300, "1e300", "-1", "10.5"])
def test_a_number_that_is_no_score_costs_its_answer_and_says_why(
    receive: Any, params: Any, body: str, score: str
) -> None:
    got = receive(params, Inbound("POST", {}, {}, body.replace("SCORE", score).encode(), datetime.now(UTC)))
    assert got.answers == ()
    ((_, reason, _),) = got.broken
    assert "is not a whole number from 0 to 10" in reason


@pytest.mark.parametrize(
    ("value", "score"),
    [(9, 9), (9.0, 9), ("9", 9), (" 9,0 ", 9), ("10.0", 10), (0, 0), ("+7", 7)],
)
def test_a_score_is_a_whole_number_however_it_is_written(value: object, score: int) -> None:
    assert score_of(value) == score


@pytest.mark.parametrize("value", [11, -1, 9.5, "9.5", "nine", "", None, True, [], float("inf"), "1e1"])
def test_what_is_no_score_is_refused(value: object) -> None:
    assert not is_score(value)
    with pytest.raises(NoScore):
        score_of(value)


@pytest.mark.parametrize(
    ("values", "setting", "name"),
    [
        ({"Q1": 9, "q2": 3}, "q1", "Q1"),
        ({"NPS score": 9, "stars": 4}, "", "NPS score"),
    ],
)
def test_the_question_with_the_score_is_the_one_that_is_set_or_named_so(
    values: dict[str, object], setting: str, name: str
) -> None:
    assert score_name(values, setting) == name


@pytest.mark.parametrize(
    ("values", "setting", "sentence"),
    [
        ({"q1": 9}, "q7", "there is no question 'q7' among the answers: q1"),
        ({"q1": 9, "q2": 4, "why": "good"}, "", "answered with a number: q1, q2"),
        ({"nps 1": 9, "nps 2": 9}, "", "which question is the score"),
        ({"why": "good"}, "", "answered with a number: none"),
    ],
)
def test_where_it_is_not_clear_the_candidates_are_named(values: dict[str, object], setting: str, sentence: str) -> None:
    with pytest.raises(NoScore) as caught:
        score_name(values, setting)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("values", "setting", "comment"),
    [
        ({"Why": "too slow for me", "other": "a b"}, "other", "a b"),
        ({"Why": "too slow for me", "name": "Ana Roe"}, "", "too slow for me"),
        ({"q": "too slow for me", "n": 9}, "", "too slow for me"),
        ({"q1": "too slow", "q2": "too dear"}, "", ""),
        ({"q": "slow"}, "", ""),
        ({"q": "too slow"}, "gone", ""),
    ],
)
def test_the_comment_is_the_one_that_is_set_or_the_only_one_there_can_be(
    values: dict[str, object], setting: str, comment: str
) -> None:
    assert comment_in(values, setting) == comment
