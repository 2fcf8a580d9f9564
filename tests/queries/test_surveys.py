"""Answers to surveys and their NPS."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.db import Database
from app.models import SurveyResponse
from app.problems import Problem
from app.queries.surveys import responses, survey_nps
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, next_id


def test_promoters_less_detractors_of_a_period_and_the_latest_answer_first(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    brand = brand_row(here, "Acme")
    answers = [
        SurveyResponse(
            id=next_id(), workspace_id=here, brand_id=brand.id, external_id=str(n), score=score,
            answered_at=NOW + timedelta(hours=n), respondent="ana" if n == 1 else "",
        )
        for n, score in enumerate((10, 9, 8, 7, 6, 0))
    ]  # fmt: skip
    add(brand, *answers)
    later = NOW + timedelta(days=1)
    with db.reading() as session:
        found = survey_nps(session, viewer, brand.id, NOW, later)
        assert found is not None
        assert (found.score, found.responses) == (0, 6)
        assert found.low < 0 < found.high
        glad = survey_nps(session, viewer, brand.id, NOW, NOW + timedelta(hours=2))
        assert glad is not None
        assert (glad.score, glad.responses) == (100, 2)
        assert survey_nps(session, viewer, brand.id, later, later + timedelta(days=1)) is None
        assert survey_nps(session, elsewhere, brand.id, NOW, later) is None
        assert [row.score for row in responses(session, viewer, brand.id).items] == [0, 6, 7, 8, 9, 10]
        assert [row.score for row in responses(session, viewer, brand.id, respondent="ana").items] == [9]
        for asks, brand_id in ((viewer, uuid4()), (elsewhere, brand.id)):
            with pytest.raises(Problem):
                responses(session, asks, brand_id)
