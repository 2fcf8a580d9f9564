"""Domain phrases: words that say a stance here, whatever the model thinks («war zone» is no complaint about a game).

Words compare as in queries: without case and accents, whole. Of phrases that overlap, one contained in a longer one is
not heard; of the same words, those said of one brand, then of one language, go first. Phrases that contradict each
other in one text say nothing: the model decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ground.words import TEXT_LIMIT, TITLE_LIMIT, folded
from matching.match import IndexedText
from matching.query import Phrase
from sentiment.base import Stance

WORDS_MAX = 10


@dataclass(frozen=True, slots=True)
class DomainPhrase:
    """Folded words, the stance they say, and of which brand and in which language; None means every one."""

    words: tuple[str, ...]
    stance: Stance
    brand_id: UUID | None = None
    language: str | None = None

    @property
    def narrowness(self) -> tuple[bool, bool]:
        return self.brand_id is not None, self.language is not None


@dataclass(frozen=True, slots=True)
class Heard:
    """A phrase at a place of a text, counted in words."""

    phrase: DomainPhrase
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.phrase.words)

    def hides(self, other: Heard) -> bool:
        """Whether the other, at the same place, is not to be heard because of this one."""
        if not (self.start <= other.start and other.end <= self.end):
            return False
        return (len(self.phrase.words), self.phrase.narrowness) > (len(other.phrase.words), other.phrase.narrowness)


class Phrasebook:
    """The phrases of a workspace, ready to be listened for in many texts."""

    def __init__(self, phrases: Sequence[DomainPhrase] = ()) -> None:
        self._by_anchor: dict[str, list[DomainPhrase]] = {}
        for phrase in phrases:
            self._by_anchor.setdefault(max(phrase.words, key=len), []).append(phrase)

    @property
    def anchors(self) -> frozenset[str]:
        """Words of which a text must hold one to hold a phrase."""
        return frozenset(self._by_anchor)

    def heard(self, title: str, text: str, language: str | None) -> list[Heard]:
        """Every phrase of this language that the text holds, at each of its places."""
        title, text = title[:TITLE_LIMIT], text[:TEXT_LIMIT]
        indexed = IndexedText(title, text, folded(title), folded(text))
        candidates = [phrase for word in indexed.words & self.anchors for phrase in self._by_anchor[word]]
        return [
            Heard(phrase, place)
            for phrase in candidates
            if phrase.language in (None, _base(language))
            for place in indexed.places(Phrase(phrase.words))
        ]


def said(heard: Sequence[Heard], brand_id: UUID) -> Stance | None:
    """What the phrases say of a brand; None when there are none, or when they contradict each other."""
    mine = [one for one in heard if one.phrase.brand_id in (None, brand_id)]
    stances = {one.phrase.stance for one in mine if not any(other.hides(one) for other in mine)}
    return stances.pop() if len(stances) == 1 else None


def _base(language: str | None) -> str | None:
    return language.partition("-")[0] if language else None
