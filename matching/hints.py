"""What a query can be read as, and may not have been meant as: signs and words of other query languages.

Vigie searches for them as words, so such a query most often finds nothing, and a hint says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from ground.notice import Json, Notice

from .grammar import FIELD_NAMES
from .query import QueryError, parse, terms, words

DISTANCE = re.compile(r"(?:ADJ|PRE|W|N)?[/~]\d+[fF]?|ADJ\d*")
FIELD = re.compile(r"([a-zA-Z_]{2,30}):(?!//)\S+")
NOT_SIGN = re.compile(r"!\S+")
EITHER = re.compile(r"\S+\|+\S+")
OPERATORS = {
    "AND": ("and", "et", "UND", "und"),
    "OR": ("or", "ou", "ODER", "oder"),
    "NOT": ("sauf", "not", "NON", "NICHT"),  # «non» in small letters is searched for: «non remboursé»
}
OPERATOR_OF = {word: operator for operator, several in OPERATORS.items() for word in several}


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence about one term of a query; `at` is where the term begins, in code points from 0."""

    notice: Notice
    at: int


def hints(text: str) -> list[Hint]:
    """What may not have been meant so, in the order of the query; nothing for a query that cannot be read."""
    try:
        parse(text)
    except QueryError:
        return []
    return [Hint(notice, at) for term, at in terms(text) for notice in _about(term)]


def meant(text: str) -> str | None:
    """The query with the words that look like operators written as such; None where it holds none, or could not be
    read then."""
    try:
        parse(text)
        corrected = _with_operators(text)
        parse(corrected)
    except QueryError:
        return None
    return corrected if corrected != text else None


def _with_operators(text: str) -> str:
    at, pieces = 0, []
    for term, start in terms(text):
        if operator := OPERATOR_OF.get(term):
            pieces += [text[at:start], operator]
            at = start + len(term)
    return "".join([*pieces, text[at:]])


def operators_meant(text: str) -> list[tuple[str, str]]:
    """Each word of the query that looks like an operator, with the operator, once; none where `meant` has no answer."""
    if meant(text) is None:
        return []
    return [*dict.fromkeys((term, OPERATOR_OF[term]) for term, _ in terms(text) if term in OPERATOR_OF)]


def _about(term: str) -> Iterator[Notice]:
    read_as: dict[str, Json] = {"term": term, "words": " ".join(word for word, _, _ in words(term))}
    if operator := OPERATOR_OF.get(term):
        yield Notice(
            "“{term}” is searched for as a word: for the operator, write {operator}.",
            {"term": term, "operator": operator},
        )
    elif DISTANCE.fullmatch(term):
        yield Notice("“{term}” is searched for as the words “{words}”: for a distance, write NEAR/5.", read_as)
    elif field := FIELD.fullmatch(term):
        yield _about_field(field[1], read_as)
    elif NOT_SIGN.fullmatch(term):
        yield Notice("“{term}” is searched for as “{words}”: to exclude a word, write a hyphen before it.", read_as)
    elif EITHER.fullmatch(term):
        yield Notice("“{term}” is searched for as the words “{words}” side by side: write OR between them.", read_as)


def _about_field(name: str, read_as: dict[str, Json]) -> Notice:
    close = get_close_matches(name.lower(), FIELD_NAMES, 1, 0.75)
    if close:
        return Notice(
            "“{term}” is searched for as the words “{words}” side by side: did you mean {field}: ?",
            {**read_as, "field": close[0]},
        )
    return Notice("“{term}” is searched for as the words “{words}” side by side: there is no such field.", read_as)
