from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detector import WINDOWS, Scan, advance, deviance, level, surprise

BUCKET = st.integers(0, 300).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total)))


@pytest.mark.parametrize(
    ("negatives", "total", "share", "expected"),
    [
        (1, 10, 0.1, 0.0),  # as usual: no deviance
        (5, 10, 0.5, 0.0),
        (10, 10, 0.5, 2 * 10 * math.log(2)),  # Y = T: only the first term
        (0, 10, 0.5, 2 * 10 * math.log(2)),  # Y = 0: only the second
        (8, 20, 0.1, 2 * (8 * math.log(4) + 12 * math.log(12 / 18))),
    ],
)
def test_the_deviance_is_the_one_worked_out_by_hand(negatives, total, share, expected):
    assert deviance(negatives, total, share) == pytest.approx(expected, abs=1e-12)


def test_z_is_the_signed_root_of_the_deviance_over_the_spread():
    # D = 2(8 ln 4 + 12 ln 2/3) = 12.4496, divided by 1 + 19 × 0.05 = 1.95
    assert surprise(8, 20, 0.1, 0.05) == pytest.approx(math.sqrt(12.449548 / 1.95), abs=1e-5)
    assert surprise(0, 20, 0.1, 0.0) == pytest.approx(-math.sqrt(2 * 20 * math.log(1 / 0.9)))


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (0.0, math.log10(2)),
        (1.6448536269514722, -math.log10(0.05)),
        (3.090232306167813, 3.0),
        (10.0, 23.118053410886127),  # 7.619853024160527e-24
        (40.0, 349.43701195642217),  # the series far out: ln Q(40) = −804.608442
    ],
)
def test_the_level_is_right_near_and_far(z, expected):
    assert level(z) == pytest.approx(expected, rel=1e-6)


def test_the_level_has_no_step_where_the_series_takes_over():
    assert level(30.0) == pytest.approx(level(30.0 - 1e-9), rel=1e-9)
    assert math.isfinite(level(1e6))


def test_an_empty_history_says_nothing():
    assert advance(Scan(), [])[1] == []


@given(st.integers(1, 400))
@settings(max_examples=20)
def test_a_quiet_brand_never_rings(hours):
    _, seen = advance(Scan(), [(0, 0)] * hours)
    assert {s.level for s in seen} == {0.0}


def test_four_negatives_never_count_and_five_do():
    _, four = advance(Scan(), [(4, 4)])
    _, five = advance(Scan(), [(5, 5)])
    assert four[0].level == 0.0
    assert (five[0].negatives, five[0].total, five[0].hours) == (5, 5, 1)
    assert five[0].level > 1


def test_the_first_share_is_the_prior_and_then_moves_towards_what_is_seen():
    _, seen = advance(Scan(), [(100, 40)] * 200)
    assert seen[0].usual_share == 0.15
    assert 0.25 < seen[-1].usual_share < 0.4


def test_a_slow_burn_is_seen_by_a_longer_window_than_a_flash():
    calm = [(10, 1)] * 24 * 20
    _, flash = advance(Scan(), [*calm, (60, 50)])
    _, burn = advance(Scan(), [*calm, *[(12, 4)] * 12])
    assert flash[-1].hours == 1
    assert flash[-1].level > 3
    assert burn[-1].hours > 3


def test_a_burst_of_mentions_with_the_usual_share_does_not_ring():
    _, seen = advance(Scan(), [*[(20, 2)] * 24 * 20, *[(2000, 200)] * 6])
    assert max(s.level for s in seen[-6:]) < 1


def test_a_crisis_does_not_become_the_usual_level():
    _, seen = advance(Scan(), [*[(20, 2)] * 24 * 20, *[(100, 80)] * 24])
    assert seen[-1].usual_share < 0.2


def test_what_was_usual_this_morning_counts_and_not_only_the_fortnight():
    calm, sour, angry = [(200, 20)] * 24 * 20, [(200, 40)] * 12, (200, 80)
    _, seen = advance(Scan(), [*calm, *sour, angry])
    _, sudden = advance(Scan(), [*calm, *[(200, 20)] * 12, angry])
    assert seen[-1].usual_share > sudden[-1].usual_share + 0.02
    assert seen[-1].level < sudden[-1].level


def test_a_crisis_of_three_days_is_still_one_at_its_end():
    _, seen = advance(Scan(), [*[(5000, 500)] * 24 * 20, *[(5000, 3000)] * 72])
    assert min(s.level for s in seen[-71:]) > 3


def test_five_minute_steps_look_at_the_same_hours():
    fine = [(1, 0)] * 12 * 24 * 3 + [(6, 5)] * 12
    _, seen = advance(Scan(step_hours=1 / 12), fine)
    assert (seen[-1].hours, seen[-1].total, seen[-1].negatives) in {(1, 72, 60), (2, 84, 60)}


@given(st.lists(BUCKET, max_size=80), st.integers(0, 80))
def test_no_score_depends_on_what_comes_later(buckets, cut):
    _, whole = advance(Scan(), buckets)
    _, beginning = advance(Scan(), buckets[:cut])
    assert whole[: len(beginning)] == beginning


@given(st.lists(BUCKET, max_size=80), st.integers(0, 80))
def test_going_on_from_a_state_is_the_same_as_one_pass(buckets, cut):
    whole_state, whole = advance(Scan(), buckets)
    state, first = advance(Scan(), buckets[:cut])
    state, rest = advance(state, buckets[cut:])
    assert [s.level for s in first + rest] == pytest.approx([s.level for s in whole])
    assert state.tail == whole_state.tail
    assert state.share == pytest.approx(whole_state.share)


@given(st.lists(BUCKET, max_size=60))
def test_every_score_is_finite_and_tells_a_possible_window(buckets):
    for seen in advance(Scan(), buckets)[1]:
        assert math.isfinite(seen.level)
        assert seen.level >= 0
        assert seen.hours in WINDOWS
        assert 0 <= seen.negatives <= seen.total
        assert 0 < seen.usual_share < 1


@pytest.mark.parametrize("bucket", [(3, 4), (-1, -1), (2, -1)])
def test_an_impossible_bucket_is_refused(bucket):
    with pytest.raises(ValueError, match="a bucket counts"):
        advance(Scan(), [bucket])
