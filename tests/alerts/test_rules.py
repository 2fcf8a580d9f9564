from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.base import BrandHours, HourCounts
from alerts.rules import all_rules
from alerts.rules.negative_spike import NegativeSpike
from alerts.rules.negative_spike import evaluate as spike
from alerts.rules.threshold import Threshold
from alerts.rules.threshold import evaluate as limit

START = datetime(2026, 9, 1, tzinfo=UTC)


def window(counts, *, minute=60, age=timedelta(days=365)):
    """Hours of (promoters, passives, detractors); the last one has run for `minute` minutes."""
    buckets = [HourCounts(START + timedelta(hours=i), 2 * sum(c), sum(c), *c) for i, c in enumerate(counts)]
    now = START + timedelta(hours=len(counts) - 1, minutes=minute)
    return BrandHours(now, buckets, now - age)


CALM = [(6, 12, 2)] * 24 * 30


def test_every_rule_has_a_title_and_help_in_both_languages():
    assert set(all_rules()) == {"negative_spike", "threshold"}
    for rule in all_rules().values():
        assert set(rule.title) == set(rule.help) == {"en", "fr"}
        assert rule.params() is not None


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


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("negative_spike", {}, "Fires when Lumen gets more detractors than usual, and at least 5."),
        ("negative_spike", {"min_negatives": 9}, "Fires when Lumen gets more detractors than usual, and at least 9."),
        ("threshold", {"limit": 12.5}, "Fires when Lumen gets 12.5 or more detractors in 24 hours."),
        (
            "threshold",
            {"limit": 9, "counted": "promoters", "window_hours": 6},
            "Fires when Lumen gets 9.0 or more promoters in 6 hours.",
        ),
        ("threshold", {"counted": "mentions"}, "Fires when Lumen gets 20 or more mentions in 24 hours."),
        ("threshold", {"measure": "share"}, "Fires when detractors reach 20% of the stories about Lumen in 24 hours."),
        (
            "threshold",
            {"measure": "share", "counted": "promoters"},
            "Fires when promoters reach 20% of the stories about Lumen in 24 hours.",
        ),
    ],
)
def test_a_rule_says_in_a_sentence_what_it_does(kind, params, sentence):
    rule = all_rules()[kind]
    assert str(rule.sentence(rule.params(**params), "Lumen")) == sentence
