"""Finds the brands that a text is about, by their queries.

Every query has a few words of which a matching text must hold one (`anchors`). An index from these words finds the
handful of queries worth evaluating, so that a thousand brands cost little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from ground.words import TEXT_LIMIT, TITLE_LIMIT, Place, folded_words, places, sequence

from .query import And, Not, Phrase, Query, anchors, parse

Span = tuple[int, int, bool]
"""Start and end in code points, and whether in the title (True) or in the text."""


@dataclass(frozen=True, slots=True)
class BrandQuery:
    """A brand and its query, as typed or already parsed."""

    id: UUID
    query: str | Query


@dataclass(frozen=True, slots=True)
class Matched:
    """A brand that a text is about, and the places where its query matched: those of the title first, in order."""

    brand_id: UUID
    spans: tuple[Span, ...]


class Matcher:
    """Matches many texts against the queries of many brands. Raises QueryError on a query it cannot read."""

    def __init__(self, brands: Sequence[BrandQuery]) -> None:
        self._queries = [
            (brand.id, parse(brand.query) if isinstance(brand.query, str) else brand.query) for brand in brands
        ]
        self._by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, (_, query) in enumerate(self._queries):
            needed = anchors(query)
            if needed is None:  # a query built by hand may have none; parse() refuses those
                self._always.append(number)
            for word in needed or ():
                self._by_word.setdefault(word, []).append(number)

    def match(self, title: str, text: str) -> list[Matched]:
        """The brands whose query matches this mention, in the order in which the matcher got them."""
        title, text = title[:TITLE_LIMIT], text[:TEXT_LIMIT]
        return self.match_words(title, text, folded_words(title), folded_words(text))

    def about(self, in_title: Sequence[str], in_text: Sequence[str]) -> bool:
        """Whether any query matches these folded words. A cheap yes or no, to drop the bulk of a stream."""
        if not self._always and self._by_word.keys().isdisjoint(in_text) and self._by_word.keys().isdisjoint(in_title):
            return False
        indexed = IndexedText("", "", in_title, in_text)
        return any(indexed.satisfies(self._queries[number][1]) for number in self._candidates(indexed))

    def _candidates(self, indexed: IndexedText) -> set[int]:
        candidates = set(self._always)
        for word in indexed.words & self._by_word.keys():
            candidates.update(self._by_word[word])
        return candidates

    def match_words(self, title: str, text: str, in_title: Sequence[str], in_text: Sequence[str]) -> list[Matched]:
        """As `match`, for a title and a text within their limits whose words are folded already."""
        indexed = IndexedText(title, text, in_title, in_text)
        return [
            Matched(brand, indexed.spans(query))
            for brand, query in (self._queries[number] for number in sorted(self._candidates(indexed)))
            if indexed.satisfies(query)
        ]


class IndexedText:
    """The words of one mention and their places, indexed once for all queries."""

    def __init__(self, title: str, text: str, in_title: Sequence[str], in_text: Sequence[str]) -> None:
        self.title, self.text = title, text
        self.title_words = len(in_title)
        self.order = sequence(in_title, in_text)
        self.words = set(self.order)
        self.words.discard("")

    @cached_property
    def cut(self) -> tuple[list[Place], list[Place]]:
        """Where the words of the title and of the text are. Only mentions that match pay for it."""
        return places(self.title), places(self.text)

    def places(self, phrase: Phrase) -> list[int]:
        """The numbers of the words at which the phrase begins: the title, an empty place, then the text are counted."""
        first, size = phrase.words[0], len(phrase.words)
        if not self.words.issuperset(phrase.words):
            return []
        words, order, starts = list(phrase.words), self.order, []
        place = -1
        for _ in range(order.count(first)):
            place = order.index(first, place + 1)
            if order[place : place + size] == words:
                starts.append(place)
        return starts

    def satisfies(self, query: Query) -> bool:
        """Whether the query matches this text."""
        if isinstance(query, Phrase):
            return query.words[0] in self.words if len(query.words) == 1 else bool(self.places(query))
        if isinstance(query, Not):
            return not self.satisfies(query.part)
        if isinstance(query, And):
            return all(map(self.satisfies, query.parts))
        return any(map(self.satisfies, query.parts))

    def spans(self, query: Query) -> tuple[Span, ...]:
        """Where the phrases are that the query looks for: those of the title first, in order."""
        spans = {self.span(place, len(phrase.words)) for phrase in _phrases(query) for place in self.places(phrase)}
        return tuple(sorted(spans, key=lambda span: (not span[2], span)))

    def span(self, place: int, size: int) -> Span:
        """The stretch of `size` words that begins at this place."""
        title, text = self.cut
        in_title = place < self.title_words
        source, first = (title, place) if in_title else (text, place - self.title_words - 1)
        return source[first][0], source[first + size - 1][1], in_title


def _phrases(query: Query, negated: bool = False) -> list[Phrase]:
    """The phrases that the query looks for, without those it excludes."""
    if isinstance(query, Phrase):
        return [] if negated else [query]
    if isinstance(query, Not):
        return _phrases(query.part, not negated)
    return [phrase for part in query.parts for phrase in _phrases(part, negated)]
