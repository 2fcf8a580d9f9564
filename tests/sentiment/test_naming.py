"""Labels of public classifiers, as they are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.base import ModelError
from sentiment.naming import apply_calibration, sides_of, three


@pytest.mark.parametrize(
    ("names", "sides"),
    [
        (["LABEL_0", "LABEL_1", "LABEL_2"], (0, 1, 2)),
        (["LABEL_0", "LABEL_1"], (0, 2)),
        ([f"LABEL_{n}" for n in range(5)], (0, 0, 1, 2, 2)),
        (["0", "1", "2"], (0, 1, 2)),
        (["-1", "0", "1"], (0, 1, 2)),
        (["negative", "neutral", "positive"], (0, 1, 2)),
        (["NEGATIVE", "POSITIVE"], (0, 2)),
        (["POS", "NEU", "NEG"], (2, 1, 0)),
        (["Négatif", "Neutre", "Positif"], (0, 1, 2)),
        (["negativo", "neutro", "positivo"], (0, 1, 2)),
        (["negativ", "neutral", "positiv"], (0, 1, 2)),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], (0, 0, 1, 2, 2)),
        (["very_positive", "very-negative"], (2, 0)),
        (["très négatif", "positif"], (0, 2)),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], (0, 0, 1, 2, 2)),
        (["5 stars", "4 stars", "3 stars", "2 stars", "1 star"], (2, 2, 1, 0, 0)),
        (["1 étoile", "2 étoiles", "3 étoiles", "4 étoiles", "5 étoiles"], (0, 0, 1, 2, 2)),
        (["1", "2", "3", "4", "5"], (0, 0, 1, 2, 2)),
        ([" Neutral ", "positive", "negative"], (1, 2, 0)),
    ],
)
def test_a_label_means_what_its_name_says(names: list[str], sides: tuple[int, ...]) -> None:
    assert sides_of(names) == sides


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["joy", "anger", "positive"], "'joy', 'anger' are not known"),
        (["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"], "'LABEL_0'"),
        (["LABEL_1", "LABEL_2"], "'LABEL_1', 'LABEL_2' are not known"),
        (["1 star", "2 stars", "3 stars"], "'1 star'"),
        (["very"], "'very'"),
        (["neutral", "positive"], "do not tell negative from positive"),
        (["LABEL_0"], "'LABEL_0'"),
        ([], "do not tell negative from positive"),
    ],
)
def test_other_labels_are_refused_by_name(names: list[str], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        sides_of(names)


LOGITS = st.lists(st.floats(-30, 30), min_size=5, max_size=5)
PLAIN = np.array([[1.0, 0.0, 0.0]])


@given(LOGITS)
def test_three_labels_keep_their_probabilities(values: list[float]) -> None:
    row = np.array([values[:3]])
    expected = np.exp(row - row.max()) / np.exp(row - row.max()).sum()
    assert apply_calibration(three(row, (0, 1, 2)), PLAIN) == pytest.approx(expected, abs=1e-9)
    assert apply_calibration(three(row, (2, 1, 0)), PLAIN)[0, ::-1] == pytest.approx(expected[0], abs=1e-9)


@given(LOGITS)
def test_stars_that_know_nothing_are_thirds_and_more_stars_are_never_worse(values: list[float]) -> None:
    assert apply_calibration(three(np.full((1, 5), values[0]), (0, 0, 1, 2, 2)), PLAIN)[0] == pytest.approx([1 / 3] * 3)
    row = np.array([values])
    more = row + np.array([[0, 0, 0, 0, 1.0]])
    before, after = (apply_calibration(three(each, (0, 0, 1, 2, 2)), PLAIN)[0] for each in (row, more))
    assert after[2] >= before[2] - 1e-12
    assert after.sum() == pytest.approx(1)


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_a_model_of_two_labels_is_neutral_only_where_it_cannot_tell(negative: float, positive: float) -> None:
    found = apply_calibration(three(np.array([[negative, positive]]), (0, 2)), PLAIN)[0]
    assert found.sum() == pytest.approx(1)
    assert found[1] <= max(found[0], found[2]) + 1e-9
    assert (found[2] > found[0]) == (positive > negative) or abs(positive - negative) < 1e-9


def test_a_calibration_moves_what_it_names() -> None:
    logits = np.array([[1.0, 0.5, -1.0]])
    plain = apply_calibration(logits, PLAIN)[0]
    assert apply_calibration(logits, np.array([[1.0, 2.0, 0.0]]))[0, 0] > plain[0]
    assert apply_calibration(logits, np.array([[1.0, 0.0, 2.0]]))[0, 2] > plain[2]
    assert apply_calibration(logits, np.array([[0.05, 0.0, 0.0]]))[0] == pytest.approx([1 / 3] * 3, abs=0.05)
