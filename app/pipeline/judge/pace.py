"""How fast a model reads here, and what follows: how many texts a batch takes, and when to hurry."""

from __future__ import annotations

from dataclasses import dataclass, replace

BATCH_SECONDS = 2.0
"""A batch lasts about this long, so that what has just come waits no longer than that."""
FIRST, LEAST, MOST = 64, 16, 1000
"""Texts of a batch before the speed is known, and its bounds after."""
PATIENCE_SECONDS = 3600.0
"""A backlog that would take longer than this is read by the quick part of the model first."""
MEMORY = 0.3
"""How much the last batch weighs against all before it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The texts per second that were measured; None before the first batch."""

    per_second: float | None = None

    @property
    def size(self) -> int:
        """How many texts to take at once."""
        return FIRST if self.per_second is None else round(min(max(self.per_second * BATCH_SECONDS, LEAST), MOST))

    @property
    def patience(self) -> float:
        """How many texts are read within the time that a backlog may take."""
        return float("inf") if self.per_second is None else self.per_second * PATIENCE_SECONDS

    def after(self, texts: int, seconds: float) -> Pace:
        """The pace with one more batch seen. A handful of texts tells little, for the cost of a batch hides theirs."""
        if texts < LEAST or seconds <= 0:
            return self
        last = texts / seconds
        return replace(self, per_second=last if self.per_second is None else _mixed(self.per_second, last))


def _mixed(before: float, last: float) -> float:
    return before * (1 - MEMORY) + last * MEMORY


def seconds_left(waiting: int, unsettled: int, pace: float | None, quick: float | None) -> float | None:
    """How long one worker needs for what waits and what is to be read again; None before the speed is known."""
    if not pace or not waiting + unsettled:
        return 0.0 if not waiting + unsettled else None
    hurried = quick is not None and waiting > pace * PATIENCE_SECONDS
    first = waiting / quick if hurried and quick else waiting / pace
    again = unsettled + (waiting if hurried else 0)
    return first + again / pace
