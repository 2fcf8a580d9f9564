"""What is asked about a match, and which words of the mention weighed on the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.models import Match, Mention
from app.pipeline.judge.model_input import Spans, asked, joined
from sentiment.about import About, excerpt_of
from sentiment.base import Scorer, Stance
from sentiment.explain import MOST_WORDS, Side, choose_sides, explain

FEWEST_WORDS = 20
Field = Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the title or of the text, in characters."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """A word, its weight (`sentiment.explain`), and its side when it is one of those that weigh most."""

    at: Passage
    weight: float
    side: Side | None


@dataclass(frozen=True, slots=True)
class Explained:
    """The words asked about, in order; what was read for the brand; whether a comparison with another decided."""

    words: tuple[Weighed, ...]
    read: tuple[Passage, ...]
    compared: bool


def explained(scorer: Scorer, about: About, title: str, body: str, stance: str | None, most: int) -> Explained:
    """Why a match has its stance, in places of the title and the text. `most` words are asked about."""
    excerpt, found = excerpt_of(about), explain(scorer, about, most)
    names = sorted([*about.own, *about.others])
    telling = [word for word in found if about.text[word.end - 1] not in "'’" and not _named(word, names)]
    sides = choose_sides(telling, _known(stance))
    return Explained(
        tuple(Weighed(_at(title, body, word.start, word.end), word.weight, sides.get(word)) for word in found),
        tuple(_at(title, body, start, end) for start, end in sorted([*excerpt.direct, *excerpt.opposite])),
        bool(excerpt.lean),
    )


def reasons(scorer: Scorer, row: Mention, matches: Sequence[Match]) -> list[Explained]:
    """Why each match has its stance, in order; of a mention without a match, one answer for all of it.

    The words asked about are shared out among the brands, so that a mention of many stays quick.
    """
    held: list[tuple[Spans, str | None]] = [(match.spans, match.stance) for match in matches] or [({}, None)]
    most = max(MOST_WORDS // len(held), FEWEST_WORDS)
    answers = []
    for place, (spans, stance) in enumerate(held):
        others = [other for number, (other, _) in enumerate(held) if number != place]
        about = asked(row.title, row.text, row.language, spans, others)
        answers.append(explained(scorer, about, row.title, row.text, stance, most))
    return answers


def _known(stance: str | None) -> Stance | None:
    return "promoter" if stance == "promoter" else "detractor" if stance == "detractor" else None


def _named(word: Sequence[float], names: Sequence[tuple[int, int]]) -> bool:
    return any(start < word[1] and word[0] < end for start, end in names)


def _at(title: str, body: str, start: int, end: int) -> Passage:
    """A place of the joined text in the field it came from."""
    shift = len(joined(title, body)) - len(body)
    if start >= shift:
        return Passage("text", start - shift, end - shift)
    return Passage("title", start, min(end, len(title)))
