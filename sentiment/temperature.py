"""What labelled texts ask of a model's logits: a temperature and a bias per label, Alexandari et al., ICML 2020."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .measure import Labels
from .naming import NEGATIVE, NEUTRAL, POSITIVE
from .quantify import Floats

AS_IT_IS = np.array([1.0, 0.0, 0.0])
"""The calibration that changes nothing: factor 1, nothing added."""

LOWEST, HIGHEST = np.array([0.05, -8.0, -8.0]), np.array([20.0, 8.0, 8.0])
STEPS = 100  # it takes about 8; a few dozen where the best settings lie on the bounds
STILL = 1e-7  # a slope of the loss, nats per unit; on texts told apart without an error it falls for ever
HALVINGS = 40
BETTERED = 1e-4  # the share of what a step promises that it has to keep (Armijo)


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """How far each text's logits lie above that of neutral (n, 2), the labels (n,) and weights (n,) that sum to one."""

    above: Floats
    labels: Labels
    weights: Floats

    def loss(self, settings: Floats) -> float:
        """The weighted mean of the log-loss, in nats, under one calibration (3,)."""
        logs = self._logs(settings)
        return float(-self.weights @ logs[np.arange(len(self.labels)), self.labels])

    def slope_and_bend(self, settings: Floats) -> tuple[Floats, Floats]:
        """The gradient (3,) and the Hessian (3, 3) of the loss."""
        chances = np.exp(self._logs(settings))[:, [NEGATIVE, POSITIVE]]
        missed = chances - (self.labels[:, None] == [NEGATIVE, POSITIVE])
        moves = np.zeros((len(chances), 2, 3))  # of the two odds, by setting
        moves[:, :, 0], moves[:, :, 1:] = self.above, np.eye(2)
        spread = chances[:, :, None] * (np.eye(2) - chances[:, None, :])
        slope = np.einsum("n,nk,nkp->p", self.weights, missed, moves)
        return slope, np.einsum("n,nkp,nkl,nlq->pq", self.weights, moves, spread, moves, optimize=True)

    def _logs(self, settings: Floats) -> Floats:
        odds = np.insert(self.above * settings[0] + settings[1:], NEUTRAL, 0, axis=1)
        odds -= odds.max(axis=1, keepdims=True)
        return np.asarray(odds - np.log(np.exp(odds).sum(axis=1, keepdims=True)))


def fit_calibration(logits: Floats, labels: Labels) -> Floats:
    """The settings (3,) of least log-loss on logits (n, 3) and labels (n,): a factor, what negative and positive gain.

    Each label weighs the same, so that the probabilities are those of equal shares. The loss is convex, so Newton's
    steps, held within LOWEST and HIGHEST and halved until they better it, lead to its minimum.
    """
    weights = 1 / np.maximum(np.bincount(labels, minlength=3), 1)[labels]
    above = logits[:, [NEGATIVE, POSITIVE]] - logits[:, [NEUTRAL]]
    texts, settings = _Texts(above, labels, weights / weights.sum()), AS_IT_IS
    for _ in range(STEPS):
        better = _better(texts, settings)
        if better is None:
            break
        settings = better
    return settings


def _better(texts: _Texts, settings: Floats) -> Floats | None:
    """Settings of a smaller loss, None where there are none."""
    slope, bend = texts.slope_and_bend(settings)
    pressed = ((settings <= LOWEST) & (slope > 0)) | ((settings >= HIGHEST) & (slope < 0))
    slope = np.where(pressed, 0, slope)
    if np.abs(slope).max() < STILL:
        return None
    loss = texts.loss(settings)
    for tried in _tries(settings, slope, bend[~pressed][:, ~pressed], ~pressed):
        if texts.loss(tried) < loss + BETTERED * min(float(slope @ (tried - settings)), 0.0):
            return tried
    return None


def _tries(settings: Floats, slope: Floats, bend: Floats, free: NDArray[np.bool_]) -> Iterator[Floats]:
    """Ever smaller steps: of Newton's, then, where a bound bends that one uphill, straight down the slope."""
    newton = np.zeros(3)
    newton[free] = -np.linalg.lstsq(bend, slope[free], rcond=None)[0]
    for step in (newton, -slope):
        for halving in range(HALVINGS):
            yield np.clip(settings + step * 0.5**halving, LOWEST, HIGHEST)
