"""When a source is read next: pure decisions from facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

DAY = timedelta(days=1)
FLOOR = timedelta(minutes=1)
JITTER = 0.1
"""Tenth of the pause, either way: sources made together do not stay together."""


def pace(was: timedelta, wanted: timedelta, floor: timedelta, brought: int, unchanged: bool) -> timedelta:
    """The interval in use: shorter by a third when news came, longer by a quarter when none did.

    It stays between `floor` and four times what was wanted, never more than a day; `wanted` is what people asked for,
    and a source that is lively is read up to four times as often.
    """
    longest = min(max(wanted * 4, floor), DAY)
    shortest = max(floor, wanted / 4)
    next_pace = was * 2 / 3 if brought else was * 5 / 4 if unchanged else was
    return min(max(next_pace, shortest), max(longest, shortest))


def next_run(
    now: datetime, every: timedelta, failures: int, asked: timedelta | None, random: Callable[[], float]
) -> datetime:
    """Back off on failures, never sooner than the source asked, never later than a day. `random` gives 0 to 1."""
    pause = every * 2.0 ** min(failures, 6)
    pause *= 1 + JITTER * (2 * random() - 1)
    pause = max(pause, asked or timedelta(), FLOOR if failures else timedelta(seconds=1))
    return now + min(pause, DAY)
