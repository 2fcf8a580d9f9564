"""Why a match has its stance: the phrases of the mention that weighed, and the passages that were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.models import Match, Mention
from app.pipeline.judge.model_input import Spans, join, question_of
from sentiment.about import About, excerpt_of
from sentiment.base import Scorer, Stance
from sentiment.phrase_weights import MOST_WORDS, Side, Weighed, pick_sides, weigh_phrases

FEWEST_WORDS = 20
KEPT = 2_000
"""Explanations that a process keeps: some hundred bytes each."""
Field = Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the title or of the text, in characters."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WeighedPhrase:
    """A phrase, its weight (`sentiment.phrase_weights`), and its side when it is one of those that weigh most."""

    at: Passage
    weight: float
    side: Side | None


@dataclass(frozen=True, slots=True)
class StanceReasons:
    """The phrases that weighed, in order, the passages read for the brand, and whether a comparison with another
    decided."""

    phrases: tuple[WeighedPhrase, ...]
    read: tuple[Passage, ...]
    compared: bool


def reasons_for(scorer: Scorer, about: About, title: str, body: str, stance: str | None, most: int) -> StanceReasons:
    """Why a match has its stance, in places of the title and the text. At most `most` words are looked at."""
    excerpt, weighed = excerpt_of(about), _weigh(scorer, about, most)
    sides = pick_sides(weighed, _promoter_or_detractor(stance))
    return StanceReasons(
        tuple(WeighedPhrase(_at(title, body, one.start, one.end), one.weight, sides.get(one)) for one in weighed),
        tuple(_at(title, body, start, end) for start, end in sorted([*excerpt.direct, *excerpt.opposite])),
        bool(excerpt.lean),
    )


@lru_cache(maxsize=KEPT)
def _weigh(scorer: Scorer, about: About, most: int) -> tuple[Weighed, ...]:
    """As `weigh_phrases`, kept for whoever opens the mention again: it asks the model about dozens of texts."""
    return tuple(weigh_phrases(scorer, about, most))


def stance_reasons(scorer: Scorer, row: Mention, matches: Sequence[Match]) -> list[StanceReasons]:
    """Why each match has its stance, in order. A mention without matches gets one answer, for all of it.

    The matches share the number of words to look at, so that a mention of many brands takes no longer than others.
    """
    stances: list[tuple[Spans, str | None]] = [(match.spans, match.stance) for match in matches] or [({}, None)]
    most = max(MOST_WORDS // len(stances), FEWEST_WORDS)
    answers = []
    for place, (spans, stance) in enumerate(stances):
        others = [other for number, (other, _) in enumerate(stances) if number != place]
        about = question_of(row.title, row.text, row.language, spans, others)
        answers.append(reasons_for(scorer, about, row.title, row.text, stance, most))
    return answers


def _promoter_or_detractor(stance: str | None) -> Stance | None:
    return "promoter" if stance == "promoter" else "detractor" if stance == "detractor" else None


def _at(title: str, body: str, start: int, end: int) -> Passage:
    """The passage of the title or the text that lies at this place of the joined text."""
    shift = len(join(title, body)) - len(body)
    if start >= shift:
        return Passage("text", start - shift, end - shift)
    return Passage("title", start, min(end, len(title)))
