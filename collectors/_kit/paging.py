"""What was met before: marks of pages that would lead in a circle, mentions that shift from page to page."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.base import RawMention
from ground.notice import Notice


class Fresh:
    """Tells whether the mark of a next page leads on: one met before would lead in a circle, an empty one nowhere."""

    def __init__(self, *met: object) -> None:
        self._met = {str(mark) for mark in met if mark is not None}

    def __call__(self, mark: object) -> bool:
        if mark is None or mark == "" or str(mark) in self._met:
            return False
        self._met.add(str(mark))
        return True


class Unmet:
    """Leaves out mentions that it was given before; of two with one id the first is kept. `len` counts the ids."""

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


def capped(most: int) -> Notice:
    """The warning of a reading that stopped before the end, at our bound or at the platform's."""
    return Notice("more than {most} hits: narrow the query, or shorten the interval", {"most": most})
