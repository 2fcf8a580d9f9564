"""Shares of the three labels from a histogram of calibrated probabilities, by expectation and maximisation.

EMQ: Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural
Computation 14(1), 2002. It needs each text's probabilities under equal shares of the labels. A histogram over fifteen
points stands for them, so that it can be kept by the hour and added up. Labels are in the order negative, neutral,
positive everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .quantify import Floats

STEPS = 4
POINTS: Floats = (
    np.array([(a, b, STEPS - a - b) for a in range(STEPS + 1) for b in range(STEPS + 1 - a)], dtype=np.float64) / STEPS
)
"""(15, 3): the points of a triangular grid over all probabilities."""
CELLS = len(POINTS)
PRIOR = 1.0
"""Texts of each label that are added, a Dirichlet(2, 2, 2) prior: a handful of texts says little about shares."""
SELDOM = 1.0
"""Texts that a point's own probabilities count as, beside those that were seen."""
CLOSE, ROUNDS = 1e-4, 1_000


def cell_of(a: int, b: int) -> int:
    """The place among POINTS of the one with `a` quarters negative and `b` quarters neutral."""
    return a * (STEPS + 1) - a * (a - 1) // 2 + b


_CELL = np.array([[cell_of(a, b) if a + b <= STEPS else 0 for b in range(STEPS + 1)] for a in range(STEPS + 1)])


def histogram(probabilities: Floats, weights: Floats | None = None) -> Floats:
    """(15,): the weight of texts with probabilities (n, 3), shared out among the points around each.

    A text goes to the corners of its triangle of the grid in barycentric coordinates: the sum of the weights and the
    mean of the probabilities stay exactly what they were. `weights` (n,), 1 each by default.
    """
    each = np.ones(len(probabilities)) if weights is None else weights
    total = np.zeros(CELLS)
    for cell, share in _corners(probabilities):
        total += np.bincount(cell, weights=share * each, minlength=CELLS)
    return total


def histograms(probabilities: Floats) -> Floats:
    """(n, 15): the histogram of each text alone."""
    each = np.zeros((len(probabilities), CELLS))
    for cell, share in _corners(probabilities):
        each[np.arange(len(each)), cell] += share
    return each


def seen_from(probabilities: Floats) -> Floats:
    """(15, 3): the mean probabilities of what each point stands for, over texts (n, 3) with equal shares of the labels.

    A text between points counts at all of them, which makes a histogram look surer than its texts are. Read with these
    values in place of POINTS, it is not. A point that stands for hardly a text keeps its own probabilities.
    """
    weight, total = np.full(CELLS, SELDOM), SELDOM * POINTS
    for cell, share in _corners(probabilities):
        weight += np.bincount(cell, weights=share, minlength=CELLS)
        for label in range(3):
            total[:, label] += np.bincount(cell, weights=share * probabilities[:, label], minlength=CELLS)
    return np.asarray(total / weight[:, None])


def _corners(probabilities: Floats) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """The three corners of each text's triangle, one after the other: their cells (n,), and its shares in them (n,)."""
    scaled = np.clip(probabilities[:, :2], 0, 1) * STEPS
    whole = np.minimum(np.floor(scaled), STEPS).astype(np.int64)
    whole[:, 0] -= np.maximum(whole.sum(axis=1) - STEPS, 0)  # rounding may have put a text a hair outside
    (a, b), (f, g) = whole.T, (scaled - whole).T
    upper = f + g > 1
    for left, right, share in (
        (np.where(upper, a + 1, a), np.where(upper, b + 1, b), np.where(upper, f + g - 1, 1 - f - g)),
        (a + 1, b, np.where(upper, 1 - g, f)),
        (a, b + 1, np.where(upper, 1 - f, g)),
    ):
        inside = (left + right <= STEPS) & (share > 0)
        yield (
            np.where(inside, _CELL[np.minimum(left, STEPS), np.minimum(right, STEPS)], 0),
            np.where(inside, share, 0.0),
        )


def mixture(histograms: Floats, points: Floats = POINTS) -> Floats:
    """(..., 3): the shares of the labels behind histograms (..., 15), each summing to how many texts it counts as.

    `points` (15, 3): the probabilities that each cell stands for, see `seen_from`.
    """
    rows = histograms.reshape(-1, CELLS)
    share, size = np.full((len(rows), 3), 1 / 3), 3 * PRIOR + rows.sum(axis=1, keepdims=True)
    moving = np.arange(len(rows))  # a row that stands still is done, whatever the others do
    for _ in range(ROUNDS):
        before = share[moving]
        likely = np.maximum(before @ points.T, 1e-12)
        share[moving] = (PRIOR + before * ((rows[moving] / likely) @ points)) / size[moving]
        moving = moving[np.abs(share[moving] - before).max(axis=1) >= CLOSE]
        if not len(moving):
            break
    return share.reshape(*histograms.shape[:-1], 3)
