"""Terms and their patterns: `banqu*` for the beginning of a word, `gr?s` for one letter within one."""

from __future__ import annotations

import re
from functools import lru_cache

from ground.words import fold, words

from .grammar import QueryError

STEM_LIMIT = 2
"""How many letters a pattern must have before its first sign, so that it stands for a few words only."""

_STANDS_FOR = {"ꟼ": "?", "ꟽ": "*"}
"""Letters of ancient inscriptions, which take the places of the signs while a term is cut into words."""
_BLANK = re.compile(r"(?<=[^\W_])\?(?=[^\W_])")
_STAR = re.compile(r"(?<=[^\W_])\*(?![^\W_])")
_SIGN = re.compile(r"[*?]")


def words_of(term: str, at: int) -> tuple[str, ...]:
    """The folded words of a term, patterns among them. Raises QueryError for a term without words, and for a sign that
    is not in its place; a question mark that ends a word is none."""
    marked = term if "://" in term else _BLANK.sub("ꟼ", _STAR.sub("ꟽ", term))
    if "*" in marked and "://" not in term and words(marked):
        raise QueryError(
            "A * stands at the end of a word only: “{term}”.",
            at=at,
            hint="Write a * after two letters or more: abonn* finds abonné and abonnement.",
            term=term,
        )
    found = tuple(_with_signs(word) for word, _, _ in words(marked))
    if any(is_pattern(word) and len(stem(word)) < STEM_LIMIT for word in found):
        raise QueryError(
            "Too few letters stand before the sign in “{term}”.",
            at=at,
            hint="Write a * after two letters or more: abonn* finds abonné and abonnement.",
            term=term,
        )
    if not found:
        raise QueryError(
            "“{term}” contains no word to search for.",
            at=at,
            hint="Vigie searches for letters, digits and emoji.",
            term=term,
        )
    return found


def is_pattern(word: str) -> bool:
    """Whether a word of a phrase stands for several."""
    return "*" in word or "?" in word


def stem(pattern: str) -> str:
    """What every word of the pattern begins with."""
    return _SIGN.split(pattern, maxsplit=1)[0]


@lru_cache(maxsize=4_096)
def expression(pattern: str) -> re.Pattern[str]:
    """A regular expression for the whole words that a pattern stands for."""
    return re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern), re.DOTALL)


def _with_signs(word: str) -> str:
    return "".join(_STANDS_FOR.get(letter, letter) for letter in word)


assert all(fold(letter) == letter for letter in _STANDS_FOR)
