"""A scan while earlier hours still change: settled ones are scanned once, the rest again from the change on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from .base import HourCounts

UNSETTLED = 4
"""Hours at the end that are expected to change: no state is kept after them, they are scanned each time."""
AT_ONCE = 24
"""Hours scanned together where many are new, between two states that are kept."""

S = TypeVar("S")
R = TypeVar("R")


class Rescan(Generic[S, R]):
    """Keeps what the past taught up to each settled hour, to continue from there.

    `scan` continues from a state, and gives the next one and the result of each hour; `start` is the first state.
    """

    def __init__(self, start: S, scan: Callable[[S, Sequence[HourCounts]], tuple[S, list[R]]]) -> None:
        self._scan = scan
        self._kept = [(0, start)]
        self._results: list[R] = []

    def update(self, counts: Sequence[HourCounts], changed: int) -> Sequence[R]:
        """The result of each hour. `changed` is the index of the first that differs from the last call."""
        if changed >= len(counts) == len(self._results):
            return self._results
        while self._kept[-1][0] > changed:
            self._kept.pop()
        at, state = self._kept[-1]
        del self._results[at:]
        while at < len(counts) - UNSETTLED:
            until = min(at + AT_ONCE, len(counts) - UNSETTLED)
            state = self._continue(state, counts[at:until])
            at = until
            self._kept.append((at, state))
        self._continue(state, counts[at:])
        return self._results

    def _continue(self, state: S, counts: Sequence[HourCounts]) -> S:
        after, fresh = self._scan(state, counts)
        self._results += fresh
        return after
