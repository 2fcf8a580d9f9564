"""The share scan while earlier hours still change: settled ones are scanned once, the rest again from the change on."""

from __future__ import annotations

from collections.abc import Sequence

from .base import HourCounts
from .detector import Scan, Surprise, advance

UNSETTLED = 4
"""Hours at the end that are expected to change: no state is kept after them, they are scanned each time."""
AT_ONCE = 24
"""Hours scanned together where many are new, between two states that are kept."""


class Rescan:
    """Keeps what the past taught up to each settled hour, to continue from there."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._kept = [(0, Scan())]
        self._surprises: list[Surprise] = []

    def update(self, counts: Sequence[HourCounts], changed: int) -> Sequence[Surprise]:
        """The surprise of each hour. `changed` is the index of the first that differs from the last call."""
        if changed >= len(counts) == len(self._surprises):
            return self._surprises
        while self._kept[-1][0] > changed:
            self._kept.pop()
        at, scan = self._kept[-1]
        del self._surprises[at:]
        while at < len(counts) - UNSETTLED:
            until = min(at + AT_ONCE, len(counts) - UNSETTLED)
            scan = self._scan(scan, counts[at:until])
            at = until
            self._kept.append((at, scan))
        self._scan(scan, counts[at:])
        return self._surprises

    def _scan(self, scan: Scan, counts: Sequence[HourCounts]) -> Scan:
        after, fresh = advance(scan, [(hour.stories, hour.detractors) for hour in counts], least=self._least)
        self._surprises += fresh
        return after
