"""Weighs the words of a text on its stance, by asking the scorer again without each of them. Works for any scorer."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Literal, NamedTuple

from .about import About, Reading, answered, reading, told
from .base import Score, Scorer, Stance
from .named import Span
from .words import words

MOST_WORDS = 200
"""How many words are weighed. Of a longer text, the scorer reads only as far as the last of them."""

MOST_SHOWN = 6
LEAST = 0.3
"""The least weight of a word that is shown: it changes the odds by a third."""

Side = Literal["for", "against"]


class Word(NamedTuple):
    """A word, in characters of the text, and its weight in log-odds of positive against negative.

    The log-odds fall by the weight when the word is left out. Above 0 it speaks for the brand, below 0 against it; a
    weight of 0.7 doubles the odds.
    """

    start: int
    end: int
    weight: float


def weigh_words(scorer: Scorer, asked: About, most: int = MOST_WORDS) -> list[Word]:
    """The words that concern the brand, in order, weighed in one call of the scorer, or of its quicker half.

    The words of a comparison («bien mieux que») count as one, and weigh what the comparison adds.
    """
    quick, read = scorer.fast or scorer, reading(asked)
    sides = [(_first(asked.text, spans, most), sign) for spans, sign in ((read.said, 1), (read.opposite, -1))]
    asks = [told(asked, spans, word) for (spans, found), _ in sides if spans for word in ((0, 0), *found)]
    scores = iter(quick.score(asks))
    wholes, weighed = [], []
    for (spans, found), sign in sides:
        if spans:
            whole = next(scores)
            wholes.append(whole)
            weighed += [Word(*word, sign * (odds(whole) - odds(next(scores)))) for word in found]
    cues = _whole_words(asked.text, read.cues)
    return sorted([*_clear_of(weighed, cues), *_compared(cues, read, wholes)])


def odds(score: Score) -> float:
    """The logarithm of the odds of positive against negative."""
    return log(max(score.positive, 1e-9) / max(score.negative, 1e-9))


def pick_sides(weighed: Sequence[Word], stance: Stance | None, most: int = MOST_SHOWN) -> dict[Word, Side]:
    """The words that weigh most for and against a stance, `most` of each.

    For a passive or unknown stance, "for" means towards promoter, "against" towards detractor.
    """
    towards = -1 if stance == "detractor" else 1
    ranked = sorted(weighed, key=lambda word: -abs(word.weight))
    pro = [word for word in ranked if word.weight * towards >= LEAST][:most]
    con = [word for word in ranked if word.weight * towards <= -LEAST][:most]
    return {**dict.fromkeys(pro, "for"), **dict.fromkeys(con, "against")}


def _first(text: str, spans: Sequence[Span], most: int) -> tuple[list[Span], list[Span]]:
    """The stretches, cut after their first `most` words, and those words."""
    found: list[Span] = []
    kept: list[Span] = []
    for start, end in spans:
        inside = [(start + left, start + right) for left, right in words(text[start:end])]
        room = most - len(found)
        found += inside[:room]
        if len(inside) > room:
            return [*kept, (start, found[-1][1])] if room else kept, found
        kept.append((start, end))
    return kept, found


def _clear_of(weighed: Sequence[Word], cues: Sequence[Span]) -> list[Word]:
    return [word for word in weighed if all(word.end <= start or end <= word.start for start, end in cues)]


def _whole_words(text: str, cues: Sequence[Span]) -> list[Span]:
    """Each cue from the start of its first word to the end of its last, without a trailing «que», which only introduces
    what follows."""
    every = words(text) if cues else []
    found = []
    for start, end in cues:
        inside = [word for word in every if word[0] < end and start < word[1]]
        if len(inside) > 1 and text[slice(*inside[-1])].lower().replace("’", "'") in ("que", "qu'", "than"):
            inside.pop()
        found += [(inside[0][0], inside[-1][1])] if inside else []
    return found


def _compared(cues: Sequence[Span], read: Reading, wholes: Sequence[Score]) -> list[Word]:
    """The cues of a comparison, each with an equal part of what the comparison adds to the model's own answer."""
    if not cues or not wholes:
        return []
    added = odds(answered(read, wholes)) - odds(answered(Reading(read.said, read.opposite), wholes))
    return [Word(*cue, added / len(cues)) for cue in cues]
