"""How fast a model reads on this machine, and so how many texts a batch takes and when to hurry."""

from __future__ import annotations

from dataclasses import dataclass, replace

BATCH_SECONDS = 2.0
"""About how long a batch takes, and so how long a mention that has just come may wait."""
FIRST, LEAST, MOST = 64, 16, 1000
"""The texts of a batch before the speed is known, and the fewest and the most after."""
PATIENCE_SECONDS = 20.0
"""A backlog that would take longer than this is read by the quick part of the model first: nobody who imports a file
waits for its first stances, and what comes one by one is read by the whole model at once."""
MEMORY = 0.3
"""The weight of the last batch in the average, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The texts read per second, as measured; None before the first batch."""

    per_second: float | None = None

    @property
    def size(self) -> int:
        """How many texts to take at once."""
        return FIRST if self.per_second is None else round(min(max(self.per_second * BATCH_SECONDS, LEAST), MOST))

    @property
    def patience(self) -> float:
        """How many texts can be read in PATIENCE_SECONDS; infinite before the speed is known."""
        return float("inf") if self.per_second is None else self.per_second * PATIENCE_SECONDS

    def after(self, texts: int, seconds: float) -> Pace:
        """The pace after one more batch. Too small a batch is ignored: its fixed cost hides that of its texts."""
        if texts < LEAST or seconds <= 0:
            return self
        last = texts / seconds
        return replace(self, per_second=last if self.per_second is None else _mix(self.per_second, last))


def _mix(before: float, last: float) -> float:
    return before * (1 - MEMORY) + last * MEMORY


def seconds_left(waiting: int, unsettled: int, pace: float | None, quick: float | None) -> float | None:
    """How long one worker needs for what waits and for what it must read again; None before the speed is known."""
    if not pace or not waiting + unsettled:
        return 0.0 if not waiting + unsettled else None
    hurried = quick is not None and waiting > pace * PATIENCE_SECONDS
    first = waiting / quick if hurried and quick else waiting / pace
    again = unsettled + (waiting if hurried else 0)
    return first + again / pace
