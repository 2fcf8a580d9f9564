"""Shares of the three labels, corrected for the errors of the classifier.

PACC, probabilistic adjusted classify and count (Bella et al., "Quantification via probability estimators", ICDM 2010):
a classifier's mean probabilities q over many texts are M p, where p are the true shares and column k of M the mean
probabilities over texts whose true label is k; so p is M⁻¹ q, and the shares are the p of the simplex closest to it.
Labels are in the order negative, neutral, positive everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LanguageGroup = Literal["en", "fr", "other"]
GROUPS: tuple[LanguageGroup, ...] = ("en", "fr", "other")


def group_of(language: str | None) -> LanguageGroup:
    """The group whose calibration and matrix hold for a language code such as `fr`, `fr-CA` or None."""
    code = (language or "").lower()[:2]
    return "en" if code == "en" else "fr" if code == "fr" else "other"


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """How a scorer answers, by true label.

    `means` (3, 3): mean probability of label j (row) over texts of true label k (column); columns sum to 1.
    `spread` (3, 3, 3): covariance of the probabilities over the texts of true label k (first axis).
    `doubt` (9, 9): covariance of the error of `means`, rows first. The error comes from measuring on few texts, and on
    texts of another kind than those that will be scored.
    """

    means: Floats
    spread: Floats
    doubt: Floats

    def __post_init__(self) -> None:
        if self.means.shape != (3, 3) or self.spread.shape != (3, 3, 3) or self.doubt.shape != (9, 9):
            raise ValueError("a matrix needs means of 3 × 3, spread of 3 × 3 × 3 and doubt of 9 × 9 numbers")


def matrix_of(probabilities: Floats, labels: NDArray[np.int64]) -> Matrix:
    """The matrix estimated from labelled texts: probabilities (n, 3), labels (n,) of 0, 1, 2.

    Raises ValueError when a label has fewer than two texts.
    """
    means, spread, doubt = np.zeros((3, 3)), np.zeros((3, 3, 3)), np.zeros((3, 3, 3, 3))
    for label in range(3):
        chosen = probabilities[labels == label]
        if len(chosen) < 2:
            raise ValueError(f"label {label} has {len(chosen)} texts: at least two are needed")
        means[:, label] = chosen.mean(axis=0)
        spread[label] = np.cov(chosen, rowvar=False)
        doubt[:, label, :, label] = spread[label] / len(chosen)
    return Matrix(means, spread, doubt.reshape(9, 9))


PRIOR_TEXTS = 1
"""How many texts of each label the shipped means count as, beside labels of one's own: the unit information prior of
Kass & Wasserman, JASA 90(431), 1995. With more, intervals are too narrow on texts unlike those the scorer was measured
on."""
PRIOR_SPREAD = 10
"""How many texts of each label the shipped spread counts as."""


def adapt(shipped: Matrix, probabilities: Floats, labels: NDArray[np.int64]) -> Matrix:
    """The matrix for one's own texts, from a random sample of them: probabilities (n, 3), labels (n,) of 0, 1, 2.

    By label, the normal-inverse-Wishart posterior of Gelman et al., "Bayesian Data Analysis", 3rd ed. (2013), 3.6. The
    fewer texts a label has, the closer its means stay to the shipped ones and the more they are doubted; where the
    texts contradict the shipped matrix, its spread grows. A label without any text keeps the shipped column, and
    hardly anything is certain of it.
    """
    means, spread, doubt = np.zeros((3, 3)), np.zeros((3, 3, 3)), np.zeros((3, 3, 3, 3))
    for label in range(3):
        chosen, expected = probabilities[labels == label], shipped.means[:, label]
        number = len(chosen)
        mean = chosen.mean(axis=0) if number else expected
        scatter = (chosen - mean).T @ (chosen - mean)
        contradiction = np.outer(mean - expected, mean - expected) * PRIOR_TEXTS * number / (PRIOR_TEXTS + number)
        means[:, label] = (PRIOR_TEXTS * expected + number * mean) / (PRIOR_TEXTS + number)
        spread[label] = (PRIOR_SPREAD * shipped.spread[label] + scatter + contradiction) / (PRIOR_SPREAD + number)
        doubt[:, label, :, label] = spread[label] / (PRIOR_TEXTS + number)
    return Matrix(means, spread, doubt.reshape(9, 9))


def straying(matrix: Matrix, kinds: Sequence[Matrix]) -> Floats:
    """(9, 9): how far corrected shares go wrong on texts of other kinds than those the matrix was measured on.

    The second moment of M⁻¹ M_k − 1 over the matrices M_k of n kinds, times 1 + 1/n because these kinds are a sample.
    """
    turn = inverse(matrix)
    errors = np.array([(turn @ kind.means - np.eye(3)).ravel() for kind in kinds])
    return np.asarray(errors.T @ errors / len(errors) * (1 + 1 / len(errors)))


def add_doubt(matrix: Matrix, stray: Floats) -> Matrix:
    """The matrix, doubted more: on texts of another kind, shares may go wrong by `stray` (9, 9), see `straying`.

    An error E of the shares is an error M E of the matrix.
    """
    turn = np.kron(matrix.means, np.eye(3))
    return Matrix(matrix.means, matrix.spread, matrix.doubt + turn @ stray @ turn.T)


def assumed_straying(deviation: float) -> Floats:
    """(9, 9): a straying that nobody measured. Each share errs by `deviation`, isotropic on the simplex."""
    return np.asarray(deviation**2 * np.kron(np.eye(3) - 1 / 3, np.eye(3)))


UNMEASURED = 0.3
"""How far shares are assumed to go wrong uncorrected. For a scorer as good as the compact one in English, the interval
then holds the truth whatever the mix (±50 points where the labels are even, more where one is nearly alone)."""


def unmeasured_matrix() -> Matrix:
    """The matrix of a scorer that nobody measured: nothing is corrected, and much is doubted."""
    identity = Matrix(np.eye(3), np.zeros((3, 3, 3)), np.zeros((9, 9)))
    return add_doubt(identity, assumed_straying(UNMEASURED))


def matrix_as_json(matrix: Matrix) -> dict[str, Any]:
    """A matrix as plain data, for a file or a column of JSON."""
    return {
        "means": matrix.means.round(6).tolist(),
        "spread": matrix.spread.round(6).tolist(),
        "doubt": matrix.doubt.round(8).tolist(),
    }


def matrix_from_json(stored: Mapping[str, Any]) -> Matrix:
    """The matrix that `matrix_as_json` wrote. Raises KeyError, TypeError or ValueError when it is none."""
    means, spread, doubt = (np.array(stored[key], dtype=np.float64) for key in ("means", "spread", "doubt"))
    return Matrix(means, spread, doubt)


def inverse(matrix: Matrix) -> Floats:
    """(3, 3): M⁻¹, or a pseudo-inverse when the scorer can hardly tell the labels apart."""
    return np.linalg.pinv(matrix.means, rcond=1e-2).astype(np.float64)


def on_the_simplex(target: Floats, means: Floats) -> Floats:
    """The shares p ≥ 0 of sum 1 with the smallest ‖M (p − target)‖: target (..., 3), means (..., 3, 3).

    Exact for three labels: where the target has a negative part, the answer lies on one of the three edges.
    """
    corners = np.eye(3)
    best, best_distance = target, np.full(target.shape[:-1], np.inf)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        along = means[..., :, end] - means[..., :, start]
        gap = np.einsum("...ij,...j->...i", means, target - corners[start])
        length = np.maximum((along * along).sum(axis=-1), 1e-12)
        step = np.clip((along * gap).sum(axis=-1) / length, 0, 1)[..., None]
        distance = ((gap - step * along) ** 2).sum(axis=-1)
        closer = distance < best_distance
        best = np.where(closer[..., None], corners[start] * (1 - step) + corners[end] * step, best)
        best_distance = np.minimum(distance, best_distance)
    outside = (target < 0).any(axis=-1, keepdims=True)
    return np.where(outside, best, target)


def shares(means: Floats, counts: Floats, matrices: Sequence[Matrix]) -> Floats:
    """Corrected shares (..., 3) over all groups together.

    means (..., G, 3): mean probabilities of each group; counts (..., G): its texts; matrices: one per group.
    Each group is corrected by its own matrix, and the simplex is enforced on their sum: enforced on each, it would turn
    the noise of a small group into a bias. Raises ValueError when there is no text at all.
    """
    total = counts.sum(axis=-1, keepdims=True)
    if not (total > 0).all():
        raise ValueError("shares need at least one text")
    weight = counts / total
    by_group = np.einsum("gij,...gj->...gi", np.array([inverse(matrix) for matrix in matrices]), means)
    pooled = np.einsum("...g,gij->...ij", weight, np.array([matrix.means for matrix in matrices]))
    return on_the_simplex(np.einsum("...g,...gi->...i", weight, by_group), pooled)
