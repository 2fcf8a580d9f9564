"""Where a text names the brand asked about, and where it names others."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Span = tuple[int, int]

OWN, OTHER = "\ue000", "\ue001"
"""Signs that stand in a text for the brand asked about, and for every other one. No text keeps any of its own."""


@dataclass(frozen=True, slots=True)
class Name:
    """Where a brand is named, in characters, and whether it is the brand asked about."""

    start: int
    end: int
    own: bool


ORDINALS = {
    "fr": (r"\b(?:le premier|la première|la premiere)\b", r"\b(?:le second|la seconde|le deuxième|la deuxième)\b"),
    "en": (r"\b(?:the former|the first(?: one)?)\b", r"\b(?:the latter|the second(?: one)?)\b"),
}
"""What stands for the brand named first, and for the one named second, where both occur."""


def tell_apart(length: int, own: Sequence[Span], others: Sequence[Span]) -> list[Name]:
    """The names in order, none overlapping. Spans are clipped to the `length` of the text.

    Where names of both sides overlap, the longer one is kept («Acme Mobile» is not Acme); of equal ones, neither.
    """
    mine, theirs = _merge(length, own), _merge(length, others)
    kept = [Name(*span, own=True) for span in _longest(mine, theirs)]
    kept += [Name(*span, own=False) for span in _longest(theirs, mine)]
    return sorted(kept, key=lambda name: name.start)


def _merge(length: int, spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted((max(0, start), min(length, end)) for start, end in spans):
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _longest(spans: Sequence[Span], rivals: Sequence[Span]) -> Iterator[Span]:
    """The spans that no rival of their length or longer overlaps; both lists sorted, without overlaps inside."""
    starts = [start for start, _ in rivals]
    for start, end in spans:
        first = max(0, bisect_left(starts, start) - 1)
        last = bisect_left(starts, end)
        if all(right <= start or right - left < end - start for left, right in rivals[first:last]):
            yield start, end


def brands_in(names: Sequence[Name]) -> frozenset[bool]:
    """Who is named: True stands for the brand asked about, False for another."""
    return frozenset(name.own for name in names)


def names_within(names: Sequence[Name], starts: Sequence[int], span: Span) -> Sequence[Name]:
    """The names that begin in a stretch; `starts` are those of all names, in order."""
    return names[bisect_left(starts, span[0]) : bisect_left(starts, span[1])]


def touches(span: Span, names: Sequence[Name], ends: Sequence[int]) -> bool:
    """Whether a stretch overlaps one of the names, which do not overlap each other; `ends` are theirs."""
    at = bisect_left(ends, span[0] + 1)
    return at < len(names) and names[at].start < span[1]


def with_ordinals(text: str, language: str, names: Sequence[Name]) -> list[Name]:
    """The names, and «le premier», «le second» as names too, where both stand after two brands."""
    first = names[0]
    second = next(name for name in names if name.own != first.own)
    forms = [re.compile(form, re.IGNORECASE) for form in ORDINALS[language]]
    matches = [form.search(text, second.end) for form in forms]
    ordinals = [
        Name(*match.span(), own=name.own) for name, match in zip((first, second), matches, strict=True) if match
    ]
    ends = [name.end for name in names]
    if len(ordinals) < 2 or any(touches((each.start, each.end), names, ends) for each in ordinals):
        return list(names)
    return sorted([*names, *ordinals], key=lambda name: name.start)
