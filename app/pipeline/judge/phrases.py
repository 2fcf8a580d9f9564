"""Phrases that set a stance in one workspace, whatever the model thinks («war zone» is no complaint about a game).

Words compare as in queries: whole, without case and accents. A phrase inside a longer one does not count. Of two
phrases of the same words, the one for a single brand wins over the one for a single language, and both over a
general one. In a text that names several brands, a phrase for all of them counts for those of which it is said.
Where phrases in one text contradict each other, the model decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.pipeline.judge.model_input import join
from ground.stop_words import STOP_WORDS
from ground.words import TEXT_LIMIT, TITLE_LIMIT, folded_words
from matching.match import IndexedText
from matching.query import Phrase
from sentiment.about import About, excerpt_of
from sentiment.base import Settled
from sentiment.named import Span

WORDS_MAX = 10
NEGATIONS = frozenset({"pas", "plus", "jamais", "ni", "not", "never", "no", "t"})
"""Folded words, the t of «don't» among them, that turn round what follows: a common phrase does not count after one. A
phrase of the workspace does, because people saw what it changes."""


THAT = frozenset({"que", "qu", "that"})
BEFORE_THAT = 5
"""How many words before a common phrase are looked at for a negation and a «que» after it: «ce n'est pas demain que je
rachèterai»."""
TAKEN_BACK = re.compile(r"[^.!?…\n]{0,80}(\?|\bnon plus\b|\beither\b)", re.IGNORECASE)
"""What after a praise takes it back: a question mark, or «pas déçue, pas emballée non plus»."""


@dataclass(frozen=True, slots=True)
class DomainPhrase:
    """Folded words, the stance they set, and the brand and language they count for; None means all. `common`: it ships
    with Vigie, and counts where no phrase of the workspace does."""

    words: tuple[str, ...]
    stance: Settled
    brand_id: UUID | None = None
    language: str | None = None
    common: bool = False

    @property
    def narrowness(self) -> tuple[bool, bool]:
        return self.brand_id is not None, self.language is not None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A phrase in a text; `start` and `end` count words. `span`: its place in characters, in the text as the model
    reads it."""

    phrase: DomainPhrase
    start: int
    span: Span

    @property
    def end(self) -> int:
        return self.start + len(self.phrase.words)

    def hides(self, other: Occurrence) -> bool:
        """Whether this phrase covers the other one and takes precedence over it."""
        if not (self.start <= other.start and other.end <= self.end):
            return False
        return (len(self.phrase.words), self.phrase.narrowness) > (len(other.phrase.words), other.phrase.narrowness)


class Phrasebook:
    """The phrases of a workspace, indexed to be found in many texts."""

    def __init__(self, phrases: Sequence[DomainPhrase] = ()) -> None:
        self._by_anchor: dict[str, list[DomainPhrase]] = {}
        for phrase in phrases:
            self._by_anchor.setdefault(max(phrase.words, key=_rarity), []).append(phrase)

    @property
    def anchors(self) -> frozenset[str]:
        """Words of which a text must hold at least one to hold any phrase."""
        return frozenset(self._by_anchor)

    def occurrences(self, title: str, text: str, language: str | None) -> list[Occurrence]:
        """The phrases for this language that occur in the title and the text, once for each place."""
        shift = len(join(title, text)) - len(text)
        title, text = title[:TITLE_LIMIT], text[:TEXT_LIMIT]
        indexed = IndexedText(title, text, folded_words(title), folded_words(text))
        candidates = [phrase for word in indexed.words & self.anchors for phrase in self._by_anchor[word]]
        return [
            Occurrence(phrase, place, (start + by, end + by))
            for phrase in candidates
            if phrase.language in (None, _base(language))
            for place in indexed.places(Phrase(phrase.words))
            if not (phrase.common and _denied(indexed.order[max(0, place - BEFORE_THAT) : place]))
            for start, end, in_title in (indexed.span(place, len(phrase.words)),)
            if not (phrase.common and _taken_back(phrase, title if in_title else text, end))
            for by in (0 if in_title else shift,)
        ]


def _denied(before: Sequence[str]) -> bool:
    """Whether the words before a phrase turn it round: a negation next to it, or one with a «que» after it."""
    if before and before[-1] in NEGATIONS:
        return True
    negated = [at for at, word in enumerate(before) if word in NEGATIONS]
    return bool(negated) and any(word in THAT for word in before[negated[0] :])


def _taken_back(phrase: DomainPhrase, text: str, end: int) -> bool:
    """Whether what follows a praise that ends there takes it back."""
    return phrase.stance == "promoter" and TAKEN_BACK.match(text, end) is not None


def said_of(occurrences: Sequence[Occurrence], brand_id: UUID, about: About) -> list[Occurrence]:
    """The phrases of a text that concern a brand: its own ones wherever they stand, and those for all brands within
    what the text says of this one."""
    passages = excerpt_of(about).direct
    return [
        each
        for each in occurrences
        if each.phrase.brand_id == brand_id or (each.phrase.brand_id is None and _within(each.span, passages))
    ]


def _within(span: Span, passages: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in passages)


def spoken_stance(occurrences: Sequence[Occurrence], brand_id: UUID, *, common: bool = False) -> Settled | None:
    """The stance that the phrases of the workspace, or the common ones, set for a brand; None when there are none, or
    when they contradict each other. Where a phrase of the workspace occurs, no common one that overlaps it counts."""
    every = [each for each in occurrences if each.phrase.brand_id in (None, brand_id)]
    own = [each for each in every if not each.phrase.common]
    about = [each for each in every if each.phrase.common and not _overlaps(each, own)] if common else own
    stances = {each.phrase.stance for each in about if not any(other.hides(each) for other in about)}
    return stances.pop() if len(stances) == 1 else None


def _overlaps(one: Occurrence, others: Sequence[Occurrence]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _rarity(word: str) -> tuple[bool, int]:
    """What makes a word rare: that it is no function word, then that it is long."""
    return word not in STOP_WORDS, len(word)


def _base(language: str | None) -> str | None:
    return language.partition("-")[0] if language else None
