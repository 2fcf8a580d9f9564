"""Whether the texts of a source became of another kind: the spread of the model's probabilities tells.

That people become angrier is no such change. So the shares of the labels are fitted first, and only what no shares
explain counts as a shift.
"""

from __future__ import annotations

import math

import numpy as np

from .mixture import CELLS, POINTS, mixture
from .quantify import Floats

LEAST = 50.0  # independent voices on either side: fewer tell nothing
FAR = 0.12  # the share of the texts that stand elsewhere than they should
QUANTILE = 3.09  # of the normal distribution: by chance, one source in a thousand
FREE = CELLS - 1 - 2  # cells, less their sum and the two shares that are fitted


def shifted(recent: Floats, past: Floats) -> bool:
    """Whether recent texts are of another kind than past ones, from their histograms (15,), each summing to how many
    independent voices it counts as."""
    if min(recent.sum(), past.sum()) < LEAST:
        return False
    return distance(recent, past) >= FAR and surprise(recent, past) > _seldom(FREE)


def distance(recent: Floats, past: Floats) -> float:
    """The share of texts, 0 to 1, that stand in other cells than any shares of past texts would put them."""
    return float(np.abs(recent / recent.sum() - expected(recent, past)).sum() / 2)


def surprise(recent: Floats, past: Floats) -> float:
    """Pearson's χ² of the same, the noise of both sides counted."""
    size, before = recent.sum(), past.sum()
    wanted = np.maximum(expected(recent, past), 0.5 / (size + before))
    return float(size * before / (size + before) * ((recent / size - wanted) ** 2 / wanted).sum())


def expected(recent: Floats, past: Floats) -> Floats:
    """(15,): where the recent texts would stand if they were past texts in other shares of the labels."""
    likely = POINTS * mixture(past[None])[0]
    columns = past[:, None] * likely / np.maximum(likely.sum(axis=1, keepdims=True), 1e-12)
    columns = columns / np.maximum(columns.sum(axis=0), 1e-12)
    return np.asarray(columns @ mixture(recent[None], columns)[0])


def _seldom(freedom: int) -> float:
    """The quantile of χ²: Wilson and Hilferty, "The distribution of chi-square", PNAS 17(12), 1931."""
    step = 2 / (9 * freedom)
    return freedom * (1 - step + QUANTILE * math.sqrt(step)) ** 3
