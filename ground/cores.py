"""How many cores this process may use: of the machine's, those that its container and its affinity leave it."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")


def cores(quota: Path = QUOTA) -> int:
    """The number of cores, at least 1. `quota` is a file of cgroup v2: microseconds of a period, and the period."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # no such file, or "max"
        allowed, period = map(int, quota.read_text().split())
        usable = min(usable, math.ceil(allowed / period))
    return max(usable, 1)
