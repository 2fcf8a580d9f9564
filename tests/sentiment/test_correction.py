"""How shares follow from histograms by language, what labels of one's own add, and how it is kept as data."""

from __future__ import annotations

import numpy as np
import pytest

from sentiment.correction import (
    NOTHING_KNOWN,
    WIDE,
    Correction,
    Corrections,
    Z,
    corrections_as_json,
    corrections_from_json,
    unmeasured,
)
from sentiment.mixture import CELLS, POINTS
from sentiment.quantify import GROUPS

CORNERS = np.eye(3) @ POINTS.T == 1  # (3, 15)
KNOWN = Correction(POINTS, 0.04, 1.0, 9)
SOME = Corrections(dict.fromkeys(GROUPS, KNOWN), frozenset({"en", "fr", "de"}))


def texts(negative: float, neutral: float, positive: float) -> np.ndarray:
    """(15,) texts that a model is sure of."""
    return np.array([negative, neutral, positive]) @ CORNERS


@pytest.mark.parametrize(
    ("language", "part"),
    [("en", "en"), ("fr-CA", "fr"), ("de", "other"), ("hi", "unread"), ("", "other"), (None, "other")],
)
def test_a_known_language_that_is_not_read_counts_apart(language: str | None, part: str) -> None:
    assert SOME.part_of(language) == part


def test_where_nobody_looked_no_language_counts_apart() -> None:
    assert unmeasured().part_of("hi") == "other"


def test_what_is_not_known_leaves_fifty_points() -> None:
    assert pytest.approx(0.5) == Z * WIDE**0.5
    assert SOME.of("unread") is NOTHING_KNOWN


def test_a_language_that_is_not_read_is_taken_at_its_mean() -> None:
    dull = np.zeros((2, CELLS))
    dull[0, :] = 1
    assert SOME.shares("unread", dull) == pytest.approx(np.full((2, 3), 1 / 3))


def test_a_sample_moves_the_shares_by_what_it_was_wrong_about() -> None:
    sample, labelled = texts(30, 40, 30), np.array([50.0, 40.0, 10.0])  # a third of the positive ones were negative
    learnt = KNOWN.learn(sample, labelled)
    believed = 100 / (100 + 1.0 / 0.04)
    before, after = (each.shares(texts(300, 400, 300)[None])[0] for each in (KNOWN, learnt))
    assert after - before == pytest.approx(believed * np.array([0.2, 0.0, -0.2]), abs=0.01)
    assert learnt.between == pytest.approx(0.04 * 25 / 125)
    assert learnt.labels == 100


def test_the_doubt_falls_with_every_label_and_without_any_stays() -> None:
    doubts = [KNOWN.learn(texts(n, n, n), np.full(3, float(n))).between for n in (0, 7, 30, 300)]
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[0] == KNOWN.between
    assert doubts[1] < 0.6 * KNOWN.between, "twenty labels are seen"


def test_shares_never_leave_what_is_possible() -> None:
    learnt = KNOWN.learn(texts(0, 0, 100), np.array([100.0, 0.0, 0.0]))
    share = learnt.shares(texts(100, 0, 0)[None])[0]
    assert share.min() >= 0
    assert share.sum() == pytest.approx(1)


def test_what_is_written_is_read_again() -> None:
    again = corrections_from_json(corrections_as_json(SOME))
    assert again.read == SOME.read
    assert again.groups["fr"].points == pytest.approx(POINTS)
    assert (again.groups["fr"].between, again.groups["fr"].within, again.groups["fr"].kinds) == (0.04, 1.0, 9)
    assert corrections_from_json(corrections_as_json(unmeasured())).read is None


def test_a_correction_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="15 × 3 points"):
        Correction(np.eye(3), 0.0, 1.0)
