"""Which brands a text is about, by their queries.

Every query names a few words of which a matching text must hold one (`anchors`); an index from these words finds the
handful of queries worth evaluating, so that a thousand brands cost little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from ground.words import TEXT_LIMIT, TITLE_LIMIT, Place, folded, places, sequence

from .query import And, Not, Phrase, Query, anchors, parse

Span = tuple[int, int, bool]
"""Start and end in code points, and whether they count in the title rather than in the text."""


@dataclass(frozen=True, slots=True)
class BrandQuery:
    """A brand and the query it is recognised by, as typed or already parsed."""

    id: UUID
    query: str | Query


@dataclass(frozen=True, slots=True)
class Matched:
    """A brand a text is about, and the places that say so, in order: title first."""

    brand_id: UUID
    spans: tuple[Span, ...]


class Matcher:
    """The queries of many brands, ready to be held against many texts. Raises QueryError on a query it cannot read."""

    def __init__(self, brands: Sequence[BrandQuery]) -> None:
        self._queries = [
            (brand.id, parse(brand.query) if isinstance(brand.query, str) else brand.query) for brand in brands
        ]
        self._by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, (_, query) in enumerate(self._queries):
            wanted = anchors(query)
            if wanted is None:  # a query built by hand may do without; parse() refuses those
                self._always.append(number)
            for word in wanted or ():
                self._by_word.setdefault(word, []).append(number)

    def match(self, title: str, text: str) -> list[Matched]:
        """The brands whose query holds for this mention, in the order given to the matcher."""
        title, text = title[:TITLE_LIMIT], text[:TEXT_LIMIT]
        return self.match_words(title, text, folded(title), folded(text))

    def about(self, in_title: Sequence[str], in_text: Sequence[str]) -> bool:
        """Whether any query holds for these folded words: all there is to know of what is not to be kept."""
        if not self._always and self._by_word.keys().isdisjoint(in_text) and self._by_word.keys().isdisjoint(in_title):
            return False
        held = Held("", "", in_title, in_text)
        return any(held.satisfies(self._queries[number][1]) for number in self._candidates(held))

    def _candidates(self, held: Held) -> set[int]:
        candidates = set(self._always)
        for word in held.words & self._by_word.keys():
            candidates.update(self._by_word[word])
        return candidates

    def match_words(self, title: str, text: str, in_title: Sequence[str], in_text: Sequence[str]) -> list[Matched]:
        """As `match`, of a title and a text within their limits whose words are folded already."""
        held = Held(title, text, in_title, in_text)
        return [
            Matched(brand, held.spans(query))
            for brand, query in (self._queries[number] for number in sorted(self._candidates(held)))
            if held.satisfies(query)
        ]


class Held:
    """The words of one mention and their places, looked at by one query after the other."""

    def __init__(self, title: str, text: str, in_title: Sequence[str], in_text: Sequence[str]) -> None:
        self.title, self.text = title, text
        self.title_words = len(in_title)
        self.order = sequence(in_title, in_text)
        self.words = set(self.order)
        self.words.discard("")

    @cached_property
    def cut(self) -> tuple[list[Place], list[Place]]:
        """Where the words are: only wanted of the mentions that match."""
        return places(self.title), places(self.text)

    def places(self, phrase: Phrase) -> list[int]:
        first, size = phrase.words[0], len(phrase.words)
        if not self.words.issuperset(phrase.words):
            return []
        wanted, order, found = list(phrase.words), self.order, []
        place = -1
        for _ in range(order.count(first)):
            place = order.index(first, place + 1)
            if order[place : place + size] == wanted:
                found.append(place)
        return found

    def satisfies(self, query: Query) -> bool:
        if isinstance(query, Phrase):
            return query.words[0] in self.words if len(query.words) == 1 else bool(self.places(query))
        if isinstance(query, Not):
            return not self.satisfies(query.part)
        if isinstance(query, And):
            return all(map(self.satisfies, query.parts))
        return any(map(self.satisfies, query.parts))

    def spans(self, query: Query) -> tuple[Span, ...]:
        found = {self.span(place, len(phrase.words)) for phrase in _wanted(query) for place in self.places(phrase)}
        return tuple(sorted(found, key=lambda span: (not span[2], span)))

    def span(self, place: int, size: int) -> Span:
        title, text = self.cut
        in_title = place < self.title_words
        source, first = (title, place) if in_title else (text, place - self.title_words - 1)
        return source[first][0], source[first + size - 1][1], in_title


def _wanted(query: Query, negated: bool = False) -> list[Phrase]:
    if isinstance(query, Phrase):
        return [] if negated else [query]
    if isinstance(query, Not):
        return _wanted(query.part, not negated)
    return [phrase for part in query.parts for phrase in _wanted(part, negated)]
