"""Remembers what was read: marks of pages, which could lead in a circle, and mentions, which shift between pages."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.base import RawMention
from ground.notice import Notice


class Fresh:
    """Tells whether the mark of a next page leads on: an empty one does not, nor one that was met before (a circle)."""

    def __init__(self, *marks: object) -> None:
        self._met = {str(mark) for mark in marks if mark is not None}

    def __call__(self, mark: object) -> bool:
        if mark is None or mark == "" or str(mark) in self._met:
            return False
        self._met.add(str(mark))
        return True


class Unmet:
    """Drops mentions whose id it has met before, in this call or an earlier one. `len` counts the ids."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def __call__(self, mentions: Iterable[RawMention]) -> tuple[RawMention, ...]:
        fresh: dict[str, RawMention] = {}
        for mention in mentions:
            if mention.external_id not in self._met:
                fresh.setdefault(mention.external_id, mention)
        self._met.update(fresh)
        return tuple(fresh.values())

    def __contains__(self, external_id: str) -> bool:
        return external_id in self._met

    def __len__(self) -> int:
        return len(self._met)


def cap_warning(most: int) -> Notice:
    """The warning of a reading that stopped before the end, at our bound or at that of the platform."""
    return Notice("more than {most} hits: narrow the query, or shorten the interval", {"most": most})
