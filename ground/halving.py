"""Runs a function over many hostile items in processes that can be killed, so that a deadly item costs no other.

A batch that dies is halved until the deadly item stands alone. Before that item is blamed, a harmless one is tried in
its place: where that dies too, the machine is at fault, and every item is to be tried again later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .isolate import Isolated, Starved, isolated

I = TypeVar("I")  # noqa: E741  # what is handed in
T = TypeVar("T")

ALONE = 3.0
"""Seconds of processor time for one item. The slowest healthy one that was met takes 0.2."""
EACH = 0.04
"""Seconds for every further item of a batch: a full page of 500 has 23."""
MOST_DEADLY = 5


@dataclass(frozen=True, slots=True)
class Deadly:
    """An item that was read alone, and had its process die. `reason` says how."""

    reason: str


class Later:
    """An item that was not read, because too many before it were deadly."""


LATER = Later()


@dataclass(frozen=True, slots=True)
class Halving(Generic[I, T]):
    """How a batch is read: `function(items)` gives one result per item, in order; `harmless` is an item to try.

    `function` must be known by its name (a functools.partial of such a one will do), and everything is pickled. Once
    `most_deadly` items were found, those that follow are left for later.
    """

    function: Callable[[Sequence[I]], list[T]]
    harmless: I
    most_deadly: int = MOST_DEADLY

    def __call__(self, items: Sequence[I], *, has_died: bool = False) -> list[T | Deadly | Later]:
        """One result per item, in order. Raises Starved when the machine has no time, or kills what is harmless.

        `has_died`: the items are known to kill when they are read together, so that their halves are read at once.
        """
        results: list[T | Deadly | Later] = []
        waiting = _halves(items) if has_died and len(items) > 1 else [list(items)] if items else []
        while waiting:
            batch = waiting.pop()
            if sum(isinstance(result, Deadly) for result in results) >= self.most_deadly:
                results += [LATER] * len(batch)
                continue
            try:
                results += isolated(self.function, batch, seconds=seconds_for(len(batch)))
            except Isolated as death:
                if len(batch) == 1:
                    self._try_harmless()
                    results.append(Deadly(str(death)))
                else:
                    waiting += _halves(batch)
        return results

    def _try_harmless(self) -> None:
        try:
            isolated(self.function, [self.harmless], seconds=ALONE)
        except Isolated as death:
            raise Starved("this machine ends every process that reads texts") from death


def _halves(items: Sequence[I]) -> list[list[I]]:
    """The second half and the first, which is the one to be taken from the end of the list."""
    middle = len(items) // 2
    return [list(items[middle:]), list(items[:middle])]


def seconds_for(number: int) -> float:
    """The processor time that a batch of so many items has."""
    return ALONE + EACH * (number - 1)
