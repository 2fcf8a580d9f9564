"""Makes foreign text safe for a page: cuts it, marks it, removes changes of direction, and links only where that is
safe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import idna

from app.models import Mention

MAX_URL = 2048
_TURNING = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text. It is marked if the query matched it, or if it is a word that weighed for or against a
    stance."""

    text: str
    marked: bool = False
    side: str = ""


def strip_direction(text: str | None) -> str:
    """Text without the characters that change the reading direction (Trojan Source, CVE-2021-42574)."""
    return (text or "").translate(_TURNING)


def safe_link(url: str | None) -> str | None:
    """The address when it may be a link: absolute http(s), with a host, no user part, of sane length. Else None."""
    if not url or len(url) > MAX_URL or _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and host and "@" not in parts.netloc else None


def shown_host(host: str) -> str:
    """A domain as people read it; in punycode unless all its letters are Latin, so that none is mistaken."""
    plain = host.lower().rstrip(".").removeprefix("www.")
    try:
        read, ascii_form = idna.decode(plain), idna.encode(plain).decode()
    except (idna.IDNAError, UnicodeError):
        return plain if plain.isascii() else plain.encode("ascii", "replace").decode()
    latin = all(unicodedata.name(letter, "").startswith("LATIN") for letter in read if letter.isalpha())
    return read if latin else ascii_form


def pieces(text: str, spans: Sequence[Sequence[int]], length: int | None = None) -> list[Piece]:
    """The text, cut where marks begin and end; with `length`, only so many characters around the first mark."""
    marks = _merge(spans, len(text))
    start, end = _extent(text, marks, length)
    cut, at = [], start
    for left, right in marks:
        if right <= start or left >= end:
            continue
        cut += [Piece(text[at : max(left, start)]), Piece(text[max(left, start) : min(right, end)], marked=True)]
        at = min(right, end)
    cut.append(Piece(text[at:end]))
    shown = [Piece(strip_direction(piece.text), piece.marked) for piece in cut if piece.text]
    return [*([Piece("…")] if start else []), *shown, *([Piece("…")] if end < len(text) else [])]


def weave(
    text: str,
    spans: Sequence[Sequence[int]],
    sides: Sequence[tuple[int, int, str]],
    within: tuple[int, int] | None = None,
) -> list[Piece]:
    """The text, or a part of it, cut where the query matched and where words weighed: (start, end, side).

    A word that overlaps what the query matched, or another word, is not marked a second time.
    """
    start, stop = within or (0, len(text))
    marks = [(left, right, "") for left, right in _merge(spans, len(text))]
    cut, at = [], start
    for left, right, side in sorted([*marks, *sides]):
        if left < at or right > stop or left >= right:
            continue
        cut += [Piece(text[at:left]), Piece(text[left:right], marked=True, side=side)]
        at = right
    cut.append(Piece(text[at:stop]))
    return [Piece(strip_direction(piece.text), piece.marked, piece.side) for piece in cut if piece.text]


def _merge(spans: Sequence[Sequence[int]], size: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for left, right in sorted((max(0, int(span[0])), min(size, int(span[1]))) for span in spans if len(span) == 2):
        if left >= right:
            continue
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return merged


def _extent(text: str, marks: Sequence[tuple[int, int]], length: int | None) -> tuple[int, int]:
    """Where to start and stop: from the beginning when the first mark is near it, and never inside a word."""
    if length is None or len(text) <= length:
        return 0, len(text)
    first = marks[0][0] if marks else 0
    start = 0 if first < length * 0.7 else first - length // 3
    end = min(len(text), start + length)
    if start:
        start = text.find(" ", start, first) + 1 or start
    if end < len(text):
        end = max(text.rfind(" ", start + length // 2, end), 0) or end
    return start, end


def spans_of(spans: Mapping[str, Any] | None, field: str) -> list[list[int]]:
    """The marks of one field, as [start, end) pairs counted in characters."""
    pairs = (spans or {}).get(field) or []
    return [list(span)[:2] for span in pairs]


def sites_of(mentions: Iterable[Mention]) -> int:
    """On how many sites, or platforms where no site is known, these mentions stand."""
    return len({shown_host(one.host) if one.host else one.platform.lower() for one in mentions})


def hue(colour: str | None) -> str:
    """A colour that is safe in an attribute."""
    return colour if colour and _COLOUR.fullmatch(colour) else "#7a828a"
