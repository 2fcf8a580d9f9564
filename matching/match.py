"""Finds the brands that a text is about, by their queries.

Most queries have a few words of which a matching text must hold one (`anchors`). An index from these words, and from
the beginnings of words, finds the handful of queries worth evaluating, so that a thousand brands cost little more than
one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from ground.words import TEXT_LIMIT, TITLE_LIMIT, Place, folded_words, places, sequence

from .fields import About, holds
from .narrowing import NOTHING, Narrowing, Reason, exclusions
from .nodes import And, Near, Not, Or, Phrase, Query, leaves
from .patterns import expression, is_pattern, stem
from .query import anchors, parse

Span = tuple[int, int, bool]
"""Start and end in code points, and whether in the title (True) or in the text."""


@dataclass(frozen=True, slots=True)
class BrandQuery:
    """A brand and its query, as typed or already parsed, and what narrows it."""

    id: UUID
    query: str | Query
    narrowing: Narrowing = NOTHING


@dataclass(frozen=True, slots=True)
class Matched:
    """A brand that a text is about, and the places where its query matched: those of the title first, in order.
    `hidden` is why people need not see it."""

    brand_id: UUID
    spans: tuple[Span, ...]
    hidden: Reason | None = None


class Matcher:
    """Matches many texts against the queries of many brands. Raises QueryError on a query it cannot read."""

    def __init__(self, brands: Sequence[BrandQuery]) -> None:
        self._queries = [
            (brand.id, parse(brand.query) if isinstance(brand.query, str) else brand.query) for brand in brands
        ]
        self._exclusions = [exclusions(brand.narrowing) for brand in brands]
        self._by_word: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, (_, query) in enumerate(self._queries):
            needed = anchors(query)
            if needed is None:  # it asks for a field only, such as lang:fr
                self._always.append(number)
            for word in needed or ():
                index = self._by_stem if is_pattern(word) else self._by_word
                index.setdefault(stem(word), []).append(number)
        self._stem_sizes = sorted({len(word) for word in self._by_stem})

    def match(self, title: str, text: str, about: Callable[[], About] | None = None) -> list[Matched]:
        """The brands whose query matches this mention, in the order in which the matcher got them.

        `about` tells the rest that is known of it; it is asked only where a query has a field, and without it no field
        holds.
        """
        title, text = title[:TITLE_LIMIT], text[:TEXT_LIMIT]
        return self.match_words(title, text, folded_words(title), folded_words(text), about)

    def may_match(self, in_title: Sequence[str], in_text: Sequence[str]) -> bool:
        """Whether any query matches these folded words, or may do so by its fields. Cheap, to drop the bulk of a
        stream."""
        if not self._always and not self._numbers({*in_title, *in_text}):
            return False
        indexed = IndexedText("", "", in_title, in_text)
        return any(indexed.decides(self._queries[number][1]) is not False for number in self._candidates(indexed))

    def _numbers(self, words: Iterable[str]) -> set[int]:
        """The queries that have one of these words among their anchors."""
        found: set[int] = set()
        for word in self._by_word.keys() & words:
            found.update(self._by_word[word])
        if self._stem_sizes:
            stems = {word[:size] for word in words for size in self._stem_sizes}
            for beginning in self._by_stem.keys() & stems:
                found.update(self._by_stem[beginning])
        return found

    def _candidates(self, indexed: IndexedText) -> set[int]:
        return self._numbers(indexed.words) | set(self._always)

    def match_words(
        self,
        title: str,
        text: str,
        in_title: Sequence[str],
        in_text: Sequence[str],
        about: Callable[[], About] | None = None,
    ) -> list[Matched]:
        """As `match`, for a title and a text within their limits whose words are folded already."""
        indexed = IndexedText(title, text, in_title, in_text, about)
        found: list[Matched] = []
        for number in sorted(self._candidates(indexed)):
            brand, query = self._queries[number]
            if not indexed.satisfies(query):
                continue
            left_out = next((each for each in self._exclusions[number] if indexed.satisfies(each.query)), None)
            if left_out is None or left_out.how == "hidden":
                found.append(Matched(brand, indexed.spans(query), left_out.reason if left_out else None))
        return found


class IndexedText:
    """The words of one mention and their places, indexed once for all queries. `about`: as of `Matcher.match`."""

    def __init__(
        self,
        title: str,
        text: str,
        in_title: Sequence[str],
        in_text: Sequence[str],
        about: Callable[[], About] | None = None,
    ) -> None:
        self.title, self.text = title, text
        self.title_words = len(in_title)
        self.order = sequence(in_title, in_text)
        self.words = set(self.order)
        self.words.discard("")
        self._about = about

    @cached_property
    def cut(self) -> tuple[list[Place], list[Place]]:
        """Where the words of the title and of the text are. Only mentions that match pay for it."""
        return places(self.title), places(self.text)

    @cached_property
    def about(self) -> About | None:
        """What is known of the mention beside its words."""
        return self._about() if self._about else None

    def places(self, phrase: Phrase) -> list[int]:
        """The numbers of the words at which the phrase begins: the title, an empty place, then the text are counted."""
        starts = self._patterned(phrase.words) if any(map(is_pattern, phrase.words)) else self._plain(phrase.words)
        if not phrase.zone:
            return starts
        return [place for place in starts if (place < self.title_words) is (phrase.zone == "title")]

    def _plain(self, wanted: tuple[str, ...]) -> list[int]:
        first, size = wanted[0], len(wanted)
        if not self.words.issuperset(wanted):
            return []
        words, order, starts = list(wanted), self.order, []
        place = -1
        for _ in range(order.count(first)):
            place = order.index(first, place + 1)
            if order[place : place + size] == words:
                starts.append(place)
        return starts

    def _patterned(self, wanted: tuple[str, ...]) -> list[int]:
        fitting = [self._fitting(word) for word in wanted]
        last = len(self.order) - len(wanted)
        return [
            place
            for place in range(last + 1)
            if all(self.order[place + offset] in words for offset, words in enumerate(fitting))
        ]

    def _fitting(self, word: str) -> set[str]:
        """The words of this text that a word of a phrase stands for."""
        if not is_pattern(word):
            return self.words & {word}
        fits = expression(word).fullmatch
        return {known for known in self.words if fits(known)}

    def decides(self, query: Query) -> bool | None:
        """Whether the query matches this text; None where a field decides and nothing is known beside the words."""
        if isinstance(query, Phrase):
            return query.words[0] in self.words if _is_plain(query) else bool(self.places(query))
        if isinstance(query, Not):
            part = self.decides(query.part)
            return None if part is None else not part
        if isinstance(query, And | Or):
            return self._several(query)
        if isinstance(query, Near):
            return bool(self._near(query))
        return holds(query, self.about) if self.about is not None else None

    def _several(self, query: And | Or) -> bool | None:
        enough = isinstance(query, Or)
        unknown = False
        for part in query.parts:
            found = self.decides(part)
            if found is enough:
                return enough
            unknown = unknown or found is None
        return None if unknown else not enough

    def satisfies(self, query: Query) -> bool:
        """Whether the query matches this text; a field of which nothing is known makes that no."""
        return self.decides(query) is True

    def _near(self, near: Near) -> list[tuple[int, int]]:
        """The pairs that are near enough: where each begins and its number of words, the left side first."""
        left, right = self._occurrences(near.left), self._occurrences(near.right)
        return [pair for one in left for other in right if _is_near(near, one, other) for pair in (one, other)]

    def _occurrences(self, phrases: Sequence[Phrase]) -> list[tuple[int, int]]:
        return [(place, len(phrase.words)) for phrase in phrases for place in self.places(phrase)]

    def spans(self, query: Query) -> tuple[Span, ...]:
        """Where what the query looks for stands: the title first, in order."""
        found: set[tuple[int, int]] = set()
        for leaf, excluded in leaves(query):
            if isinstance(leaf, Phrase) and not excluded:
                found.update(self._occurrences([leaf]))
            elif isinstance(leaf, Near) and not excluded:
                found.update(self._near(leaf))
        return tuple(sorted(itertools.starmap(self.span, found), key=lambda span: (not span[2], span)))

    def span(self, place: int, size: int) -> Span:
        """The stretch of `size` words that begins at this place."""
        title, text = self.cut
        in_title = place < self.title_words
        source, first = (title, place) if in_title else (text, place - self.title_words - 1)
        return source[first][0], source[first + size - 1][1], in_title


def _is_plain(phrase: Phrase) -> bool:
    return len(phrase.words) == 1 and not phrase.zone and not is_pattern(phrase.words[0])


def _is_near(near: Near, one: tuple[int, int], other: tuple[int, int]) -> bool:
    (left, left_size), (right, right_size) = one, other
    after = 1 <= right - (left + left_size - 1) <= near.distance
    return after or (not near.ordered and 1 <= left - (right + right_size - 1) <= near.distance)
