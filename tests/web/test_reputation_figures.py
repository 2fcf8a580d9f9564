"""What the reputation page draws, and what its files hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.models import Brand
from app.queries.reputation import ReputationView
from app.queries.sums import Counts, Point
from app.web.language import Tongue, zone
from app.web.reputation_figures import days_of, gauge, trend
from sentiment.indices import Reputation

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ENGLISH = Tongue("en", zone("UTC"), NOW)


@pytest.mark.parametrize(("score", "place"), [(-100, 0), (0, 130), (100, 260), (None, 130), (150, 260), (-150, 0)])
def test_a_score_stands_on_its_scale(score: float | None, place: float) -> None:
    assert gauge(score, 260) == place


def test_a_trend_leaves_a_period_without_mentions_blank() -> None:
    full = Reputation(90, score=12.345, low=-1.0, high=20.06, raw_score=10.0, voices=60.0)
    points = [
        Point(NOW, full, 9, 9, Counts(4, 2, 3, 5)),
        Point(NOW + timedelta(days=1), Reputation(0), 0, 0, Counts(0, 0, 0)),
    ]
    view = ReputationView(Brand(name="Acme"), points[0], points, None, points[1], "unknown")  # type: ignore[arg-type] # no model is drawn
    chart = trend(ENGLISH, view, "day")
    assert chart.spec["lines"][0]["data"] == [12.3, None]
    assert (chart.spec["band"]["low"], chart.spec["band"]["high"]) == ([-1.0, None], [20.1, None])
    assert chart.rows == [
        ("Nov 22", "+12", "−1 to +20", "9", "4", "2", "3", "5"),
        ("Nov 23", "–", "–", "0", "0", "0", "0", "0"),
    ]
    assert chart.spec["lines"][0]["hollow"] == [None, None]
    assert [bar["data"] for bar in chart.spec["bars"]] == [[4, 0], [2, 0], [3, 0], [5, 0]]


def point(voices: float | None, score: float = 12.0, raw: float = 10.0) -> Point:
    said = Reputation(9, score, -10.0, 34.0, raw, voices=voices) if voices is not None else Reputation(0)
    return Point(NOW, said, 9, 9, Counts(4, 2, 3))


def test_a_point_of_few_voices_is_hollow_and_one_that_cannot_be_told_has_its_interval_alone() -> None:
    series = [point(12.0), point(9.9), point(30.0, 12.0, -3.0), point(None)]
    view = ReputationView(Brand(name="Acme"), series[0], series, None, series[3], "unknown")  # type: ignore[arg-type] # no model is drawn
    chart = trend(ENGLISH, view, "day")
    assert chart.spec["lines"][0]["data"] == [12.0, None, None, None]
    assert chart.spec["lines"][0]["hollow"] == [None, 12.0, None, None]
    assert chart.spec["band"]["low"] == [-10.0, -10.0, -10.0, None]
    assert [row[1] for row in chart.rows] == ["+12", "+12", "cannot be told yet", "–"]


def test_a_click_on_a_point_chooses_its_days() -> None:
    paris = Tongue("fr", zone("Europe/Paris"), NOW)
    start = datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert days_of((start, start + timedelta(days=7)), paris) == {"from": "2026-11-16", "to": "2026-11-22"}
    assert days_of((start, NOW), paris) == {"from": "2026-11-16", "to": "2026-11-22"}
