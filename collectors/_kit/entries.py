"""Lists whose entries are asked for one by one: those that changed since the last reading, oldest first.

In this order the cursor of each page holds by itself: a reading that stops half-way is resumed where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from collectors.base import Broken
from ground.notice import Notice

from .paging import cap_warning
from .times import latest
from .walk import walk

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One entry, and when it changed; None where the list does not say."""

    id: int
    at: datetime | None
    value: T


@dataclass(frozen=True, slots=True)
class Entries(Generic[T]):
    """One page of a list, newest first. `times` are those that it is sorted by, without those of pinned entries."""

    entries: Sequence[Entry[T]]
    times: Sequence[datetime]
    broken: tuple[Broken, ...] = ()

    @property
    def oldest(self) -> datetime | None:
        return min(self.times, default=None)

    def ends_before(self, since: datetime) -> bool:
        return self.oldest is not None and self.oldest < since


@dataclass(frozen=True, slots=True)
class Turn(Generic[T]):
    """Some entries to ask for. Once they are stored, all is read up to `newest`. `waiting`: more entries follow."""

    values: Sequence[T]
    newest: datetime
    waiting: bool


@dataclass(frozen=True, slots=True)
class Queue(Generic[T]):
    """The entries that changed, oldest first. `warning` is set when the list was not read to its end."""

    entries: Sequence[Entry[T]]
    broken: tuple[Broken, ...] = ()
    warning: Notice | None = None

    def turns(self, newest: datetime, most: int, size: int) -> Iterator[Turn[T]]:
        """Turns of `size` entries, `most` entries in all; one empty turn when there is nothing to ask for.

        `newest` is where the last reading ended. Where more than `most` entries wait, those up to `newest` are skipped:
        read again each time, they would keep the others from ever being reached.
        """
        waiting = self.entries
        if len(waiting) > most:
            waiting = [entry for entry in waiting if (entry.at or newest) > newest]
        for start in range(0, max(len(waiting[:most]), 1), size):
            turn = waiting[:most][start : start + size]
            newest = latest(newest, *(entry.at for entry in turn)) or newest
            yield Turn([entry.value for entry in turn], newest, start + len(turn) < len(waiting))


def queue_of(
    ask: Callable[[int | None], tuple[Entries[T], int | None]], since: datetime, most: int, *, first: bool
) -> Queue[T]:
    """The entries that changed since then, from at most `most` pages. Raises what `ask` raises.

    The `first` reading of a list takes its newest page at any age, so that a quiet list is not shown as empty.
    """
    entries: dict[int, Entry[T]] = {}
    broken: dict[Broken, None] = {}
    complete = False
    for number, leg in enumerate(walk(ask, most=most, ends=lambda page: page.ends_before(since))):
        everything = first and number == 0
        entries |= {entry.id: entry for entry in leg.answer.entries if everything or (entry.at or since) >= since}
        broken |= dict.fromkeys(leg.answer.broken)
        complete = leg.ended
    in_order = sorted(entries.values(), key=lambda entry: entry.at or since)
    return Queue(in_order, tuple(broken), None if complete else cap_warning(len(in_order)))
