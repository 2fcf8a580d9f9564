"""Cuts the spelling of a date into its parts: numbers, words, a clock, a zone. What remains is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ground.accents import without_accents
from ground.zones import NAMES

LONGEST = 120
"""Characters: no date is longer."""

Kind = Literal["year first", "year last", "week", "of year", "clock", "zone", "comment", "word", "number", "unknown"]

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "−": "-", "–": "-", "—": "-", "‑": "-", "\u200e": "", "\u200f": ""}
)
_SIGN = r"\s?(?P<sign>[-/.])\s?"
_MERIDIEM = r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)"
_MINUTES = r"(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,:](?P<part>\d{1,9}))?)?"
_FORMS: tuple[tuple[Kind, str], ...] = (
    ("comment", r"\([^()]*\)|\[[a-z0-9/_+-]+\]"),
    ("week", r"\d{4}-?w\d\d(?:-?\d)?(?!\d)(?:t(?=\d))?"),
    ("year first", r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})(?!\d)(?:t(?=\d))?"),
    ("year first", r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:t(?=\d)|(?!\d))"),
    ("of year", r"(?P<year>\d{4})-(?P<day>\d{3})(?!\d)(?:t(?=\d))?"),
    (
        "year last",
        rf"(?P<one>\d{{1,2}}){_SIGN}(?P<two>\d{{1,2}})\s?(?P=sign)\s?(?P<year>\d{{4}}|\d{{2}})(?!\d)",
    ),
    ("clock", rf"(?P<hour>\d{{1,2}})[:.]{_MINUTES}(?!\d|[:.]\d){_MERIDIEM}?"),
    ("clock", r"(?P<hour>\d{1,2})\s?h(?:rs?|s|eures?|oras?)?\b(?:\s?(?P<minute>\d{2})\b)?(?!:)"),
    ("clock", r"(?P<hour>\d{1,2})h(?P<minute>\d{2})\s?(?:m(?:in)?\.?(?:\s?(?P<second>\d{2})\s?s)?)?(?![a-z0-9])"),
    ("clock", r"(?P<hour>\d{1,2})\s?uhr\b(?:\s(?P<minute>\d{2})\b(?!\.))?"),
    ("clock", rf"(?P<hour>\d{{1,2}}){_MERIDIEM}"),
    ("clock", r"(?<=t)(?P<hour>\d{2})(?:(?P<minute>\d{2})(?:(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?)?(?!\d)"),
    ("word", r"[a-z]+(?:-feira)?\b[.']?"),
    ("number", r"'?\d{1,4}(?!\d)(?:(?:er|st|nd|rd|th|re|o|a|°)\b)?\.?"),
)
_PARTS = tuple((kind, re.compile(form, re.ASCII)) for kind, form in _FORMS)
_ZONE = re.compile(r"(?:utc|gmt)?\s?[+-]\d{1,4}(?::\d{2})?(?!\d)|z(?![a-z])", re.ASCII)
_BETWEEN = re.compile(r"[\s,;|/·•@:-]+")
_BETWEEN_BUT_SIGNS = re.compile(r"(?:[\s,;|/·•@:]|-(?!\d))+")


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a spelling, from `start` to `end` in it; `values` are its named pieces."""

    kind: Kind
    text: str
    values: dict[str, str]
    start: int
    end: int


def plain(text: str) -> str:
    """The spelling in lower case, without accents, its apostrophes, dashes and spaces made plain."""
    return " ".join(without_accents(text.translate(_PLAIN)).lower().split())


def tokens(written: str) -> Iterator[Token]:
    """The parts of a plain spelling, in order; `unknown` stands for each sign that belongs to none."""
    at, timed, last = 0, False, None
    while at < len(written):
        signed = last is not None and _may_have_offset(last, timed)
        if between := (_BETWEEN_BUT_SIGNS if signed else _BETWEEN).match(written, at):
            at = between.end()
        if at < len(written):
            last = _next(written, at, signed)
            timed = timed or last.kind == "clock"
            yield last
            at = last.end


def _may_have_offset(last: Token, timed: bool) -> bool:
    """Whether a sign after this part begins an offset; elsewhere it only separates, as in 24-Nov-2026."""
    if last.kind in ("clock", "year first", "week", "of year"):
        return True
    return last.text in NAMES if last.kind == "word" else timed and last.kind == "number" and len(last.text) == 4


def _next(written: str, at: int, signed: bool) -> Token:
    if signed and (zone := _ZONE.match(written, at)):
        return _token("zone", zone)
    found = ((kind, form.match(written, at)) for kind, form in _PARTS)
    return next((_token(kind, part) for kind, part in found if part), None) or Token(
        "unknown", written[at], {}, at, at + 1
    )


def _token(kind: Kind, found: re.Match[str]) -> Token:
    values = {name: value for name, value in found.groupdict().items() if value is not None}
    return Token(kind, found[0], values, found.start(), found.end())
