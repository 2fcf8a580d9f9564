"""What a text feels about one of the brands it names.

When it names several, each is scored on the clauses that concern it (`clauses`). Where a comparison decides who wins
(`contest`), the model's answer is mixed with what such comparisons mean. Pure, but for the one call of the scorer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from .base import Score, Scorer, Text
from .clauses import clauses, concerning, sentences
from .contest import Comparison, comparison_in
from .named import OTHER, OWN, Name, Span, brands_in, names_within, tell_apart, with_ordinals

WON = Score(0.07, 0.18, 0.75)
"""The score of a brand that wins a comparison; the score of one that loses is its mirror image."""

COMPARED = 0.75
"""How much of the answer a comparison decides; the rest is the model's. The mixture tells the stance, and leaves
it doubtful where the model disagrees."""

LONGEST = 20_000
"""Characters of a text that is cut into clauses. A longer one is read whole: to cut it takes long, and scorers read
its beginning and end only."""

_IDLE = " ,;:-–—\n\t"


@dataclass(frozen=True, slots=True)
class About:
    """A question: what does this text feel about a brand? `own` is where it names that brand, `others` where it names
    other ones: spans in characters."""

    text: str
    language: str | None = None
    own: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The parts of a text that speak of a brand.

    `direct` is said of the brand; `opposite` is said of another one that the text calls its contrary. `lean`: 1 when
    the brand wins a comparison, −1 when it loses one, 0 otherwise; `cues`: the words that decided so.
    """

    direct: tuple[Span, ...]
    opposite: tuple[Span, ...] = ()
    lean: int = 0
    cues: tuple[Span, ...] = ()


def score_about(scorer: Scorer, questions: Sequence[About]) -> list[Score]:
    """One score per question, in order, by one call of the scorer. A text that names no other brand is scored whole."""
    asked = [_ask(scorer, question) for question in questions]
    scores = scorer.score([text for _, texts in asked for text in texts])
    ends = accumulate(len(texts) for _, texts in asked)
    return [combine(excerpt, scores[end - len(texts) : end]) for (excerpt, texts), end in zip(asked, ends, strict=True)]


def _ask(scorer: Scorer, question: About) -> tuple[Excerpt, list[Text]]:
    """What of the text speaks of the brand, and the texts that answer: what is said of it, and of its contrary.

    A scorer that reads marks is asked once, with the whole text marked: it sees for itself what is whose contrary.
    """
    excerpt, names = excerpt_of(question), _names(question)
    if not scorer.reads_marks or len(brands_in(names)) < 2:
        return excerpt, [text_of(question, spans) for spans in (excerpt.direct, excerpt.opposite) if spans]
    direct = excerpt.direct or ((0, len(question.text)),)
    marked = replace(text_of(question, direct), marked=mark(question.text, names))
    return replace(excerpt, direct=direct, opposite=()), [marked]


def mark(text: str, names: Sequence[Name]) -> str:
    """The text with a sign in place of each name. Signs of its own become spaces."""
    parts, at = [], 0
    for name in names:
        parts += [_unsigned(text[at : name.start]), OWN if name.own else OTHER]
        at = name.end
    return "".join([*parts, _unsigned(text[at:])])


def _unsigned(text: str) -> str:
    return text.replace(OWN, " ").replace(OTHER, " ")


def text_of(question: About, spans: Sequence[Span], without: Span = (0, 0)) -> Text:
    """These stretches of the text as one text, `without` a word; a text that is read whole keeps its edges."""
    parts = [_cut_out(question.text, span, without) for span in spans]
    if tuple(spans) == ((0, len(question.text)),):
        return Text(parts[0], question.language)
    return Text(" ".join(part.strip(_IDLE) for part in parts), question.language)


def _cut_out(text: str, span: Span, word: Span) -> str:
    start, end = span
    left, right = word
    return text[start:left] + text[right:end] if start <= left < right <= end else text[start:end]


def combine(excerpt: Excerpt, scores: Sequence[Score]) -> Score:
    """The score of an excerpt, from the model's scores of its direct part, its opposite, or both in this order."""
    sides = [*scores[:-1], mirror(scores[-1])] if excerpt.opposite else list(scores)
    model = sides[0] if len(sides) == 1 else mix(sides[0], sides[1], 0.5)
    if not excerpt.lean:
        return model
    return mix(WON if excerpt.lean > 0 else mirror(WON), model, COMPARED)


