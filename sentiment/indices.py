"""The reputation score with its interval, the survey NPS and the share of voice: arithmetic only.

All scores run from −100 to 100. Intervals are of 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .quantify import GROUPS, Floats, LanguageGroup, Matrix, inverse, on_the_simplex

Z = 1.959964  # two-sided 95 % of the normal distribution
PRIOR = np.array([0.75, 1.5, 0.75])
"""Texts that are added before a variance is taken, so that a few texts that agree do not look certain: Rocks, "Interval
Estimation for the Net Promoter Score", The American Statistician 70(4), 2016."""
DIRECTION = np.array([-1.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class Scored:
    """Stories of one language group whose stance comes from the model.

    Their number by stance as shown, the sums of the model's probabilities, and `effective`: how many independent voices
    they count as; None for as many as there are stories.
    """

    promoters: int = 0
    passives: int = 0
    detractors: int = 0
    negative: float = 0.0
    neutral: float = 0.0
    positive: float = 0.0
    effective: float | None = None

    @property
    def size(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def voices(self) -> float:
        return self.size if self.effective is None else min(self.effective, self.size)

    def __add__(self, other: Scored) -> Scored:
        plain = self.effective is None and other.effective is None
        return Scored(
            self.promoters + other.promoters,
            self.passives + other.passives,
            self.detractors + other.detractors,
            self.negative + other.negative,
            self.neutral + other.neutral,
            self.positive + other.positive,
            None if plain else self.voices + other.voices,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """All that is counted of a brand over some time. Tallies can be added: `sum(tallies, Tally())`.

    `promoters`, `passives` and `detractors` are the stories whose stance a person or a rating fixed: they are certain
    and not corrected. `effective`: how many independent voices these count as; None for as many as there are stories.
    """

    en: Scored = field(default_factory=Scored)
    fr: Scored = field(default_factory=Scored)
    other: Scored = field(default_factory=Scored)
    promoters: int = 0
    passives: int = 0
    detractors: int = 0
    effective: float | None = None

    @property
    def fixed_size(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def voices(self) -> float:
        """The independent voices behind the fixed stances."""
        return self.fixed_size if self.effective is None else min(self.effective, self.fixed_size)

    @property
    def size(self) -> int:
        return self.en.size + self.fr.size + self.other.size + self.fixed_size

    def __add__(self, other: Tally) -> Tally:
        plain = self.effective is None and other.effective is None
        return Tally(
            self.en + other.en,
            self.fr + other.fr,
            self.other + other.other,
            self.promoters + other.promoters,
            self.passives + other.passives,
            self.detractors + other.detractors,
            None if plain else self.voices + other.voices,
        )


@dataclass(frozen=True, slots=True)
class Reputation:
    """The corrected score of a tally, with its interval. All None where there is no story.

    `raw_score` counts stances as shown; `promoters`, `passives` and `detractors` are the corrected shares, 0 to 1.
    `sampling_error` is the standard error that comes from the number of stories alone: compare a change from one period
    to the next with it, because the model's own bias is the same in both. `voices`: how many independent stories the
    sample counts as.
    """

    size: int
    score: float | None = None
    low: float | None = None
    high: float | None = None
    raw_score: float | None = None
    sampling_error: float | None = None
    promoters: float | None = None
    passives: float | None = None
    detractors: float | None = None
    voices: float | None = None


def reputation(tally: Tally, matrices: Mapping[LanguageGroup, Matrix]) -> Reputation:
    """The reputation of one tally; see `reputations`."""
    return reputations([tally], matrices)[0]


def reputations(tallies: Sequence[Tally], matrices: Mapping[LanguageGroup, Matrix]) -> list[Reputation]:
    """100 × (promoters − detractors) of each tally, shares corrected by PACC, with a 95 % interval.

    The interval is that of the unbiased linear estimate, cut to [−100, 100] and widened to hold the score. It is
    normal; its variance adds up that of which stories there happen to be (multinomial), the spread of the model's
    probabilities around their mean, both over the effective number of voices, and, by the delta method, the doubt about
    each matrix. Raises KeyError when `matrices` lacks a group.
    """
    filled = [tally for tally in tallies if tally.size]
    answers = iter(_reputations(filled, matrices) if filled else ())
    return [next(answers) if tally.size else Reputation(0) for tally in tallies]


def _reputations(tallies: Sequence[Tally], matrices: Mapping[LanguageGroup, Matrix]) -> list[Reputation]:
    """The reputation of each tally, none of them empty."""
    known = np.array([[t.detractors, t.passives, t.promoters] for t in tallies], dtype=np.float64)
    total = np.array([t.size for t in tallies], dtype=np.float64)
    unbiased = known / total[:, None]  # shares before the simplex is enforced, perhaps negative
    fixed = known.sum(axis=1)
    heard = np.maximum([t.voices for t in tallies], 1e-9)
    sampling = (fixed / total) ** 2 * _multinomial(known * (heard / np.maximum(fixed, 1))[:, None]) / heard
    per_voice = (fixed / total) ** 2 / heard  # in the end, 1 / the voices of the whole
    doubt = np.zeros(len(tallies))
    pooled = np.zeros((len(tallies), 3, 3))
    counts = known.copy()
    for group in GROUPS:
        parts: list[Scored] = [getattr(tally, group) for tally in tallies]
        size = np.array([part.size for part in parts], dtype=np.float64)
        counts += np.array([[part.detractors, part.passives, part.promoters] for part in parts])
        voices = np.maximum([part.voices for part in parts], 1e-9)
        mean = _means(parts)
        weight = size / total
        matrix = matrices[group]
        back = inverse(matrix)
        corrected = mean @ back.T
        unbiased = unbiased + weight[:, None] * corrected
        likely = _soften(on_the_simplex(corrected, matrix.means), voices)
        lever = DIRECTION @ back
        sampling = sampling + weight**2 * _score_variance(likely, lever, matrix) / voices
        doubt = doubt + weight**2 * _matrix_variance(likely, lever, matrix)
        per_voice = per_voice + weight**2 / voices
        pooled = pooled + weight[:, None, None] * matrix.means
    final = known / total[:, None] + _scored_shares(unbiased - known / total[:, None], 1 - fixed / total, pooled)
    columns = (total, final, unbiased, sampling, doubt, counts, per_voice)
    return [
        _reputation(int(n), share, float(aim @ DIRECTION), float(s), float(d), count / n, float(1 / r))
        for n, share, aim, s, d, count, r in zip(*columns, strict=True)
    ]


def _scored_shares(unbiased: Floats, scored: Floats, pooled: Floats) -> Floats:
    """The shares of the stories that a model scored, none of them negative; fixed stories never make up for any.

    `unbiased` (n, 3) sums to `scored` (n,), the part of all stories that was scored.
    """
    scale = np.where(scored > 0, scored, 1)
    even = np.where(scored[:, None, None] > 0, pooled / scale[:, None, None], np.eye(3))
    return np.asarray(scored[:, None] * on_the_simplex(unbiased / scale[:, None], even))


def _reputation(
    size: int, share: Floats, aim: float, sampling: float, doubt: float, shown: Floats, voices: float
) -> Reputation:
    score = min(1.0, max(-1.0, float(share @ DIRECTION)))
    half = Z * math.sqrt(sampling + doubt)
    return Reputation(
        size,
        100 * score,
        100 * min(score, max(-1.0, aim - half)),
        100 * max(score, min(1.0, aim + half)),
        100 * float(shown @ DIRECTION),
        100 * math.sqrt(sampling),
        promoters=float(share[2]),
        passives=float(share[1]),
        detractors=float(share[0]),
        voices=voices,
    )


def _means(parts: Sequence[Scored]) -> Floats:
    """(n, 3) mean probabilities, by their own sum so that rounding in a database does no harm; thirds where empty."""
    sums = np.array([[part.negative, part.neutral, part.positive] for part in parts], dtype=np.float64)
    total = sums.sum(axis=1, keepdims=True)
    return np.where(total > 0, sums / np.where(total > 0, total, 1), 1 / 3)


def _soften(likely: Floats, voices: Floats) -> Floats:
    """Shares (n, 3) with the prior texts added, so that none is zero."""
    counts = likely * voices[:, None] + PRIOR
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _multinomial(counts: Floats) -> Floats:
    """Variance of one story's +1, 0 or −1."""
    share = (counts + PRIOR) / (counts + PRIOR).sum(axis=1, keepdims=True)
    return np.asarray(share[:, 0] + share[:, 2] - (share[:, 2] - share[:, 0]) ** 2)


def _score_variance(likely: Floats, lever: Floats, matrix: Matrix) -> Floats:
    """Variance of one story's contribution to the corrected score: within the labels and between them."""
    within = np.einsum("i,kij,j->k", lever, matrix.spread, lever)
    level = lever @ matrix.means
    mean = likely @ level
    return np.asarray(likely @ (within + level**2) - mean**2)


def _matrix_variance(likely: Floats, lever: Floats, matrix: Matrix) -> Floats:
    """Delta method: d(c M⁻¹ q) = −(c M⁻¹) dM p."""
    slope = (lever[None, :, None] * likely[:, None, :]).reshape(-1, 9)
    return np.asarray(np.maximum(np.einsum("ni,ij,nj->n", slope, matrix.doubt, slope), 0))


def nps(promoters: int, passives: int, detractors: int) -> tuple[float, float, float] | None:
    """Survey NPS as (score, low, high), None over no answer: adjusted Wald interval of Rocks (2016).

    The interval is of the answers with ¾ promoter, 1½ passive and ¾ detractor added, cut to [−100, 100]; it holds the
    score.
    """
    size = promoters + passives + detractors
    if not size:
        return None
    score = 100 * (promoters - detractors) / size
    counts = np.array([[detractors, passives, promoters]], dtype=np.float64)
    larger = size + float(PRIOR.sum())
    centre = 100 * (promoters - detractors) / larger
    half = 100 * Z * math.sqrt(float(_multinomial(counts)[0]) / larger)
    return score, min(score, max(-100.0, centre - half)), max(score, min(100.0, centre + half))


def wilson(right: int, number: int) -> tuple[float, float] | None:
    """The 95 % interval, 0 to 1, of the share of `right` among `number`; None when `number` is 0.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22(158), 1927.
    """
    if not number:
        return None
    share, square = right / number, Z**2 / number
    centre = (share + square / 2) / (1 + square)
    half = math.sqrt(share * (1 - share) * square + square**2 / 4) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def voices_of_parts(voices: Sequence[float], sizes: Sequence[float], same_author: float) -> list[float]:
    """How many independent voices each part of a whole counts as. `same_author` is the chance, 0 to 1, that two stories
    of the whole are by one author.

    n / (1 + n λ) of each part; λ is shared out so that the parts together lose what the whole would: the design effect
    of clusters (Kish, "Survey Sampling", 1965), with authors as clusters.
    """
    total = sum(sizes)
    spread = sum((size / total) ** 2 for size in sizes) if total else 1.0
    return [number / (1 + number * same_author / spread) for number in voices]


def share_of_voice(volumes: Mapping[str, int]) -> dict[str, float]:
    """Each brand's share, 0 to 1, of the mentions of all brands compared; zeros when none was mentioned."""
    total = sum(volumes.values())
    return {brand: volume / total if total else 0.0 for brand, volume in volumes.items()}
