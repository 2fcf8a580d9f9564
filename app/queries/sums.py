"""Rows of buckets added up, and the score that they give: arithmetic alone, without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from sentiment.correction import PARTS, Corrections, Part
from sentiment.indices import NO_TEXT, Reputation, Scored, Tally, reputations, voices_of_parts

Weight = Literal["stories", "mentions", "reach"]


class Row(Protocol):
    """Buckets of one brand that the database has summed: of one weight, in one language.

    The counts are what is shown, and what `number` has beyond them is to check; `fixed_*` are those of them that a
    person, a rating or a phrase decided. The others are the model's: `model_number` of them, with the histogram (15) of
    its probabilities. `squares` sums weight × weight over all pairs by one author or of one story.
    """

    weight: str
    language: str
    number: float
    promoters: float
    passives: float
    detractors: float
    fixed_promoters: float
    fixed_passives: float
    fixed_detractors: float
    model_number: float
    histogram: Sequence[float]
    squares: float


AnyRow = TypeVar("AnyRow", bound=Row)
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Counts:
    """Stances as shown, in the weight asked for; `unsure` are those to check."""

    promoters: int
    passives: int
    detractors: int
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the series. `reputation` has no score where nothing was said."""

    start: datetime
    reputation: Reputation
    mentions: int
    stories: int
    counts: Counts


@dataclass(slots=True)
class Stances:
    """Promoters, passives, detractors and those of which the model is unsure, added up."""

    promoters: float = 0.0
    passives: float = 0.0
    detractors: float = 0.0
    unsure: float = 0.0

    def add(self, promoters: float, passives: float, detractors: float, unsure: float = 0.0) -> None:
        self.promoters += promoters
        self.passives += passives
        self.detractors += detractors
        self.unsure += unsure

    @property
    def size(self) -> float:
        return self.promoters + self.passives + self.detractors + self.unsure

    def to_whole(self) -> Counts:
        return Counts(round(self.promoters), round(self.passives), round(self.detractors), round(self.unsure))


@dataclass(slots=True)
class ModelSum:
    """What the model said of one part of the languages: stances as shown, histogram, squares of authors and stories."""

    stances: Stances = field(default_factory=Stances)
    histogram: Sequence[float] = NO_TEXT
    squares: float = 0.0

    def add(self, stances: Stances, histogram: Sequence[float], squares: float) -> None:
        self.stances.add(stances.promoters, stances.passives, stances.detractors, stances.unsure)
        self.histogram = tuple(mine + theirs for mine, theirs in zip(self.histogram, histogram, strict=True))
        self.squares += squares

    def to_scored(self, voices: float) -> Scored:
        """What the score takes. Unsure ones count there by their probabilities, and in the raw score on neither side,
        so they stand among the passives."""
        counts = self.stances.to_whole()
        neither = counts.passives + counts.unsure
        return Scored(counts.promoters, neither, counts.detractors, tuple(self.histogram), voices)


@dataclass(slots=True)
class Sum:
    """Rows added up. Mentions and stories are counted whatever the weight; the stances only in the weight asked for."""

    mentions: float = 0.0
    stories: float = 0.0
    shown: Stances = field(default_factory=Stances)
    fixed: Stances = field(default_factory=Stances)
    fixed_squares: float = 0.0
    groups: dict[Part, ModelSum] = field(default_factory=lambda: {part: ModelSum() for part in PARTS})

    def add(self, row: Row, weight: Weight, part: Part) -> None:
        """Adds one row, whose language belongs to `part`. The squares of an hour are shared between model and others as
        its mentions are."""
        if row.weight == "mentions":
            self.mentions += row.number
        if row.weight == "stories":
            self.stories += row.number
        if row.weight != weight:
            return
        unsure = max(0.0, row.number - row.promoters - row.passives - row.detractors)
        self.shown.add(row.promoters, row.passives, row.detractors, unsure)
        self.fixed.add(row.fixed_promoters, row.fixed_passives, row.fixed_detractors)
        by_model = row.model_number / row.number if row.number else 0.0
        self.fixed_squares += row.squares * (1 - by_model)
        by_the_model = Stances(
            row.promoters - row.fixed_promoters,
            row.passives - row.fixed_passives,
            row.detractors - row.fixed_detractors,
            unsure,
        )
        self.groups[part].add(by_the_model, row.histogram, row.squares * by_model)

    def tally(self, same_author: float) -> Tally:
        """What the score is estimated from.

        `same_author` is the chance, 0 to 1, that two of the mentions counted are by one author or of one story, seen
        over many hours.
        """
        groups = [self.groups[part] for part in PARTS]
        sizes = [*(group.stances.size for group in groups), self.fixed.size]
        squares = [*(group.squares for group in groups), self.fixed_squares]
        voices = voices_of_parts(list(map(effective_size, sizes, squares)), sizes, same_author)
        en, fr, other, unread = (group.to_scored(number) for group, number in zip(groups, voices, strict=False))
        fixed = self.fixed.to_whole()
        return Tally(en, fr, other, fixed.promoters, fixed.passives, fixed.detractors, voices[-1], unread)


def effective_size(weight: float, squares: float) -> float:
    """(Σw)²/Σw²: the number that weights leave, an author's being summed up (Kish, Survey Sampling, 1965)."""
    return weight**2 / squares if squares else 0.0


def sums_by(
    key: Callable[[AnyRow], Key], rows: Iterable[AnyRow], weight: Weight, corrections: Corrections
) -> dict[Key, Sum]:
    """The rows added up, one sum for each value of `key`; what no row has is an empty sum. `corrections` say which
    languages are counted together."""
    sums: dict[Key, Sum] = defaultdict(Sum)
    for row in rows:
        sums[key(row)].add(row, weight, corrections.part_of(row.language))
    return sums


def total(sums: Iterable[Sum]) -> Sum:
    """All of them together."""
    whole = Sum()
    for part in sums:
        whole.mentions += part.mentions
        whole.stories += part.stories
        whole.shown.add(part.shown.promoters, part.shown.passives, part.shown.detractors, part.shown.unsure)
        whole.fixed.add(part.fixed.promoters, part.fixed.passives, part.fixed.detractors)
        whole.fixed_squares += part.fixed_squares
        for name, group in part.groups.items():
            whole.groups[name].add(group.stances, group.histogram, group.squares)
    return whole


def points(sums: Sequence[tuple[datetime, Sum]], same_author: Sequence[float], corrections: Corrections) -> list[Point]:
    """The score of each sum, with the start of its period; `same_author` belongs to each, as `Sum.tally` wants it."""
    tallies = [each.tally(same) for (_, each), same in zip(sums, same_author, strict=True)]
    scores = reputations(tallies, corrections)
    return [
        Point(start, score, round(each.mentions), round(each.stories), each.shown.to_whole())
        for (start, each), score in zip(sums, scores, strict=True)
    ]
