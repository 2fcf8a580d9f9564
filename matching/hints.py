"""What a query can be read as, and may not have been meant as: signs and words of other query languages.

Vigie searches for them as words, so such a query most often finds nothing, and a hint says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ground.notice import Notice

from .query import QueryError, parse, terms, words

DISTANCE = re.compile(r"(?:O?NEAR|ADJ|PRE|W|N)?[/~]\d+[fF]?|O?NEAR|ADJ\d*")
FIELD = re.compile(r"([a-zA-Z_]{2,30}):(?!//)\S+")
NOT_SIGN = re.compile(r"!\S+")
EITHER = re.compile(r"\S+\|+\S+")
WILDCARD = re.compile(r"(?!\S*://)(?:\S*\w\S*[*?]\S*\w\S*|[*?]\S*\w\S*)")
OPERATORS = {
    "AND": ("and", "ET", "et", "UND", "und"),
    "OR": ("or", "OU", "ou", "ODER", "oder"),
    "NOT": ("SAUF", "sauf", "not", "NON", "NICHT"),  # «non» in small letters is searched for: «non remboursé»
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
    at, pieces = 0, []
    for term, start in terms(text):
        if operator := OPERATOR_OF.get(term):
            pieces += [text[at:start], operator]
            at = start + len(term)
    corrected = "".join([*pieces, text[at:]])
    try:
        parse(text)
        parse(corrected)
    except QueryError:
        return None
    return corrected if pieces else None


def operators_meant(text: str) -> list[tuple[str, str]]:
    """Each word of the query that looks like an operator, with the operator, once."""
    return [*dict.fromkeys((term, OPERATOR_OF[term]) for term, _ in terms(text) if term in OPERATOR_OF)]


def _about(term: str) -> Iterator[Notice]:
    read_as = {"term": term, "words": " ".join(word for word, _, _ in words(term))}
    if operator := OPERATOR_OF.get(term):
        yield Notice(
            "“{term}” is searched for as a word: for the operator, write {operator}.",
            {"term": term, "operator": operator},
        )
    elif DISTANCE.fullmatch(term):
        yield Notice(
            "“{term}” is searched for as the words “{words}”: a query knows no distance between words.", read_as
        )
    elif FIELD.fullmatch(term):
        yield Notice(
            "“{term}” is searched for as the words “{words}” side by side: a query knows no fields, the filters do.",
            read_as,
        )
    elif NOT_SIGN.fullmatch(term):
        yield Notice("“{term}” is searched for as “{words}”: to exclude a word, write a hyphen before it.", read_as)
    elif EITHER.fullmatch(term):
        yield Notice("“{term}” is searched for as the words “{words}” side by side: write OR between them.", read_as)
    elif WILDCARD.fullmatch(term):
        yield Notice("“{term}” is searched for as “{words}”: there are no wildcards, write out each form.", read_as)