def mirror(score: Score) -> Score:
    """The score of the contrary."""
    return Score(score.positive, score.neutral, score.negative)


def mix(first: Score, second: Score, share: float) -> Score:
    """A score that is the first by this share, and the second by the rest."""
    rest = 1 - share
    return Score(
        share * first.negative + rest * second.negative,
        share * first.neutral + rest * second.neutral,
        share * first.positive + rest * second.positive,
    )


def excerpt_of(question: About) -> Excerpt:
    """What of the text speaks of the brand; all of it when it names no other, or the names tell nothing apart."""
    whole = Excerpt(((0, len(question.text)),))
    names = _names(question)
    if len(brands_in(names)) < 2:
        return whole
    comparisons = _comparisons(question, names)
    beside = _around_foils(question.text, comparisons, opposite=False)
    direct = sorted([*_clauses(question, names, comparisons), *beside])
    opposite = _around_foils(question.text, comparisons, opposite=True)
    if not direct and not opposite:
        return whole
    lean, cues = _outcome(comparisons.values())
    return Excerpt(tuple(direct), tuple(opposite), lean, cues)


def _names(question: About) -> list[Name]:
    """Where the text names a brand, none where it is read whole."""
    if not question.own or not question.others or len(question.text) > LONGEST:
        return []
    return tell_apart(len(question.text), question.own, question.others)


def _comparisons(question: About, names: Sequence[Name]) -> dict[int, Comparison]:
    """Who wins, by the place of a sentence that names both sides, or that ends what the one before begins, as in
    «X est super. Rien à voir avec Y.»."""
    comparisons: dict[int, Comparison] = {}
    starts = [name.start for name in names]
    before: Span = (0, 0)
    for place, sentence in enumerate(sentences(question.text)):
        inside, earlier = names_within(names, starts, sentence), names_within(names, starts, (before[0], sentence[0]))
        comparison = comparison_in(question.text, sentence, question.language, inside)
        if comparison is None and place - 1 not in comparisons:
            comparison = _across(question, before, sentence, earlier, inside)
        if comparison:
            comparisons[place] = comparison
        before = sentence
    return comparisons


def _across(
    question: About, before: Span, sentence: Span, earlier: Sequence[Name], inside: Sequence[Name]
) -> Comparison | None:
    """The comparison in two sentences that name one side each, where the second one decides it."""
    if len(brands_in(earlier)) != 1 or len(brands_in(inside)) != 1:
        return None
    both = comparison_in(question.text, (before[0], sentence[1]), question.language, [*earlier, *inside])
    return both if both and both.cue[0] >= sentence[0] else None


def _clauses(question: About, names: Sequence[Name], comparisons: Mapping[int, Comparison]) -> list[Span]:
    """The clauses that concern the brand, less the stretches in which it or another is a foil."""
    text, language = question.text, question.language
    if language in ("fr", "en"):
        names = with_ordinals(text, language, names)
    parts = clauses(text, language, names)
    whom = concerning(text, language, parts, {place: each.topic for place, each in comparisons.items()})
    foils = [each.within for each in comparisons.values() if each.foil is not None]
    return [
        (part.start, part.end)
        for part, brands in zip(parts, whom, strict=True)
        if True in brands and not any(start <= part.start < end for start, end in foils)
    ]


def _around_foils(text: str, comparisons: Mapping[int, Comparison], *, opposite: bool) -> list[Span]:
    """The stretches in which the brand (`opposite`) or another is a foil, less the phrases that name the foil."""
    foils = [each for each in comparisons.values() if each.foil is opposite]
    sides = [side for each in foils for side in _beside(each.within, each.phrase)]
    return [(start, end) for start, end in sides if any(sign.isalnum() for sign in text[start:end])]


def _beside(outer: Span, inner: Span) -> tuple[Span, Span]:
    return (outer[0], inner[0]), (inner[1], outer[1])


def _outcome(comparisons: Iterable[Comparison]) -> tuple[int, tuple[Span, ...]]:
    """Whether the brand wins most comparisons, 1, or loses most, −1, or neither; and the words that decided these."""
    every = list(comparisons)
    total = sum(each.lean for each in every)
    lean = (total > 0) - (total < 0)
    return lean, tuple(each.cue for each in every if lean and each.lean == lean)
