"""What a text feels about one of the brands it names.

When it names several, each is scored on the clauses that concern it (`clauses`). Where a comparison decides who wins
(`contest`), the model's answer is mixed with what such comparisons mean. Pure, but for the one call of the scorer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from .base import Score, Scorer, Text
from .clauses import clauses, concerning, sentences
from .contest import Verdict, verdict
from .named import Name, Span, told_apart, with_ordinals

WON = Score(0.07, 0.18, 0.75)
"""What the winner of a comparison is like; a loser is its mirror image."""

COMPARED = 0.75
"""How much of the answer a comparison decides; the rest is the model's. The mixture tells the stance, and leaves
it doubtful where the model disagrees."""

LONGEST = 20_000
"""Characters of a text that is cut into clauses."""

_IDLE = " ,;:-–—\n\t"


@dataclass(frozen=True, slots=True)
class About:
    """A text, its language, where it names the brand asked about, and where it names others: spans in characters."""

    text: str
    language: str | None = None
    own: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a text speaks of a brand: `said` of it, and `opposite`, said of another of which it is the contrary.

    `lean`: 1 when it wins a comparison, −1 when it loses, 0 else; `cues`: the words that decided so.
    """

    said: tuple[Span, ...]
    opposite: tuple[Span, ...] = ()
    lean: int = 0
    cues: tuple[Span, ...] = ()


def score_about(scorer: Scorer, asked: Sequence[About]) -> list[Score]:
    """One score per question, in order, by one call of the scorer. A text that names no other brand is scored whole."""
    readings = [reading(one) for one in asked]
    texts = [
        [told(one, spans) for spans in (read.said, read.opposite) if spans]
        for one, read in zip(asked, readings, strict=True)
    ]
    scores = scorer.score([text for part in texts for text in part])
    ends = accumulate(map(len, texts))
    return [
        answered(read, scores[end - len(part) : end]) for read, part, end in zip(readings, texts, ends, strict=True)
    ]


def told(asked: About, spans: Sequence[Span], less: Span = (0, 0)) -> Text:
    """These stretches of the text as one text, less a word; a text read whole is left as it is."""
    parts = [_less(asked.text, span, less) for span in spans]
    if tuple(spans) == ((0, len(asked.text)),):
        return Text(parts[0], asked.language)
    return Text(" ".join(part.strip(_IDLE) for part in parts), asked.language)


def _less(text: str, span: Span, word: Span) -> str:
    start, end = span
    left, right = word
    return text[start:left] + text[right:end] if start <= left < right <= end else text[start:end]


def answered(read: Reading, scores: Sequence[Score]) -> Score:
    """The score of a reading from the model's of what is said, of its opposite, or of both in this order."""
    turned = [
        mirrored(score) if read.opposite and place == len(scores) - 1 else score for place, score in enumerate(scores)
    ]
    model = turned[0] if len(turned) == 1 else mixed(turned[0], turned[1], 0.5)
    if not read.lean:
        return model
    return mixed(WON if read.lean > 0 else mirrored(WON), model, COMPARED)


def mirrored(score: Score) -> Score:
    """The score of the contrary."""
    return Score(score.positive, score.neutral, score.negative)


def mixed(one: Score, other: Score, share: float) -> Score:
    """A score that is the first by this share, and the second by the rest."""
    rest = 1 - share
    return Score(
        share * one.negative + rest * other.negative,
        share * one.neutral + rest * other.neutral,
        share * one.positive + rest * other.positive,
    )


def reading(asked: About) -> Reading:
    """What of the text speaks of the brand; all of it when it names no other, or the names tell nothing apart.

    A text beyond LONGEST is read whole too: cutting it takes longer than it is worth, and a scorer reads its ends only.
    """
    whole = Reading(((0, len(asked.text)),))
    if not asked.own or not asked.others or len(asked.text) > LONGEST:
        return whole
    names = told_apart(len(asked.text), asked.own, asked.others)
    if len({name.own for name in names}) < 2:
        return whole
    verdicts = _verdicts(asked, names)
    if asked.language in ("fr", "en"):
        names = with_ordinals(asked.text, asked.language, names)
    parts = clauses(asked.text, asked.language, names)
    whom = concerning(asked.text, asked.language, parts, {place: one.topic for place, one in verdicts.items()})
    foils = [one for one in verdicts.values() if one.foil is not None]
    said = [
        (part.start, part.end)
        for part, of in zip(parts, whom, strict=True)
        if True in of and not any(one.within[0] <= part.start < one.within[1] for one in foils)
    ]
    said = sorted([*said, *(span for one in foils if not one.foil for span in _around(asked.text, one))])
    opposite = [span for one in foils if one.foil for span in _around(asked.text, one)]
    total = sum(one.lean for one in verdicts.values())
    lean = (total > 0) - (total < 0)
    cues = tuple(one.cue for one in verdicts.values() if lean and one.lean == lean)
    if not said and not opposite:
        return whole
    return Reading(tuple(said), tuple(opposite), lean, cues)


def _verdicts(asked: About, names: Sequence[Name]) -> dict[int, Verdict]:
    """By sentence, who wins: of those that name both sides, or that end what the one before begins («X est super. Rien
    à voir avec Y.»)."""
    found: dict[int, Verdict] = {}
    starts = [name.start for name in names]
    before: Span = (0, 0)
    for place, (start, end) in enumerate(sentences(asked.text)):
        inside = names[bisect_left(starts, start) : bisect_left(starts, end)]
        earlier = names[bisect_left(starts, before[0]) : bisect_left(starts, start)]
        one = verdict(asked.text, (start, end), asked.language, inside)
        if one is None and len({name.own for name in inside}) == len({name.own for name in earlier}) == 1:
            one = verdict(asked.text, (before[0], end), asked.language, [*earlier, *inside])
            one = one if one and one.cue[0] >= start and place - 1 not in found else None
        found |= {place: one} if one else {}
        before = (start, end)
    return found


def _around(text: str, one: Verdict) -> list[Span]:
    """What is left without the phrase that names a foil."""
    parts = [(one.within[0], one.phrase[0]), (one.phrase[1], one.within[1])]
    return [(start, end) for start, end in parts if any(sign.isalnum() for sign in text[start:end])]
