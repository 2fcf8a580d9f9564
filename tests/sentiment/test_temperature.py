"""The calibration fitted here is the one that scipy finds: scipy comes with the tests, and not with Vigie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import log_softmax

from sentiment.measure import Labels
from sentiment.quantify import Floats
from sentiment.temperature import AS_IT_IS, HIGHEST, LOWEST, fit_calibration


def answers(labels: Labels, *, sure: float, lean: float = 0.0, seed: int = 1) -> Floats:
    """Logits that are `sure` of the label amid noise, and lean to neutral by `lean`."""
    logits = np.random.default_rng(seed).standard_normal((len(labels), 3)) + sure * np.eye(3)[labels]
    logits[:, 1] += lean
    return logits


def loss(logits: Floats, labels: Labels, tried: Floats) -> float:
    """The log-loss with every label weighing the same, written apart from the product's."""
    odds = np.stack([logits[:, 0] * tried[0] + tried[1], logits[:, 1] * tried[0]], axis=1)
    odds = np.column_stack([odds, logits[:, 2] * tried[0] + tried[2]])
    logs = log_softmax(odds, axis=1)[np.arange(len(labels)), labels]
    present = [label for label in range(3) if (labels == label).any()]
    return -float(np.mean([logs[labels == label].mean() for label in present]))


def by_scipy(logits: Floats, labels: Labels) -> Floats:
    found = minimize(
        lambda tried: loss(logits, labels, tried),
        AS_IT_IS,
        method="L-BFGS-B",
        bounds=list(zip(LOWEST, HIGHEST, strict=True)),
        options={"ftol": 1e-14, "gtol": 1e-9, "maxfun": 100_000},
    )
    return np.asarray(found.x)


@pytest.mark.parametrize("sure", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("lean", [-1.0, 0.0, 3.0])
@pytest.mark.parametrize("shares", [(100, 100, 100), (60, 900, 200)])
def test_the_settings_are_those_of_scipy(sure: float, lean: float, shares: tuple[int, int, int]) -> None:
    labels = np.repeat([0, 1, 2], shares)
    logits = answers(labels, sure=sure, lean=lean)
    assert fit_calibration(logits, labels) == pytest.approx(by_scipy(logits, labels), abs=2e-5)


@settings(deadline=None, max_examples=30)  # scipy takes its time
@given(
    sure=st.sampled_from([-1.0, 0.0, 0.5, 2.0, 5.0, 20.0]),
    lean=st.sampled_from([-12.0, -1.0, 0.0, 4.0, 12.0]),
    stretched=st.sampled_from([0.0, 0.05, 1.0, 30.0]),
    shares=st.tuples(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60)),
    seed=st.integers(0, 10_000),
)
def test_no_settings_of_scipy_are_better(
    sure: float, lean: float, stretched: float, shares: tuple[int, int, int], seed: int
) -> None:
    labels = np.repeat([0, 1, 2], shares)
    logits = answers(labels, sure=sure, lean=lean, seed=seed) * stretched
    found = fit_calibration(logits, labels)
    assert (found >= LOWEST).all()
    assert (found <= HIGHEST).all()
    assert loss(logits, labels, found) <= loss(logits, labels, by_scipy(logits, labels)) + 1e-6


def test_settings_that_would_lie_beyond_the_bounds_lie_on_them() -> None:
    labels = np.repeat([0, 1, 2], 200)
    leaning = answers(labels, sure=2.0, lean=40.0)
    found = fit_calibration(leaning, labels)
    assert found == pytest.approx(by_scipy(leaning, labels), abs=1e-4)
    assert found[1:].tolist() == [8.0, 8.0]
    wrong = answers(labels, sure=-4.0)
    assert fit_calibration(wrong, labels)[0] == LOWEST[0]


def test_logits_that_tell_nothing_keep_their_factor() -> None:
    labels = np.repeat([0, 1, 2], [10, 20, 30])
    assert fit_calibration(np.zeros((60, 3)), labels) == pytest.approx(AS_IT_IS)
