"""What this process may use of its machine: the cores and the memory that its container and its affinity leave it.

A container is known by its control groups: version 2 has `cpu.max` and `memory.max`, version 1 has them under other
names in a folder for each controller. A limit of a group above counts as well, and of several the smallest.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")
MIB = 1 << 20

CHILDREN_MAX = 8
REST = 560 * MIB
"""What a worker takes without its children: its modules, the shipped model at work, the nursery, what it holds of the
answers. Measured: 299 MiB before the first text, some 500 MiB while it scores and four feeds of 8 MB come in."""
EACH = 96 * MIB
"""What a child and its answer take on top of what it shares. Measured: 83 MiB for a feed of 8 MB, the largest that is
fetched (`make bench ARGS=memory`)."""


def children(cores: int, memory: int | None) -> int:
    """How many children may run at once: one per core, as many as the memory holds beside the worker, at least one.

    `memory` is in bytes; None where nothing limits it.
    """
    room = CHILDREN_MAX if memory is None else (memory - REST) // EACH
    return max(1, min(CHILDREN_MAX, cores, room))


def address_space(memory: int | None) -> int:
    """Bytes of address space of one child: a hostile input must not fill a container by itself.

    A child has 220 MiB of it before it begins, most of them shared.
    """
    return 1024 * MIB if memory is None else min(1024 * MIB, max(512 * MIB, memory // 2))


def cores(root: Path = ROOT) -> int:
    """The number of cores, at least 1, a part of one counting as one."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for text in _texts(root, "", "cpu.max"):  # microseconds of a period and the period, or "max" and the period
        with suppress(ValueError):
            allowed, period = map(int, text.split())
            usable = min(usable, math.ceil(allowed / period))
    quotas, periods = _texts(root, "cpu", "cpu.cfs_quota_us"), _texts(root, "cpu", "cpu.cfs_period_us")
    for quota, period_text in zip(quotas, periods, strict=False):
        with suppress(ValueError):
            usable = min(usable, math.ceil(int(quota) / int(period_text))) if int(quota) > 0 else usable
    return max(usable, 1)


def memory(root: Path = ROOT) -> int | None:
    """Bytes of memory that the container allows; None where it allows as much as there is."""
    texts = [*_texts(root, "", "memory.max"), *_texts(root, "memory", "memory.limit_in_bytes")]
    limits = [int(text) for text in texts if text.isdecimal()]  # not "max"
    return min((limit for limit in limits if limit < 1 << 50), default=None)  # version 1 writes a huge number for none


def _texts(root: Path, controller: str, name: str) -> Iterator[str]:
    """The texts of this file in our group and in those above it. `controller` is "" for version 2."""
    for folder in _groups(root, controller):
        with suppress(OSError):
            yield (folder / name).read_text().strip()


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of our group and of those above it; that of the mount alone where the kernel tells of none."""
    mount = root / "sys/fs/cgroup" / controller
    path = _path(root, controller)
    yield from (mount / part for part in (path, *path.parents))


def _path(root: Path, controller: str) -> Path:
    """The path of our group below the mount, from lines such as `4:cpu,cpuacct:/docker/3f2a` and `0::/`."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(","):
                return Path(path.lstrip("/"))
    return Path()
