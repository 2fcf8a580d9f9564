"""Which phrases weigh on a stance: the scorer is asked again without each of them. Works for any scorer.

First whole clauses are left out, then, where leaving one out changes the answer, the phrases of one to four words
within it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal, NamedTuple

from ground.accents import without_accents
from ground.stop_words import STOP_WORDS

from .about import About, Excerpt, combine, excerpt_of, text_of
from .base import Score, Scorer, Stance
from .clauses import clauses
from .named import Span
from .words import words

MOST_WORDS = 200
"""Words of a text that are looked at, from its beginning."""
LONGEST = 4
"""Words of a phrase."""
CLAUSES = 3
"""Clauses whose phrases are weighed: those that weigh most."""
MOST_SHOWN = 4
"""Phrases shown for a stance, and as many against it."""
LEAST = 0.35
"""The weight from which on a phrase is shown: without it the odds change by four tenths."""
LONGER = 0.12
"""What each further word must add to the weight of a phrase."""
TURNING = {
    "fr": frozenset({"pas", "plus", "jamais", "rien", "aucun", "aucune", "ni", "sans", "non", "peu", "trop"}),
    "en": frozenset({"no", "not", "never", "nothing", "none", "nor", "without", "too", "hardly", "barely", "only"}),
}
"""Words that say nothing alone and turn what stands beside them: a phrase may begin or end with one."""

_BREAK = re.compile(r"[^\w\s'’-]")
"""A sign between two words that no phrase goes across."""

_NUMBER = re.compile(r"[\W\d]*\d[\W\d]*")

Side = Literal["for", "against"]


class Weighed(NamedTuple):
    """A phrase, in characters of the text, and its weight: by how much the log-odds of positive against negative fall
    when it is left out.

    Above 0 it speaks for the brand, below 0 against it; 0.7 doubles the odds.
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Part:
    """What the text says of a brand, or of its contrary (`sign` −1): its stretches, and their score."""

    spans: tuple[Span, ...]
    sign: int
    whole: Score


def weigh_phrases(scorer: Scorer, question: About, most: int = MOST_WORDS) -> list[Weighed]:
    """The phrases that weigh LEAST or more, none overlapping another, in order; three calls of the scorer at most.

    The words that make a comparison («bien mieux que») are one phrase, and weigh what the comparison adds.
    """
    excerpt = excerpt_of(question)
    sides = [
        (_first_words(question.text, spans, most), sign)
        for spans, sign in ((excerpt.direct, 1), (excerpt.opposite, -1))
        if spans
    ]
    wholes = scorer.score([text_of(question, spans) for spans, _ in sides])
    parts = [_Part(spans, sign, whole) for (spans, sign), whole in zip(sides, wholes, strict=True)]
    cues = _whole_words(question.text, excerpt.cues)
    telling = _telling_clauses(scorer, question, parts)
    phrases = _clear_of(_phrases(scorer, question, telling), cues)
    return sorted([*_best(question.text, phrases), *_weigh_cues(cues, excerpt, wholes)])


def odds(score: Score) -> float:
    """The logarithm of the odds of positive against negative."""
    return log(max(score.positive, 1e-9) / max(score.negative, 1e-9))


def pick_sides(weighed: Sequence[Weighed], stance: Stance | None, most: int = MOST_SHOWN) -> dict[Weighed, Side]:
    """The phrases that weigh most for and against a stance, `most` of each.

    For a passive or unknown stance, "for" is what pulls towards promoter, "against" what pulls towards detractor.
    """
    towards = -1 if stance == "detractor" else 1
    ranked = sorted(weighed, key=lambda phrase: -abs(phrase.weight))
    pro = [phrase for phrase in ranked if phrase.weight * towards > 0][:most]
    con = [phrase for phrase in ranked if phrase.weight * towards < 0][:most]
    return {**dict.fromkeys(pro, "for"), **dict.fromkeys(con, "against")}


def _telling_clauses(scorer: Scorer, question: About, parts: Sequence[_Part]) -> list[tuple[_Part, Span]]:
    """The clauses without which the answer changes most. A part of one clause is that clause."""
    found = [(part, clause) for part in parts for clause in _clauses_in(question, part.spans)]
    if len(found) <= CLAUSES:
        return found
    scores = scorer.score([text_of(question, part.spans, clause) for part, clause in found])
    weight = [abs(odds(part.whole) - odds(score)) for (part, _), score in zip(found, scores, strict=True)]
    heaviest = sorted(range(len(found)), key=lambda place: -weight[place])[:CLAUSES]
    return [found[place] for place in sorted(heaviest)]


