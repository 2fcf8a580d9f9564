"""One measured figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """`value` in `unit`, or None with a `note` that says why it could not be measured.

    `target` is what we want to reach: at least so much, or at most so much when `better` is "less".
    """

    name: str
    value: float | None
    unit: str
    target: float | None = None
    better: Literal["more", "less"] = "more"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None when there is no target or no value."""
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.better == "more" else self.value <= self.target


Run = Callable[[], Iterable[Row]]
