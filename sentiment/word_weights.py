"""Which words weigh on a stance: the scorer is asked again without each of them. Works for any scorer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from typing import Literal, NamedTuple

from .about import About, Excerpt, combine, excerpt_of, text_of
from .base import Score, Scorer, Stance
from .named import Span
from .words import words

MOST_WORDS = 200
"""Words that are left out in turn: a longer text is read only as far as the last of them."""

MOST_SHOWN = 6
LEAST = 0.3
"""The weight from which on a word is shown: without it the odds change by a third."""

Side = Literal["for", "against"]


class Word(NamedTuple):
    """A word, in characters of the text, and its weight: by how much the log-odds of positive against negative fall
    when it is left out.

    Above 0 it speaks for the brand, below 0 against it; 0.7 doubles the odds.
    """

    start: int
    end: int
    weight: float


def weigh_words(scorer: Scorer, question: About, most: int = MOST_WORDS) -> list[Word]:
    """The words that concern the brand, in order, by the quicker half of a scorer that has one; one call of it.

    The words that make a comparison («bien mieux que») count as one, and weigh what the comparison adds.
    """
    quick, excerpt = scorer.fast or scorer, excerpt_of(question)
    sides = [_first_words(question.text, spans, most) for spans in (excerpt.direct, excerpt.opposite)]
    texts = [text_of(question, spans, word) for spans, inside in sides if spans for word in ((0, 0), *inside)]
    scores = iter(quick.score(texts))
    wholes: list[Score] = []
    weighed: list[Word] = []
    for (spans, inside), sign in zip(sides, (1, -1), strict=True):
        if spans:
            wholes.append(next(scores))
            weighed += _weigh(inside, wholes[-1], scores, sign)
    cues = _whole_words(question.text, excerpt.cues)
    return sorted([*_clear_of(weighed, cues), *_weigh_cues(cues, excerpt, wholes)])


def odds(score: Score) -> float:
    """The logarithm of the odds of positive against negative."""
    return log(max(score.positive, 1e-9) / max(score.negative, 1e-9))


def pick_sides(weighed: Sequence[Word], stance: Stance | None, most: int = MOST_SHOWN) -> dict[Word, Side]:
    """The words that weigh most for and against a stance, `most` of each.

    For a passive or unknown stance, "for" is what pulls towards promoter, "against" what pulls towards detractor.
    """
    towards = -1 if stance == "detractor" else 1
    ranked = sorted(weighed, key=lambda word: -abs(word.weight))
    pro = [word for word in ranked if word.weight * towards >= LEAST][:most]
    con = [word for word in ranked if word.weight * towards <= -LEAST][:most]
    return {**dict.fromkeys(pro, "for"), **dict.fromkeys(con, "against")}


def _weigh(inside: Sequence[Span], whole: Score, without: Iterator[Score], sign: int) -> list[Word]:
    """Each word of a side with its weight; `without` gives the scores of the side without each of them, in turn."""
    return [Word(*word, sign * (odds(whole) - odds(next(without)))) for word in inside]


def _first_words(text: str, spans: Sequence[Span], most: int) -> tuple[list[Span], list[Span]]:
    """These stretches as far as their first words reach, and these words, `most` at most."""
    first: list[Span] = []
    kept: list[Span] = []
    for start, end in spans:
        inside = [(start + left, start + right) for left, right in words(text[start:end])]
        room = most - len(first)
        first += inside[:room]
        if len(inside) > room:
            return [*kept, (start, first[-1][1])] if room else kept, first
        kept.append((start, end))
    return kept, first


def _clear_of(weighed: Sequence[Word], cues: Sequence[Span]) -> list[Word]:
    """The words that overlap none of the cues."""
    return [word for word in weighed if all(word.end <= start or end <= word.start for start, end in cues)]


def _whole_words(text: str, cues: Sequence[Span]) -> list[Span]:
    """The cues from the beginning of their first word to the end of their last, without a trailing «que», which only
    introduces what follows."""
    every = words(text) if cues else []
    whole = []
    for start, end in cues:
        inside = [word for word in every if word[0] < end and start < word[1]]
        if len(inside) > 1 and text[slice(*inside[-1])].lower().replace("’", "'") in ("que", "qu'", "than"):
            inside.pop()
        whole += [(inside[0][0], inside[-1][1])] if inside else []
    return whole


def _weigh_cues(cues: Sequence[Span], excerpt: Excerpt, wholes: Sequence[Score]) -> list[Word]:
    """The words that decided a comparison, each with its part of what the comparison adds to the model's answer."""
    if not cues or not wholes:
        return []
    added = odds(combine(excerpt, wholes)) - odds(combine(Excerpt(excerpt.direct, excerpt.opposite), wholes))
    return [Word(*cue, added / len(cues)) for cue in cues]
