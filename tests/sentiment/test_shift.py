"""Texts of another kind are told from texts of other shares."""

from __future__ import annotations

import numpy as np
import pytest

from sentiment.mixture import histogram
from sentiment.quantify import Floats
from sentiment.shift import LEAST, _seldom, distance, expected, shifted


def texts(mix: tuple[float, float, float], size: int, sharp: float = 1.2, seed: int = 1) -> Floats:
    """(15,): the histogram of texts of a mix of labels; the `sharp`er, the surer the model is of each."""
    dice = np.random.default_rng(seed)
    labels = dice.choice(3, size, p=mix)
    logits = sharp * (sharp * np.eye(3)[labels] + dice.standard_normal((size, 3)))
    return histogram(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))


USUAL = texts((0.3, 0.4, 0.3), 1_000)


@pytest.mark.parametrize("mix", [(0.3, 0.4, 0.3), (0.7, 0.2, 0.1), (0.05, 0.15, 0.8)])
def test_people_who_become_angrier_or_gladder_are_no_shift(mix: tuple[float, float, float]) -> None:
    assert not shifted(texts(mix, 400, seed=2), USUAL)


@pytest.mark.parametrize("sharp", [0.4, 2.5])
def test_texts_that_the_model_is_surer_or_less_sure_of_are_one(sharp: float) -> None:
    assert shifted(texts((0.3, 0.4, 0.3), 400, sharp, seed=3), USUAL)


def test_few_texts_tell_nothing() -> None:
    odd = texts((0.3, 0.4, 0.3), 400, 2.5, seed=3)
    assert not shifted(odd / odd.sum() * (LEAST - 1), USUAL)
    assert not shifted(odd, USUAL / USUAL.sum() * (LEAST - 1))
    assert not shifted(np.zeros(15), USUAL)


def test_the_same_texts_stand_where_they_should() -> None:
    assert expected(USUAL, USUAL).sum() == pytest.approx(1)
    assert distance(USUAL, USUAL) < 0.03


def test_the_quantile_is_that_of_the_tables() -> None:
    assert _seldom(12) == pytest.approx(32.9, abs=0.3)  # χ² of 12 at one in a thousand