def _clauses_in(question: About, spans: Sequence[Span]) -> Iterator[Span]:
    for start, end in spans:
        for clause in clauses(question.text[start:end], question.language, ()):
            yield start + clause.start, start + clause.end


def _phrases(scorer: Scorer, question: About, telling: Sequence[tuple[_Part, Span]]) -> list[Weighed]:
    """Every phrase of these clauses that may be shown, with its weight; none holds the name of a brand.

    A phrase whose own words, read alone, say the contrary of what it does to the text is left out: nobody would
    believe it.
    """
    names = (*question.own, *question.others)
    found = [
        (part, phrase)
        for part, clause in telling
        for phrase in _candidates(question.text, clause)
        if not any(start < phrase[1] and phrase[0] < end for start, end in names)
    ]
    without = [text_of(question, part.spans, phrase) for part, phrase in found]
    alone = [text_of(question, (phrase,)) for _, phrase in found]
    scores = scorer.score([*without, *alone])
    weighed = []
    for (part, phrase), rest, own in zip(found, scores[: len(found)], scores[len(found) :], strict=True):
        weight = odds(part.whole) - odds(rest)
        if abs(weight) >= LEAST and weight * odds(own) > 0:
            weighed.append(Weighed(*phrase, part.sign * weight))
    return weighed


def _candidates(text: str, clause: Span) -> Iterator[Span]:
    """The phrases of one to LONGEST words in a clause, on one side of its commas. None ends with a word that says
    nothing."""
    start, end = clause
    inside = [(start + left, start + right) for left, right in words(text[start:end])]
    plain = [_plain(text[left:right]) for left, right in inside]
    for first in range(len(inside)):
        for last in range(first, min(first + LONGEST, len(inside))):
            if last > first and _BREAK.search(text, inside[last - 1][1], inside[last][0]):
                break
            if _may_end(plain[last]) and any(_says_something(word) for word in plain[first : last + 1]):
                yield inside[first][0], inside[last][1]


def _plain(word: str) -> str:
    return without_accents(word.casefold()).replace("’", "'").rstrip("'")


def _may_end(word: str) -> bool:
    return any(word in turning for turning in TURNING.values()) or word.endswith("n't") or _says_something(word)


def _says_something(word: str) -> bool:
    return (
        word not in STOP_WORDS
        and word.partition("'")[0] not in STOP_WORDS
        and not word.startswith(("http", "www.", "@"))
        and not _NUMBER.fullmatch(word)
    )


def _best(text: str, phrases: Sequence[Weighed]) -> list[Weighed]:
    """The heaviest phrases, none overlapping another: a longer one only where each further word adds to the weight."""
    chosen: list[Weighed] = []

    def worth(phrase: Weighed) -> float:
        return abs(phrase.weight) - LONGER * len(words(text[phrase.start : phrase.end]))

    for phrase in sorted(phrases, key=worth, reverse=True):
        if all(phrase.end <= other.start or other.end <= phrase.start for other in chosen):
            chosen.append(phrase)
    return chosen


def _first_words(text: str, spans: Sequence[Span], most: int) -> tuple[Span, ...]:
    """These stretches as far as their first words reach, `most` at most."""
    kept: list[Span] = []
    for start, end in spans:
        inside = words(text[start:end])
        if len(inside) > most:
            return (*kept, (start, start + inside[most - 1][1])) if most else tuple(kept)
        most -= len(inside)
        kept.append((start, end))
    return tuple(kept)


def _clear_of(weighed: Sequence[Weighed], cues: Sequence[Span]) -> list[Weighed]:
    """The phrases that overlap none of the cues."""
    return [each for each in weighed if all(each.end <= start or end <= each.start for start, end in cues)]


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


def _weigh_cues(cues: Sequence[Span], excerpt: Excerpt, wholes: Sequence[Score]) -> list[Weighed]:
    """The words that decided a comparison, each with its part of what the comparison adds to the model's answer."""
    if not cues or not wholes:
        return []
    added = odds(combine(excerpt, wholes)) - odds(combine(Excerpt(excerpt.direct, excerpt.opposite), wholes))
    return [Weighed(*cue, added / len(cues)) for cue in cues]
