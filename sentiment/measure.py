"""How good a scorer is on labelled texts: F1, calibration, confusion. Labels are 0 negative, 1 neutral, 2 positive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from .correction import PARTS, Corrections
from .mixture import histogram
from .quantify import Floats

LABELS = ("negative", "neutral", "positive")
BINS = 15

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a scorer is on one set of texts. F1 is 0 to 100, errors of the score (−100 to 100) are in points, the
    rest is 0 to 1.

    `confusion[i]` holds the shares of the three predicted labels among texts of true label i, None where no text has
    it. `score_error_counted` is the error of the score from counting best labels, `score_error` the error after
    correction.
    """

    texts: int
    macro_f1: float
    calibration_error: float
    log_loss: float
    confusion: tuple[tuple[float, ...] | None, ...]
    score_error_counted: float
    score_error: float

    def as_json(self) -> dict[str, object]:
        """The figures as plain data for a card or a line of JSON."""
        return {key: _round(value) for key, value in asdict(self).items()}


def figures(
    probabilities: Floats,
    labels: Labels,
    languages: Sequence[str | None],
    corrections: Corrections,
) -> Figures:
    """The figures of probabilities (n, 3) against labels (n,). Raises ValueError when there is no text."""
    if not len(labels):
        raise ValueError("no text to measure on")
    best = probabilities.argmax(axis=1)
    table = confusion(labels, best)
    true_score, counted = _net(np.bincount(labels, minlength=3)), _net(np.bincount(best, minlength=3))
    return Figures(
        len(labels),
        macro_f1(table),
        calibration_error(probabilities, labels),
        float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12)).mean()),
        tuple(tuple((row / row.sum()).tolist()) if row.sum() else None for row in table),
        counted - true_score,
        _net(corrected_shares(probabilities, languages, corrections)) - true_score,
    )


def confusion(labels: Labels, predicted: Labels) -> NDArray[np.int64]:
    """(3, 3) counts: true label by predicted label."""
    return np.bincount(labels * 3 + predicted, minlength=9).reshape(3, 3)


LEAST_F1 = {3: 45.0, 2: 59.0}
"""The macro-F1 from which a model reads texts with three labels or two: as far above chance."""
LEAST_RIGHT = 0.4


def is_read(table: NDArray[np.int64]) -> bool:
    """Whether a model reads texts, from a table of counts (true by predicted): its macro-F1 is well above chance, and
    of each label that occurs it finds four texts in ten."""
    present = table.sum(axis=1) > 0
    right = np.diag(table)[present] / table.sum(axis=1)[present]
    least = LEAST_F1.get(int(present.sum()))
    return least is not None and macro_f1(table) >= least and bool(right.min() >= LEAST_RIGHT)


def macro_f1(table: NDArray[np.int64]) -> float:
    """Mean of the F1 of the labels that occur, 0 to 100, from a table of counts (true by predicted)."""
    present = table.sum(axis=1) > 0
    both = table.sum(axis=0) + table.sum(axis=1)
    return float(100 * np.mean(2 * np.diag(table)[present] / both[present]))


def calibration_error(probabilities: Floats, labels: Labels) -> float:
    """Expected calibration error of the best label in 15 bins: Guo et al., "On calibration", ICML 2017."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=right - sure, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))


def corrected_shares(probabilities: Floats, languages: Sequence[str | None], corrections: Corrections) -> Floats:
    """(3,) shares of the labels, those of each part of the languages by its own correction."""
    parts = np.array([corrections.part_of(language) for language in languages])
    share = np.zeros(3)
    for part in PARTS:
        rows = parts == part
        if rows.any():
            share += rows.mean() * corrections.shares(part, histogram(probabilities[rows])[None])[0]
    return share


def _net(counts: NDArray[np.int64] | Floats) -> float:
    """100 × (positive − negative) / all."""
    return float(100 * (counts[2] - counts[0]) / counts.sum())


def _round(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, tuple):
        return [_round(item) for item in value]
    return value
