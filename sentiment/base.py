"""What a scorer is, and how a stance follows from a score, a rating or a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .correction import Corrections

Settled = Literal["promoter", "passive", "detractor"]
"""What a person, a rating or a phrase says of a brand."""
Stance = Literal["promoter", "passive", "detractor", "unsure"]
"""A stance as it is shown. The model's is unsure where no label is likely enough: somebody should look."""
StanceSource = Literal["person", "rating", "phrase", "common", "model"]
"""Where a stance comes from: a phrase is the workspace's own, a common one ships. The first that says one decides."""

Limits = tuple[float, float, float]
"""The probability that negative, neutral and positive need before their stance is shown; above 1 it never is."""
Sureness = Mapping[str, Limits]
"""The limits by language code, and under `other` for all other languages."""


class ModelError(Exception):
    """A model cannot score. The text tells whoever chose it what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to score, and its language as an ISO 639-1 code, or None when it is unknown.

    `marked`, where a text names several brands: the same with `named.OWN` for the one asked about and `named.OTHER` for
    the others, for the scorers that read marks.
    """

    text: str
    language: str | None = None
    marked: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Three probabilities that sum to 1, under equal prior shares of the three labels."""

    negative: float
    neutral: float
    positive: float


class Scorer(Protocol):
    """A sentiment model. Its `version` changes whenever its answers may change.

    `corrections` say how shares follow from its probabilities; `measured` holds the figures of its card
    by kind of text; `sureness` says from which probability on its stance is shown; `fast` is a quicker and weaker
    scorer for a long backlog, or None. `reads_marks`: whether it tells
    brands apart by the marks in a text.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def measured(self) -> Mapping[str, Any]: ...
    @property
    def sureness(self) -> Sureness: ...
    @property
    def fast(self) -> Scorer | None: ...
    @property
    def reads_marks(self) -> bool: ...
    def __hash__(self) -> int: ...
    def score(self, texts: Sequence[Text]) -> list[Score]:
        """One score per text, in order. Any string has a defined answer; nothing is raised for its content."""
        ...


SIDES: tuple[Settled, Settled, Settled] = ("detractor", "passive", "promoter")
"""The stances that negative, neutral and positive stand for."""


def best_stance(score: Score) -> Settled:
    """The stance of the most likely label, however unlikely."""
    chances = (score.negative, score.neutral, score.positive)
    return SIDES[chances.index(max(chances))]


def stance_of_score(score: Score, limits: Limits) -> Stance:
    """The stance of the most likely label, or unsure where it does not reach its limit."""
    best = best_stance(score)
    place = SIDES.index(best)
    return best if (score.negative, score.neutral, score.positive)[place] >= limits[place] else "unsure"


@dataclass(frozen=True, slots=True)
class RatingClasses:
    """The lowest rating of a promoter and of a passive, in stars out of 5 and in points out of 10.

    The classes from 0 to 10 are those of the survey: Reichheld, HBR, December 2003.
    """

    stars_promoter: int = 5
    stars_passive: int = 4
    ten_promoter: int = 9
    ten_passive: int = 7


CLASSES = RatingClasses()


def stance_of_rating(rating: float, scale: float, classes: RatingClasses = CLASSES) -> Settled:
    """The stance of a rating, rounded to the nearest class: as stars when it is out of 5, else scaled to 10."""
    if scale == 5:
        value, promoter, passive = rating, classes.stars_promoter, classes.stars_passive
    else:
        value, promoter, passive = rating * 10 / scale, classes.ten_promoter, classes.ten_passive
    return "promoter" if value >= promoter - 0.5 else "passive" if value >= passive - 0.5 else "detractor"
