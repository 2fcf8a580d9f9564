from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.surge import WINDOWS, Rise, Volume, rise

COUNTS = st.lists(st.integers(0, 5000), max_size=120)
EVEN = [8, 12] * 24 * 7


def last(buckets: list[int], step_hours: float = 1.0) -> Rise:
    return rise(Volume(step_hours=step_hours), buckets)[1][-1]


def test_an_empty_history_says_nothing():
    assert rise(Volume(), [])[1] == []


def test_ten_times_the_usual_hour_is_far_above_and_told_with_what_was_expected():
    seen = last([*EVEN, 100])
    assert seen.z > 5
    assert (seen.hours, seen.mentions) in {(1, 100), (3, 120)}
    assert seen.expected == pytest.approx(10 * seen.hours, rel=0.05)


def test_z_is_the_excess_over_the_root_of_the_mean_square():
    # 24 hours of 10, then an hour of 40, in the one-hour window: the mean is 10, the variance 0, held at 1.
    assert last([*[10] * 24, 40]).z == pytest.approx(30.0)


def test_one_threshold_serves_a_brand_that_bursts_every_morning():
    bursty, even = ([5] * 21 + [100] * 3) * 14, [5] * 24 * 14
    assert max(seen.z for seen in rise(Volume(), bursty)[1][-24:]) < 5
    assert last([*even, 100]).z > 5
    assert last([*bursty, *[5] * 12, 400]).z > 5


def test_a_slow_rise_is_seen_over_three_hours():
    assert last([*EVEN, 35, 35, 35]).hours == 3


def test_fewer_than_four_mentions_never_count():
    assert last([*[0] * 100, 3]).z == 0.0
    assert last([*[0] * 100, 4]).z == pytest.approx(4.0)


def test_the_first_day_only_teaches():
    assert last([1] * 23 + [5000]).z == 0.0
    assert last([1] * 24 + [5000]).z > 5


def test_fewer_mentions_than_usual_are_no_rise():
    assert last([*EVEN, 0]).z == 0.0


def test_five_minute_steps_look_at_the_same_hours():
    seen = last([1] * 12 * 48 + [20] * 12, step_hours=1 / 12)
    assert (seen.hours, seen.mentions) in {(1, 240), (3, 264)}


@given(COUNTS, st.integers(0, 120))
def test_no_score_depends_on_what_comes_later(buckets, cut):
    whole = rise(Volume(), buckets)[1]
    assert rise(Volume(), buckets[:cut])[1] == whole[:cut]


@given(COUNTS, st.integers(0, 120))
def test_going_on_from_a_state_is_the_same_as_one_pass(buckets, cut):
    _, whole = rise(Volume(), buckets)
    state, first = rise(Volume(), buckets[:cut])
    _, rest = rise(state, buckets[cut:])
    assert [seen.z for seen in first + rest] == pytest.approx([seen.z for seen in whole])


@given(COUNTS)
def test_every_score_is_finite_and_tells_a_possible_window(buckets):
    for seen in rise(Volume(), buckets)[1]:
        assert math.isfinite(seen.z)
        assert seen.z >= 0
        assert seen.hours in WINDOWS


def test_a_negative_number_of_mentions_is_refused():
    with pytest.raises(ValueError, match="a bucket counts -1 mentions"):
        rise(Volume(), [3, -1])
