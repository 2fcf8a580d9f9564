"""Far more mentions than usual."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.backtest import Change, Span, from_scratch, judged, moments
from alerts.base import BrandHours
from alerts.rules.volume_surge import VolumeSurge, evaluate, rule
from tests.alerts.hours import CALM, START, window

HOUR = timedelta(hours=1)


def test_a_surge_fires_whatever_is_said_and_explains_itself() -> None:
    # the sums over three hours hardly vary, so that they show the surge best
    verdict = evaluate(VolumeSurge(), window([*[(6, 12, 2), (3, 6, 1), (9, 18, 3)] * 240, (60, 120, 0)]))
    assert verdict.firing
    assert (verdict.counted, verdict.observed, verdict.window_hours) == ("mentions", 440, 3)
    assert verdict.expected == pytest.approx(120, rel=0.01)
    assert verdict.since == START + 718 * HOUR
    assert (verdict.share, verdict.usual_share) == (None, None)


@pytest.mark.parametrize("counts", [[], [(0, 0, 0)] * 100, CALM, [(0, 0, 40)] * 20, [(0, 0, 0)] * 100 + [(0, 0, 1)]])
def test_calm_few_mentions_and_an_unknown_brand_do_not_fire(counts: list[tuple[int, int, int]]) -> None:
    assert not evaluate(VolumeSurge(), window(counts) if counts else BrandHours(START, [], START)).firing


def test_a_brand_is_known_after_24_hours() -> None:
    calm, burst = [(6, 12, 2)], (60, 120, 0)
    assert not evaluate(VolumeSurge(), window([*calm * 23, burst])).firing
    assert evaluate(VolumeSurge(), window([*calm * 24, burst])).firing


def test_a_finished_hour_still_counts_when_the_running_one_is_empty() -> None:
    verdict = evaluate(VolumeSurge(), window([*CALM, (60, 120, 0), (0, 0, 0)], minute=1))
    assert verdict.firing
    assert verdict.observed >= 360


def test_only_a_surge_far_over_the_threshold_is_a_warning() -> None:
    shown = window([*CALM, (9, 18, 0)])
    level = evaluate(VolumeSurge(), shown).level
    assert evaluate(VolumeSurge(threshold=level * 0.9), shown).severity == "info"
    assert evaluate(VolumeSurge(threshold=level * 0.4), shown).severity == "warning"


@pytest.mark.parametrize("params", [{"threshold": 2}, {"min_mentions": 0}, {"typo": 1}])
def test_params_out_of_range_are_refused(params: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        VolumeSurge(**params)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=5, deadline=None)
def test_the_fast_replay_says_what_each_evaluation_from_scratch_says(seed: int) -> None:
    chance = random.Random(seed)
    span = Span(START - 48 * HOUR, START, START + 24 * HOUR, START - 48 * HOUR)
    changes = [
        Change(START + n * HOUR + chance.randint(0, 300) * timedelta(minutes=1), START + n * HOUR, chance.randint(0, 9))
        for n in range(-48, 24)
        for _ in range(3)
    ]
    changes.append(Change(START + 13 * HOUR, START + 12 * HOUR, chance.choice([50, 200])))
    fast = [verdict for _, verdict in judged(rule, rule.params(), moments(changes, span))]
    slow = [from_scratch(rule, rule.params(), moment) for moment in moments(changes, span)]
    assert fast == slow
    assert any(verdict.firing for verdict in fast)
