"""A fixed limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from alerts.base import BrandHours
from alerts.rules.threshold import Threshold
from alerts.rules.threshold import evaluate as limit
from tests.alerts.hours import START, window


@pytest.mark.parametrize(
    ("params", "firing", "level"),
    [
        ({"counted": "detractors", "limit": 30, "window_hours": 3}, False, 29),
        ({"counted": "detractors", "limit": 29, "window_hours": 3}, True, 29),
        ({"counted": "detractors", "limit": 2, "window_hours": 1}, False, 1),
        ({"counted": "promoters", "limit": 10, "window_hours": 3}, True, 10),
        ({"counted": "mentions", "limit": 100, "window_hours": 3}, True, 100),
        ({"counted": "detractors", "measure": "share", "limit": 58, "window_hours": 3}, True, 58),
        ({"counted": "promoters", "measure": "share", "limit": 20.5, "window_hours": 3}, False, 20),
        ({"counted": "detractors", "limit": 1, "window_hours": 3, "min_mentions": 51}, False, 29),
    ],
)
def test_a_fixed_limit_counts_over_its_window(params, firing, level):
    shown = window([(9, 9, 9), (4, 5, 20), (5, 5, 8), (1, 1, 1)])
    verdict = limit(Threshold(**{"min_mentions": 3} | params), shown)
    assert (verdict.firing, verdict.level) == (firing, level)
    assert verdict.counted == params["counted"]


def test_a_fixed_limit_tells_what_the_hours_before_brought():
    verdict = limit(Threshold(limit=5, window_hours=2), window([(6, 2, 2), (6, 0, 4), (0, 0, 9), (1, 9, 1)]))
    assert (verdict.observed, verdict.total, verdict.expected) == (10, 20, 6)
    assert (verdict.share, verdict.usual_share) == (0.5, 0.3)
    assert verdict.since == START + timedelta(hours=2)


def test_a_fixed_limit_stays_silent_without_any_hour():
    assert not limit(Threshold(), BrandHours(START, [], START)).firing


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"measure": "share", "counted": "mentions"}, "mentions can only be counted"),
        ({"measure": "share", "limit": 101}, "percentage"),
        ({"limit": 0}, "greater than 0"),
        ({"window_hours": 0}, "greater than or equal to 1"),
        ({"limit": float("nan")}, "limit"),
        ({"surprise": 1}, "Extra inputs"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_with_a_reason(given, said):
    with pytest.raises(ValidationError, match=said):
        Threshold(**given)


def test_a_share_is_of_all_stories_and_what_is_to_check_is_told() -> None:
    hours = window([(6, 2, 2), (1, 0, 9)])
    last = replace(hours.counts[-1], stories=20)
    verdict = limit(
        Threshold(measure="share", limit=60, window_hours=1), replace(hours, counts=[hours.counts[0], last])
    )
    assert (verdict.firing, verdict.level, verdict.total, verdict.unsure) == (False, 45, 20, 10)
