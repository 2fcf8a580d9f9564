"""More detractors than usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.base import BrandHours
from alerts.rules.negative_spike import NegativeSpike
from alerts.rules.negative_spike import evaluate as spike
from tests.alerts.hours import CALM, START, window


def test_a_spike_rings_and_explains_itself():
    verdict = spike(NegativeSpike(), window([*CALM, (4, 10, 40)]))
    assert verdict.firing
    assert (verdict.observed, verdict.total, verdict.window_hours) == (40, 54, 1)
    assert verdict.expected == pytest.approx(54 * verdict.usual_share)
    assert verdict.share == pytest.approx(40 / 54)
    assert verdict.since == START + timedelta(hours=len(CALM))
    assert verdict.level >= verdict.threshold == 3.0


def test_a_longer_window_began_earlier():
    verdict = spike(NegativeSpike(), window([*CALM, *[(6, 10, 8)] * 8]))
    assert verdict.firing
    assert verdict.window_hours > 1
    assert verdict.since == START + timedelta(hours=len(CALM) + 8 - verdict.window_hours)


@pytest.mark.parametrize("counts", [[], [(0, 0, 0)], [(0, 0, 0)] * 500, CALM, [(50, 0, 0)] * 100])
def test_nothing_rings_where_nothing_happens(counts):
    shown = window(counts) if counts else BrandHours(START, [], START)
    assert not spike(NegativeSpike(), shown).firing


def test_more_mentions_in_the_usual_mood_do_not_ring():
    assert not spike(NegativeSpike(), window([*CALM, *[(300, 600, 100)] * 5])).firing


@pytest.mark.parametrize(
    ("age_days", "minute", "threshold"),
    [(365, 60, 3.0), (13.9, 60, 3.5), (14, 60, 3.0), (365, 20, 3.25), (2, 20, 3.75)],
)
def test_it_is_stricter_with_a_young_brand_and_with_an_hour_that_still_runs(age_days, minute, threshold):
    seen = spike(NegativeSpike(), window([*CALM, (4, 10, 40)], minute=minute, age=timedelta(days=age_days)))
    assert seen.threshold == threshold


def test_a_finished_hour_still_counts_when_the_running_one_is_empty():
    verdict = spike(NegativeSpike(), window([*CALM, (4, 10, 40), (0, 0, 0)], minute=1))
    assert verdict.firing
    assert verdict.threshold == 3.0


@pytest.mark.parametrize(("detractors", "severity"), [(12, "info"), (30, "warning"), (60, "critical")])
def test_the_volume_sets_the_severity(detractors, severity):
    # a usual day brings 48 detractors: as many extra are critical
    assert spike(NegativeSpike(), window([*CALM, (4, 10, detractors)])).severity == severity


def test_who_sets_the_rule_may_set_what_is_critical():
    shown = window([*CALM, (4, 10, 30)])
    assert spike(NegativeSpike(critical_excess=15), shown).severity == "critical"


def test_under_the_least_detractors_nothing_rings():
    shown = window([*CALM, (0, 0, 12)])
    assert spike(NegativeSpike(), shown).firing
    assert not spike(NegativeSpike(min_negatives=400), shown).firing


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 3), min_size=1, max_size=60), st.integers(0, 60))
@settings(max_examples=40)
def test_a_verdict_is_the_same_whatever_the_brand_did_not_say_before_it_was_born(counts, empty):
    late = BrandHours(START + timedelta(hours=1000), [], START)
    silent = [(0, 0, 0)] * empty
    whole, alone = window([*silent, *counts]), window(counts)
    first, second = spike(NegativeSpike(), whole), spike(NegativeSpike(), alone)
    assert first.level == pytest.approx(second.level)
    assert not spike(NegativeSpike(), late).firing


def doubtful(hours: BrandHours, number: int) -> BrandHours:
    """These hours, with so many stories to check in the last one."""
    last = hours.counts[-1]
    return replace(hours, counts=[*hours.counts[:-1], replace(last, stories=last.stories + number)])


def test_what_is_to_check_is_no_detractor_but_is_told() -> None:
    calm = doubtful(window([*CALM, (4, 10, 1)]), 40)
    assert not spike(NegativeSpike(), calm).firing
    verdict = spike(NegativeSpike(), doubtful(window([*CALM, (4, 10, 40)]), 7))
    assert verdict.firing
    assert (verdict.observed, verdict.total, verdict.unsure) == (40, 61, 7)
