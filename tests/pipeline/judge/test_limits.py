"""From which probability on a stored score shows a stance."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from app.db import Database
from app.models import ScorerRow
from app.pipeline.judge.limits import limits_for, sureness_of_models
from sentiment.compact import facts
from sentiment.sureness import CAUTIOUS

SHIPPED = f"{facts().name} {facts().version}"


def test_a_score_is_measured_by_the_limits_of_the_model_that_gave_it(db: Database, workspace_id: UUID) -> None:
    with db.reading() as session:
        models = sureness_of_models(session)
    assert limits_for(models, SHIPPED, "fr") == facts().sureness[SHIPPED]["fr"]
    assert limits_for(models, SHIPPED, "fr") != limits_for(models, SHIPPED, "en")


def test_a_model_that_nobody_measured_has_cautious_limits(db: Database, workspace_id: UUID) -> None:
    with db.writing() as session:
        session.add(
            ScorerRow(
                name="own",
                version="1",
                corrections={},
                measured={},
                sureness={"own 1": {"other": [2, 2, 2]}},
                since=datetime(2026, 11, 1, tzinfo=UTC),
            )
        )
    with db.reading() as session:
        models = sureness_of_models(session)
    assert limits_for(models, "own 1", None) == (2, 2, 2)
    assert limits_for(models, "another 1", "fr") == limits_for(models, None, None) == CAUTIOUS["other"]
