"""The reputation score with its interval, the survey NPS and the share of voice: arithmetic only.

All scores run from −100 to 100. Intervals are of 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .correction import PARTS, Corrections, Part, Z
from .mixture import CELLS
from .quantify import Floats

PRIOR = np.array([0.75, 1.5, 0.75])
"""Texts that are added before a variance is taken, so that a few texts that agree do not look certain: Rocks, "Interval
Estimation for the Net Promoter Score", The American Statistician 70(4), 2016."""
NO_TEXT = (0.0,) * CELLS


@dataclass(frozen=True, slots=True)
class Scored:
    """Stories of one part of the languages whose stance comes from the model.

    Their number by stance as shown, the histogram of the model's probabilities (see `mixture.histogram`), and
    `effective`: how many independent voices they count as; None for as many as there are stories.
    """

    promoters: int = 0
    passives: int = 0
    detractors: int = 0
    histogram: tuple[float, ...] = NO_TEXT
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
            tuple(mine + theirs for mine, theirs in zip(self.histogram, other.histogram, strict=True)),
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
    unread: Scored = field(default_factory=Scored)

    def of(self, part: Part) -> Scored:
        """The stories of a part of the languages."""
        scored: Scored = getattr(self, part)
        return scored

    @property
    def fixed_size(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def voices(self) -> float:
        """The independent voices behind the fixed stances."""
        return self.fixed_size if self.effective is None else min(self.effective, self.fixed_size)

    @property
    def size(self) -> int:
        return self.fixed_size + sum(self.of(part).size for part in PARTS)

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
            self.unread + other.unread,
        )


@dataclass(frozen=True, slots=True)
class Reputation:
    """The estimated score of a tally, with its interval. All None where there is no story.

    `raw_score` counts stances as shown; `promoters`, `passives` and `detractors` are the estimated shares, 0 to 1.
    `sampling_error` is the standard error that comes from the number of stories alone: compare a change from one period
    to the next with it, because the model's own bias is the same in both. `voices`: how many independent stories the
    sample counts as. `unread`: the share, 0 to 1, of the stories in languages that the model was not shown to read.
    `labels`: on how many labels of a random sample the interval rests.
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
    unread: float = 0.0
    labels: int = 0

    @property
    def told(self) -> bool:
        """Whether the score can be shown as a number.

        It cannot where the estimate and the plain count differ in sign, the interval holds zero, and no sample of
        labels says which is right: only the interval is known then.
        """
        if self.score is None or self.low is None or self.high is None:
            return False
        agree = self.raw_score is None or self.score * self.raw_score >= 0
        return agree or bool(self.labels) or not self.low < 0 < self.high


def reputation(tally: Tally, corrections: Corrections) -> Reputation:
    """The reputation of one tally; see `reputations`."""
    return reputations([tally], corrections)[0]


def reputations(tallies: Sequence[Tally], corrections: Corrections) -> list[Reputation]:
    """100 × (promoters − detractors) of each tally, shares estimated by `mixture`, with a 95 % interval around it.

    The interval is normal and cut to [−100, 100]. Its variance is that of the fixed stories (multinomial) and that of
    the scored ones over the independent voices, and the doubt about kinds of text. The latter leans the same way in
    every language: standard errors are added, not variances. Raises KeyError when `corrections` lacks a group.
    """
    filled = [tally for tally in tallies if tally.size]
    answers = iter(_reputations(filled, corrections) if filled else ())
    return [next(answers) if tally.size else Reputation(0) for tally in tallies]


def _reputations(tallies: Sequence[Tally], corrections: Corrections) -> list[Reputation]:
    """The reputation of each tally, none of them empty."""
    fixed = np.array([[t.detractors, t.passives, t.promoters] for t in tallies], dtype=np.float64)
    parts = {part: _Scored.of([tally.of(part) for tally in tallies]) for part in PARTS}
    total = fixed.sum(axis=1) + sum(part.size for part in parts.values())
    share, shown = fixed / total[:, None], fixed
    sampling, spread = np.array([[fixed_variance(tally), _spread(tally)] for tally in tallies]).T
    doubt = np.zeros(len(tallies))  # a standard error
    for name, part in parts.items():
        correction, weight = corrections.of(name), part.size / total
        share = share + weight[:, None] * corrections.shares(name, part.histograms)
        sampling = sampling + weight**2 * correction.within / part.voices
        doubt = doubt + weight * math.sqrt(correction.between)
        shown, spread = shown + part.counts, spread + part.size**2 / part.voices
    labels = np.sum([corrections.of(name).labels * (part.size > 0) for name, part in parts.items()], axis=0)
    values = _Values(total, share, np.sqrt(sampling), np.sqrt(sampling + doubt**2), shown / total[:, None],
                     total**2 / spread, parts["unread"].size / total, labels)  # fmt: skip
    return list(map(Reputation, *values.columns()))


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """The `Scored` of many tallies in one part of the languages: `counts` (n, 3), `size`, `voices` (n,), and
    `histograms` (n, 15) that sum to the voices; zeros where there is no text."""

    counts: Floats
    size: Floats
    voices: Floats
    histograms: Floats

    @classmethod
    def of(cls, many: Sequence[Scored]) -> _Scored:
        counts = np.array([[each.detractors, each.passives, each.promoters] for each in many], dtype=np.float64)
        voices = np.maximum([each.voices for each in many], 1e-9)
        rows = np.array([each.histogram for each in many], dtype=np.float64)
        total = rows.sum(axis=1)
        scale = np.where(total > 0, voices, 0) / np.where(total > 0, total, 1)
        return cls(counts, counts.sum(axis=1), voices, rows * scale[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class _Values:
    """What makes up many reputations. Scores run from −1 to 1; `sampling` and `error` are standard errors."""

    size: Floats
    share: Floats
    sampling: Floats
    error: Floats
    shown: Floats
    voices: Floats
    unread: Floats
    labels: Floats

    def columns(self) -> Iterator[list[Any]]:
        """The arguments of `Reputation`, one list each."""
        score = np.clip(self.share[:, 2] - self.share[:, 0], -1, 1)
        low, high = np.maximum(score - Z * self.error, -1), np.minimum(score + Z * self.error, 1)
        yield self.size.astype(int).tolist()
        for each in (score, low, high, self.shown[:, 2] - self.shown[:, 0], self.sampling):
            yield (100 * each).tolist()
        for each in (self.share[:, 2], self.share[:, 1], self.share[:, 0], self.voices, self.unread):
            yield each.tolist()
        yield self.labels.tolist()


def _spread(tally: Tally) -> float:
    """Size² / voices of the stories with a fixed stance."""
    return tally.fixed_size**2 / max(tally.voices, 1e-9) if tally.fixed_size else 0.0


def fixed_variance(tally: Tally) -> float:
    """What the stories with a fixed stance add to the variance of the score (−1 to 1) of a tally."""
    number = tally.fixed_size
    if not number:
        return 0.0
    counts = np.array([[tally.detractors, tally.passives, tally.promoters]]) * (tally.voices / number)
    return float((number / tally.size) ** 2 * _multinomial(counts)[0] / max(tally.voices, 1e-9))


def _multinomial(counts: Floats) -> Floats:
    """Variance of one story's +1, 0 or −1."""
    share = (counts + PRIOR) / (counts + PRIOR).sum(axis=1, keepdims=True)
    return np.asarray(share[:, 0] + share[:, 2] - (share[:, 2] - share[:, 0]) ** 2)


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
