"""Shares from a histogram of probabilities: what is kept exactly, and what they come to where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from sentiment.mixture import CELLS, POINTS, cell_of, histogram, mixture, seen_from
from sentiment.quantify import Floats

DICE = np.random.default_rng(20261130)
EVERYWHERE = np.vstack([DICE.dirichlet([0.4, 0.4, 0.4], 3_000), np.eye(3), POINTS])


def answers(mix: Floats, number: int, sharpness: float) -> Floats:
    """(number, 3) calibrated probabilities, under equal shares, of texts drawn from a mix of labels.

    Each text of label k shows a signal around corner k; the probabilities are those of Bayes' rule.
    """
    labels = DICE.choice(3, number, p=mix)
    signal = np.eye(3)[labels] * sharpness + DICE.normal(size=(number, 3))
    powers = np.exp(sharpness * (signal - signal.max(axis=1, keepdims=True)))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def test_the_grid_has_fifteen_points_in_the_order_of_their_cells() -> None:
    assert POINTS.shape == (CELLS, 3) == (15, 3)
    assert [cell_of(round(4 * a), round(4 * b)) for a, b, _ in POINTS] == list(range(15))


def test_a_histogram_keeps_the_number_of_texts_and_their_mean() -> None:
    counted = histogram(EVERYWHERE)
    assert counted.min() >= 0
    assert counted.sum() == pytest.approx(len(EVERYWHERE))
    assert counted @ POINTS / counted.sum() == pytest.approx(EVERYWHERE.mean(axis=0))


def test_a_text_on_a_point_counts_there_alone_and_one_between_at_three_at_most() -> None:
    for number, point in enumerate(POINTS):
        assert histogram(point[None]) == pytest.approx(np.eye(CELLS)[number])
    assert max(np.count_nonzero(histogram(row[None]) > 1e-12) for row in EVERYWHERE[:300]) == 3


def test_histograms_add_up_and_weights_are_counted() -> None:
    whole = histogram(EVERYWHERE)
    assert histogram(EVERYWHERE[:700]) + histogram(EVERYWHERE[700:]) == pytest.approx(whole)
    assert histogram(EVERYWHERE, np.full(len(EVERYWHERE), 2.5)) == pytest.approx(2.5 * whole)


def test_probabilities_that_rounding_has_put_outside_are_counted_all_the_same() -> None:
    odd = np.array([[0.5 + 1e-16, 0.5, -1e-16], [1 + 1e-12, 0, 0], [0.333333, 0.333333, 0.333334], [0, 1, 0]])
    assert histogram(odd).sum() == pytest.approx(4)


@pytest.mark.parametrize("mix", [(0.8, 0.15, 0.05), (0.05, 0.05, 0.9), (1 / 3, 1 / 3, 1 / 3), (0.1, 0.8, 0.1)])
@pytest.mark.parametrize("sharpness", [1.0, 1.5, 2.0])
def test_the_mix_that_texts_were_drawn_from_is_found_again(mix: tuple[float, ...], sharpness: float) -> None:
    points = seen_from(answers(np.full(3, 1 / 3), 20_000, sharpness))
    rows = answers(np.array(mix), 20_000, sharpness)
    assert mixture(histogram(rows), points) == pytest.approx(np.array(mix), abs=0.025)


@pytest.mark.parametrize("sharpness", [1.0, 2.0])
def test_counting_best_labels_would_be_further_away(sharpness: float) -> None:
    mix = np.array([0.1, 0.8, 0.1])
    points = seen_from(answers(np.full(3, 1 / 3), 20_000, 1.4))  # of texts that are neither as dull nor as sharp
    rows = answers(mix, 20_000, sharpness)
    counted = np.bincount(rows.argmax(axis=1), minlength=3) / len(rows)
    error, error_counted = (np.abs(shares - mix).max() for shares in (mixture(histogram(rows), points), counted))
    assert error < 0.06
    assert error < error_counted / 2


def test_a_point_that_stands_for_no_text_keeps_its_own_probabilities() -> None:
    points = seen_from(np.array([[0.5, 0.25, 0.25]] * 1_000))
    assert points[cell_of(2, 1)] == pytest.approx([0.5, 0.25, 0.25])
    assert points[cell_of(0, 4)] == pytest.approx([0, 1, 0])
    assert seen_from(EVERYWHERE).sum(axis=1) == pytest.approx(np.ones(CELLS))


def test_no_text_and_texts_that_say_nothing_give_equal_shares() -> None:
    nothing = np.full((500, 3), 1 / 3)
    assert mixture(np.zeros(CELLS)) == pytest.approx([1 / 3] * 3)
    assert mixture(histogram(nothing)) == pytest.approx([1 / 3] * 3, abs=1e-3)


def test_a_few_sure_texts_are_not_everything() -> None:
    assert mixture(histogram(np.array([[0.0, 0.0, 1.0]] * 3))) == pytest.approx([1 / 6, 1 / 6, 4 / 6])


def test_many_histograms_are_read_together_as_one_by_one() -> None:
    many = np.array([histogram(answers(np.array(mix), 200, 1.5)) for mix in DICE.dirichlet([1, 1, 1], 12)])
    together = mixture(many.reshape(3, 4, CELLS)).reshape(12, 3)
    for row, one in zip(together, many, strict=True):
        assert row == pytest.approx(mixture(one), abs=2e-3)
    assert together.sum(axis=1) == pytest.approx(np.ones(12))
