"""A query as PostgreSQL's full-text search knows it: the lexemes of `ground.words.to_tsvector`, with their places."""

from __future__ import annotations

from collections.abc import Iterator

from ground.words import quote_lexeme

from .nodes import And, Field, Near, Not, Or, Phrase, Query, Zone, leaves
from .patterns import is_pattern, stem

WEIGHTS: dict[Zone, str] = {"": "", "title": "A", "text": "D"}


def to_tsquery(query: Query) -> str | None:
    """A tsquery literal, to be bound as a parameter and cast ::tsquery; None where it would find everything.

    It finds every mention that matches, and no other where it `is_whole`.
    """
    match query:
        case Phrase():
            return _phrase(query)
        case Near():
            return "(" + " | ".join(_distances(query)) + ")"
        case Field():
            return None
        case Not():
            part = to_tsquery(query.part) if is_whole(query.part) else None
            return f"!({part})" if part else None
    parts = [to_tsquery(part) for part in query.parts]
    known = [part for part in parts if part]
    if not known or (isinstance(query, Or) and len(known) < len(parts)):
        return None
    return "(" + (" & " if isinstance(query, And) else " | ").join(known) + ")"


def is_whole(query: Query) -> bool:
    """Whether the tsquery of a query says all that the query does: neither fields nor open letters are in it."""
    return not any(
        isinstance(leaf, Field) or (isinstance(leaf, Phrase) and leaf.has_blanks) for leaf, _ in leaves(query)
    )


def _phrase(phrase: Phrase) -> str:
    words = " <-> ".join(_lexeme(word, phrase.zone) for word in phrase.words)
    return words if len(phrase.words) == 1 else f"({words})"


def _lexeme(word: str, zone: Zone) -> str:
    starts = is_pattern(word)
    marks = ("*" if starts else "") + WEIGHTS[zone]
    return quote_lexeme(stem(word) if starts else word) + (f":{marks}" if marks else "")


def _distances(near: Near) -> Iterator[str]:
    """Each pair at each distance: PostgreSQL knows only exact ones."""
    pairs = [(left, right) for left in near.left for right in near.right]
    turned = [] if near.ordered else [(right, left) for left, right in pairs]
    for first, second in [*pairs, *turned]:
        for distance in range(1, near.distance + 1):
            yield f"{_phrase(first)} <{distance}> {_phrase(second)}"
