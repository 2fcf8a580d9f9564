"""Lists whose entries are looked at one by one: what changed since the last reading, the oldest first.

A page's cursor is then true by itself: a reading that stops half-way is gone on with where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from ground.notice import Notice

from .paging import capped
from .times import latest
from .walk import walk

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One entry, and when it changed, where the list says so."""

    id: int
    at: datetime | None
    value: T


@dataclass(frozen=True, slots=True)
class Entries(Generic[T]):
    """One page of a list, newest first. `times` are those it is sorted by: not those of pinned entries."""

    entries: Sequence[Entry[T]]
    times: Sequence[datetime]
    broken: tuple[tuple[str, str], ...] = ()

    @property
    def oldest(self) -> datetime | None:
        return min(self.times, default=None)

    def ends_before(self, since: datetime) -> bool:
        return self.oldest is not None and self.oldest < since


@dataclass(frozen=True, slots=True)
class Turn(Generic[T]):
    """Some entries to look at. Once they are stored, all is read up to `newest`; `waiting`: others are left."""

    values: Sequence[T]
    newest: datetime
    waiting: bool


@dataclass(frozen=True, slots=True)
class Queue(Generic[T]):
    """What changed, oldest first. `warning` tells that the list was not read to its end."""

    entries: Sequence[Entry[T]]
    broken: tuple[tuple[str, str], ...] = ()
    warning: Notice | None = None

    def turns(self, newest: datetime, most: int, size: int) -> Iterator[Turn[T]]:
        """Turns of `size` entries, `most` entries at most; an empty one when there is none. `newest` is what was known.

        Where more entries wait, those up to `newest` are passed over: read again each time, they would keep the rest
        from ever having its turn.
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
    """What changed since then, in `most` pages at most. Raises what `ask` raises.

    The `first` reading of a list takes its newest page whatever its age, so that a quiet one is not an empty one.
    """
    found: dict[int, Entry[T]] = {}
    broken: dict[tuple[str, str], None] = {}
    complete = False
    for number, leg in enumerate(walk(ask, most=most, ends=lambda page: page.ends_before(since))):
        everything = first and number == 0
        found |= {one.id: one for one in leg.answer.entries if everything or (one.at or since) >= since}
        broken |= dict.fromkeys(leg.answer.broken)
        complete = leg.ended
    in_order = sorted(found.values(), key=lambda entry: entry.at or since)
    return Queue(in_order, tuple(broken), None if complete else capped(len(in_order)))
