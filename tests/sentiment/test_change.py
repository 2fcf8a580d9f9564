"""The word for a change: it respects both intervals, and says when it cannot be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.change import Verdict, difference, verdict
from sentiment.indices import Reputation


def score(value: float, half: float, sampling: float = 2.0, raw: float | None = None) -> Reputation:
    low, high = max(-100.0, value - half), min(100.0, value + half)
    return Reputation(200, value, low, high, value if raw is None else raw, sampling, labels=0)


@pytest.mark.parametrize(
    ("now", "before", "word"),
    [
        (score(-40, 20), score(40, 20), "down"),
        (score(40, 20), score(-40, 20), "up"),
        (score(20, 20), score(-5, 20), "unknown"),  # the intervals overlap, and the difference is no small one
        (score(12, 20), score(9, 20), "steady"),
        (score(12, 20, sampling=10), score(9, 20, sampling=10), "unknown"),  # too few voices to call it steady
        (score(60, 20), Reputation(0), "unknown"),
        (Reputation(0), score(60, 20), "unknown"),
        (score(60, 20), score(-5, 20, raw=6), "unknown"),  # the one before cannot be told
        (score(-98, 30), score(-99, 30), "steady"),
    ],
)
def test_a_change_is_told_in_one_word(now: Reputation, before: Reputation, word: Verdict) -> None:
    assert verdict(now, before) == word


SCORES = st.builds(score, st.floats(-100, 100), st.floats(1, 60), st.floats(0.5, 15))
OPPOSITE = {"up": "down", "down": "up", "steady": "steady", "unknown": "unknown"}


@given(SCORES, SCORES)
def test_seen_the_other_way_round_it_is_the_opposite(now: Reputation, before: Reputation) -> None:
    assert verdict(before, now) == OPPOSITE[verdict(now, before)]


@given(SCORES, SCORES)
def test_what_moved_lies_outside_both_intervals(now: Reputation, before: Reputation) -> None:
    low, high = difference(now, before)
    assert now.score is not None
    assert before.score is not None
    assert low <= now.score - before.score <= high
    if verdict(now, before) in {"up", "down"}:
        assert now.low is not None
        assert now.high is not None
        assert not now.low <= before.score <= now.high
