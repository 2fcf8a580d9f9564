"""A query made of the name of a brand: the ways in which people write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from ground.accents import without_accents
from ground.words import words

from .match import BrandQuery, Matcher
from .query import TERM_LIMIT, QueryError, parse

LEGAL = re.compile(r"sasu?|sa|sarl|eurl|snc|scop|inc|ltd|llc|llp|plc|corp|co|gmbh|ag|kg|se|nv|bv|spa|srl|ab|oy|as|aps")
"""What a register writes behind a name, and people leave out."""
ENDINGS = re.compile(r"com|fr|org|net|eu|io|app|shop|be|ch|ca|uk|de")
AND = {"en": "and", "fr": "et"}
_BOUND = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_MARKS = re.compile(r"[®™©\"“”„«»()\[\]{}]")
_PLAIN = re.compile(r"[^\W_]+")
_MOST = 8
_SHORT = 3


def propose(name: str) -> str:
    """The query for a brand of this name, "" where nothing in it can be searched for.

    Case and accents need no spelling of their own, and a phrase holds its words with hyphens and underscores too: what
    is left are words written together (#AcmeMobile, @acmemobile), or apart, and an & written out.
    """
    found: dict[tuple[str, ...], str] = {}
    for text in _spellings(_cleaned(name)):
        folded = tuple(word for word, _, _ in words(text))
        if folded:
            found.setdefault(folded, _quoted(text, len(folded)))
    query = " OR ".join([*found.values()][: min(_MOST, TERM_LIMIT)])
    try:
        parse(query)
    except QueryError:
        return ""
    return query


def also_found(name: str, query: str) -> list[str]:
    """Other ways to write the name that the query finds: shown to whoever wonders. Each was tried."""
    try:
        matcher = Matcher([BrandQuery(UUID(int=0), query)])
    except QueryError:
        return []
    seen, found = {name.strip()}, []
    for text in _examples(_cleaned(name)):
        if text not in seen and matcher.match("", text):
            seen.add(text)
            found.append(text)
    return found


def _cleaned(name: str) -> str:
    """The name without quotation marks, trade marks, @ and # before it, and a legal form behind it."""
    parts = _MARKS.sub(" ", name).replace("’", "'").split()
    while len(parts) > 1 and LEGAL.fullmatch(parts[-1].lower().replace(".", "").strip(",")):
        parts.pop()
    return " ".join(parts).lstrip("@#").strip(" ,")


def _spellings(name: str) -> Iterator[str]:
    yield from _with_and(_without_site(name))
    plain = _PLAIN.findall(name if _site(name) is None else str(_site(name)))
    if len(plain) > 1:
        joined = "".join(plain)
        if len(joined) > _SHORT:
            yield joined
    if len(plain) == 1 and len(apart := _BOUND.split(plain[0])) > 1 and all(len(part) > 1 for part in apart):
        yield " ".join(apart)
    if _site(name) is not None:
        yield name


def _site(name: str) -> str | None:
    """The first part of a name that is a domain (acme of acme.fr); None where it is none."""
    host, dot, ending = name.removeprefix("www.").rpartition(".")
    return host if dot and ENDINGS.fullmatch(ending.lower()) and " " not in name and len(host) > 1 else None


def _without_site(name: str) -> str:
    return _site(name) or name


def _with_and(name: str) -> Iterator[str]:
    """The name; one with an & also with the word for it in each language, since the sign itself does not count."""
    sides = [side.strip() for side in re.split(r"\s*[&+]\s*", name) if side.strip()]
    yield name
    if len(sides) > 1:
        yield from (f" {word} ".join(sides) for word in AND.values())


OPERATORS = frozenset({"AND", "OR", "NOT", "ET", "OU", "SAUF", "NEAR", "ONEAR"})


def _quoted(text: str, count: int) -> str:
    """A term as a query takes it: several words between quotation marks, and what would be an operator too."""
    plain = text.replace('"', "")
    alone = count == 1 and _PLAIN.fullmatch(plain) and plain not in OPERATORS
    return plain if alone else f'"{plain}"'


def _examples(name: str) -> Iterator[str]:
    plain = _PLAIN.findall(_without_site(name))
    bare = [without_accents(part) for part in plain]
    yield without_accents(name).lower()
    yield name.upper()
    yield "@" + "".join(bare).lower()
    yield "#" + "".join(part[:1].upper() + part[1:] for part in bare)
    if len(bare) > 1:
        yield "-".join(bare).lower()
        yield "@" + "_".join(bare).lower()
    if name[:1].lower() in "aeiouyhàâäéèêëîïôöùûü":
        yield f"l’{name}"
