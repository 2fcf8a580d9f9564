"""The shape of a score in the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.api.reputation_out import change_out, point_out, score_values
from app.queries.sums import Counts, Point
from sentiment.indices import Reputation

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("score", "interval"),
    [(Reputation(9, score=10.0, low=-2.0, high=22.0), (-2.0, 22.0)), (Reputation(0), None)],
)
def test_an_interval_is_answered_where_something_was_said(score: Reputation, interval: Any) -> None:
    point = Point(NOW, score, 12, 9, Counts(4, 2, 3))
    values = score_values(point)
    assert (values["interval"], values["confidence"], values["promoters"].count) == (interval, 0.95, 4)
    assert (point_out(point).stories, point_out(point).detractors) == (9, 3)


def test_a_score_of_before_that_cannot_be_told_leaves_its_interval() -> None:
    untold = Point(NOW, Reputation(9, score=10.0, low=-20.0, high=40.0, raw_score=-3.0), 12, 9, Counts(4, 2, 3))
    change = change_out(untold, "unknown")
    assert (change.previous.score, change.previous.low, change.previous.high) == (None, -20.0, 40.0)
    assert (change.previous.mentions, change.verdict) == (12, "unknown")
