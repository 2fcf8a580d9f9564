"""A score from a random sample of labels, made surer by the model's answers for all: prediction-powered inference.

Angelopoulos, Duchi and Zrnic, "PPI++: Efficient Prediction-Powered Inference", 2023: never worse than the labels alone.
By strata: Fisch et al., "Stratified Prediction-Powered Inference", 2024. Clusters in two ways: Cameron, Gelbach and
Miller, "Robust Inference With Multiway Clustering", JBES 29(2), 2011. Labels are 0 negative, 1 neutral, 2 positive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .correction import Z
from .indices import Reputation, Tally, fixed_variance
from .mixture import POINTS
from .quantify import Floats

ENOUGH = 100
"""From this many labels of what is counted on, they make the score, and the model only makes it surer."""
ENOUGH_OF_STRATUM = 20  # labels; strata with fewer are joined
SIGNS = np.array([-1.0, 0.0, 1.0])
ADDED = 1.5  # squares of the two times ¾ text of either sign that Rocks adds, see `indices.PRIOR`
ADDED_TEXTS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """The texts of one source that the model scored, and a random sample of them with labels.

    `histogram` (15,) of all, which count as `voices` independent ones; of the sample `probabilities` (n, 3), `labels`
    (n,), and the `authors` (n,) and `stories` (n,) that tell which texts belong together.
    """

    histogram: Floats
    voices: float
    probabilities: Floats
    labels: NDArray[np.int64]
    authors: NDArray[np.str_]
    stories: NDArray[np.str_]

    @property
    def size(self) -> float:
        return float(self.histogram.sum())

    def __add__(self, other: Stratum) -> Stratum:
        return Stratum(
            self.histogram + other.histogram,
            self.voices + other.voices,
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("probabilities", "labels", "authors", "stories")
            ),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Shares (3,) of the labels, and the variance of the score (−1 to 1) that they make."""

    shares: Floats
    variance: float


def by_sample(model: Reputation, tally: Tally, strata: Sequence[Stratum]) -> Reputation:
    """The reputation of a tally with the score, the shares and the interval that labels give it.

    `model` is what the model alone says. What a person, a rating or a phrase decided stays certain. Returns `model`
    where there are fewer labels than ENOUGH.
    """
    labels = sum(len(each.labels) for each in strata)
    if labels < ENOUGH or not tally.size or tally.size == tally.fixed_size:
        return model
    found, scored = stratified(strata), 1 - tally.fixed_size / tally.size
    fixed = np.array([tally.detractors, tally.passives, tally.promoters]) / tally.size
    shares = np.maximum(fixed + scored * found.shares, 0)
    detractors, passives, promoters = (shares / shares.sum()).tolist()
    score = promoters - detractors
    error = math.sqrt(scored**2 * found.variance + fixed_variance(tally))
    return replace(
        model,
        score=100 * score,
        low=100 * max(-1.0, score - Z * error),
        high=100 * min(1.0, score + Z * error),
        sampling_error=100 * error,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        labels=labels,
    )


def stratified(strata: Sequence[Stratum]) -> Estimate:
    """The estimate over all strata, each weighing as its texts. Raises ValueError without any label."""
    joined = join(strata)
    total = sum(each.size for each in joined)
    parts = [(each.size / total, estimate(each)) for each in joined]
    shares = np.sum([weight * part.shares for weight, part in parts], axis=0)
    return Estimate(np.asarray(shares), sum(weight**2 * part.variance for weight, part in parts))


def join(strata: Sequence[Stratum]) -> list[Stratum]:
    """The strata, those with few labels joined into one, which takes in the next smallest while it has too few."""
    ordered = sorted((each for each in strata if each.size), key=lambda each: len(each.labels))
    while len(ordered) > 1 and len(ordered[0].labels) < ENOUGH_OF_STRATUM:
        ordered[:2] = [ordered[0] + ordered[1]]
        ordered.sort(key=lambda each: len(each.labels))
    if not ordered or len(ordered[0].labels) < 2:
        raise ValueError("a score from labels needs at least two of them")
    return ordered


def estimate(stratum: Stratum) -> Estimate:
    """mean_N(λ p) + mean_n(1 − λ p) for each label; the score's λ, which makes its variance least, serves all three."""
    number = len(stratum.labels)
    truth, answers = SIGNS[stratum.labels], stratum.probabilities @ SIGNS
    weight = trust(truth, answers, stratum.voices)
    mean = stratum.histogram @ POINTS / stratum.size
    shares = weight * mean + (np.eye(3)[stratum.labels] - weight * stratum.probabilities).mean(axis=0)
    of_all = stratum.histogram @ (POINTS @ SIGNS) ** 2 / stratum.size - float(mean @ SIGNS) ** 2
    rest = clustered(truth - weight * answers, stratum.authors, stratum.stories)
    rest = (number**2 * rest + ADDED) / (number + ADDED_TEXTS) ** 2
    return Estimate(shares, float(weight**2 * max(of_all, 0) / max(stratum.voices, 1) + rest))


def trust(truth: Floats, answers: Floats, voices: float) -> float:
    """λ, from 0 to 1: Cov(y, f) / ((1 + n/N) Var f) over the labels y (n,) and answers f (n,) of the sample."""
    spread = float(np.var(answers, ddof=1))
    if spread < 1e-9:
        return 0.0
    together = float(np.cov(truth, answers)[0, 1])
    return min(1.0, max(0.0, together / ((1 + len(truth) / max(voices, 1)) * spread)))


def clustered(values: Floats, authors: NDArray[np.str_], stories: NDArray[np.str_]) -> float:
    """The variance of the mean of values (n,), of which those by one author and those of one story go together."""
    both = np.char.add(np.char.add(authors, "\n"), stories)
    one, two, shared = (_clustered_once(values, each) for each in (authors, stories, both))
    return max(one + two - shared, shared)


def _clustered_once(values: Floats, clusters: NDArray[np.str_]) -> float:
    _, which = np.unique(clusters, return_inverse=True)
    sums = np.bincount(which, weights=values - values.mean())
    number = len(sums)
    return float((sums**2).sum() / len(values) ** 2 * number / (number - 1)) if number > 1 else 1.0
