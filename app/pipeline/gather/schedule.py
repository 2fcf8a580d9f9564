"""Decides when a source is read next: pure functions from facts to dates and pauses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from collectors.base import SourceBusy, SourceChanged, SourceError, SourceRefused

DAY = timedelta(days=1)
FLOOR = timedelta(minutes=1)
JITTER = 0.1
"""Part of the pause that is added or taken off at random, so that sources created together are not always read
together."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
"""Between two connections to a stream; the pause doubles with each failure."""
LEAST_PAUSE: dict[type[SourceError], timedelta] = {SourceChanged: timedelta(hours=1), SourceRefused: DAY}
"""After failures that a person has to look at."""


def pace(was: timedelta, interval: timedelta, floor: timedelta, brought: int, unchanged: bool) -> timedelta:
    """The interval in use: shorter by a third when the source brought news, longer by a quarter when nothing changed.

    `interval` is the interval that people asked for: a lively source is read up to four times as often, but not more
    often than `floor` allows, and a quiet one down to a quarter as often, but at least once a day unless people want
    it read less often than every four days.
    """
    longest = min(max(interval * 4, floor), DAY)
    shortest = max(floor, interval / 4)
    next_pace = was * 2 / 3 if brought else was * 5 / 4 if unchanged else was
    return min(max(next_pace, shortest), max(longest, shortest))


def next_run(
    now: datetime, every: timedelta, failures: int, least: timedelta | None, random: Callable[[], float]
) -> datetime:
    """Backs off on failures. Never before the `least` pause that was asked for, never later than a day.

    `random` gives 0 to 1.
    """
    pause = every * 2.0 ** min(failures, 6)
    pause *= 1 + JITTER * (2 * random() - 1)
    pause = max(pause, least or timedelta(), FLOOR if failures else timedelta(seconds=1))
    return now + min(pause, DAY)


def pause_before_reconnect(failures: int, error: SourceError | None, random: Callable[[], float]) -> timedelta:
    """How long to wait before a stream is opened again: longer each time, and never less than the host asked for."""
    grown = min(FIRST_PAUSE * 2.0 ** min(failures, 12), LONGEST_PAUSE)
    least = next((pause for kind, pause in LEAST_PAUSE.items() if isinstance(error, kind)), timedelta())
    wait = (error.wait if isinstance(error, SourceBusy) else None) or timedelta()
    return max(grown, least, wait) * (1 + 0.5 * random())
