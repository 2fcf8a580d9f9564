"""Checkpoints, where tests crash the process on purpose: `VIGIE_CRASH_AT=n` ends it at the n-th one it passes.

With `VIGIE_CRASH_LOG` the names of those it passes are written to a file, so that a test knows how many there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

KILLED = 137


def from_environment() -> Callable[[str], None]:
    """The checkpoint function of this process. It does nothing unless a test sets the environment."""
    at, log = int(os.environ.get("VIGIE_CRASH_AT", 0)), os.environ.get("VIGIE_CRASH_LOG")
    if not at and not log:
        return lambda _name: None
    passed = count(1)

    def checkpoint(name: str) -> None:
        number = next(passed)
        if log:
            with Path(log).open("a", encoding="utf-8") as file:
                file.write(f"{number} {name}\n")
        if number == at:
            os._exit(KILLED)

    return checkpoint
