"""What a query is made of.

A word of a phrase may be a pattern: `banqu*` stands for every word that begins so, `gr?s` for one letter between.
Folded words hold neither sign, so a pattern cannot be mistaken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

_PLAIN = re.compile(r'[^\s()"-][^\s()"]*')
"""What can be written without quotation marks."""

Zone = Literal["", "title", "text"]
"""Where a phrase is looked for: anywhere, in the title only, or in the text only."""

Comparison = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Folded words in a row; most often one. `raw` is what was typed, at `at` (code points from 0)."""

    words: tuple[str, ...]
    zone: Zone = ""
    at: int = field(default=0, compare=False)
    raw: str = field(default="", compare=False)

    @property
    def has_blanks(self) -> bool:
        """Whether a letter is left open in it, with a ?."""
        return any("?" in word for word in self.words)

    def __str__(self) -> str:
        bare = self.words[0] if len(self.words) == 1 else f'"{" ".join(self.words)}"'
        return f"{self.zone}:{bare}" if self.zone else bare


@dataclass(frozen=True, slots=True)
class Near:
    """One of `left` and one of `right` in the title or text, the second at most `distance` words after the end of the
    first; in any order, unless it is `ordered`. Neighbours are one word apart."""

    left: tuple[Phrase, ...]
    right: tuple[Phrase, ...]
    distance: int
    ordered: bool = False
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        operator = f"{'O' if self.ordered else ''}NEAR/{self.distance}"
        return f"({_either(self.left)} {operator} {_either(self.right)})"


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on what is known of a mention beside its words. `value` is in the form that `fields` checks."""

    name: str
    value: str | float
    comparison: Comparison = "="
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        sign = "" if self.comparison == "=" else self.comparison
        value = f"{self.value:g}" if isinstance(self.value, float) else self.value
        return f"{self.name}:{sign}{value}" if _PLAIN.fullmatch(value) else f'{self.name}:"{value}"'


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " AND ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Query, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    part: Query

    def __str__(self) -> str:
        return f"NOT ({self.part})" if isinstance(self.part, And | Or) else f"NOT {self.part}"


Query = Phrase | Near | Field | And | Or | Not
Leaf = Phrase | Near | Field


def leaves(query: Query, negated: bool = False) -> Iterator[tuple[Leaf, bool]]:
    """The conditions of a query, in order, each with whether the query excludes it."""
    if isinstance(query, Not):
        yield from leaves(query.part, not negated)
    elif isinstance(query, And | Or):
        for part in query.parts:
            yield from leaves(part, negated)
    else:
        yield query, negated


def _either(phrases: tuple[Phrase, ...]) -> str:
    return str(phrases[0]) if len(phrases) == 1 else f"({' OR '.join(map(str, phrases))})"
