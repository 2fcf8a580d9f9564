"""Survey tools: what a score may be sent as."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors import formbricks, limesurvey, typeform
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
    ((_, reason),) = got.broken
    assert "is not a whole number from 0 to 10" in reason
