"""What a scorer is, and how a stance follows from a score, a rating or a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .quantify import LanguageGroup, Matrix

Stance = Literal["promoter", "passive", "detractor"]
StanceSource = Literal["person", "rating", "phrase", "model"]
"""Who a stance comes from, the first that has something to say."""


class ModelError(Exception):
    """A model that cannot score, in a sentence for who chose it: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to score, with its language as an ISO 639-1 code, or None when nobody knows."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Three probabilities that sum to 1, under equal prior shares of the three labels."""

    negative: float
    neutral: float
    positive: float


class Scorer(Protocol):
    """A sentiment model. `version` changes whenever its answers may.

    `matrices`: how it answers by true label, for the correction of shares; `measured`: the figures of its card, by the
    kind of text; `fast`: a quicker, weaker scorer for a long backlog, or None.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def matrices(self) -> Mapping[LanguageGroup, Matrix]: ...
    @property
    def measured(self) -> Mapping[str, Any]: ...
    @property
    def fast(self) -> Scorer | None: ...
    def score(self, texts: Sequence[Text]) -> list[Score]:
        """One score per text, in order. Any string has a defined answer; nothing is raised for its content."""
        ...


NEUTRAL_ZONE = 0.45
"""Below this probability the best label is not believed, and the stance is passive."""


def stance_of_score(score: Score, zone: float = NEUTRAL_ZONE) -> Stance:
    """The stance a score stands for: its best label, unless that label is not likely enough."""
    if score.negative >= max(score.neutral, score.positive) and score.negative >= zone:
        return "detractor"
    if score.positive >= max(score.neutral, score.negative) and score.positive >= zone:
        return "promoter"
    return "passive"


@dataclass(frozen=True, slots=True)
class RatingClasses:
    """From which rating on an author is a promoter, and from which a passive: in stars out of 5, and out of 10.

    The classes of 0 to 10 are those of the survey: Reichheld, HBR, December 2003.
    """

    stars_promoter: int = 5
    stars_passive: int = 4
    ten_promoter: int = 9
    ten_passive: int = 7


CLASSES = RatingClasses()


def stance_of_rating(rating: float, scale: float, classes: RatingClasses = CLASSES) -> Stance:
    """The stance a rating stands for, rounded to the nearest class: out of 5 as stars, else as its share of 10."""
    if scale == 5:
        value, promoter, passive = rating, classes.stars_promoter, classes.stars_passive
    else:
        value, promoter, passive = rating * 10 / scale, classes.ten_promoter, classes.ten_passive
    return "promoter" if value >= promoter - 0.5 else "passive" if value >= passive - 0.5 else "detractor"
