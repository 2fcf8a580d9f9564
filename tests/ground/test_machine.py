"""How many cores and how much memory may be used, and how many children they are enough for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ground.machine import EACH, MIB, REST, address_space, children, cores, memory

MINE = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("number", "limit", "allowed"),
    [
        (1, None, 1),
        (4, None, 4),
        (16, None, 8),
        (64, 64 * GIB, 8),
        (1, GIB, 1),
        (2, GIB, 2),
        (4, GIB, 4),
        (8, GIB, 4),  # mem_limit: 1g of compose.yaml: more cores do not make more children
        (16, GIB, 4),
        (64, GIB, 4),
        (16, 2 * GIB, 8),
        (16, 512 * MIB, 1),  # too small for a worker: it has to try
        (16, 0, 1),
    ],
)
def test_children_fit_into_the_cores_and_the_memory(number: int, limit: int | None, allowed: int) -> None:
    assert children(number, limit) == allowed


@pytest.mark.parametrize("number", [4, 8, 16])
def test_a_worker_of_compose_keeps_within_its_limit(number: int) -> None:
    assert REST + children(number, GIB) * EACH <= GIB


@pytest.mark.parametrize(("limit", "size"), [(None, 1024), (16 * GIB, 1024), (GIB, 512), (GIB // 4, 512)])
def test_one_child_does_not_fill_a_container(limit: int | None, size: int) -> None:
    assert address_space(limit) == size * MIB


def machine(root: Path, files: dict[str, str]) -> Path:
    """A root with these files."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


V1 = "4:memory:/docker/3f2a\n3:cpu,cpuacct:/docker/3f2a\n0::/\n"


@pytest.mark.parametrize(
    ("files", "usable"),
    [
        ({}, MINE),
        ({"sys/fs/cgroup/cpu.max": "100000 100000"}, 1),
        ({"sys/fs/cgroup/cpu.max": "10000 100000"}, 1),  # a tenth of a core is still somewhere to run
        ({"sys/fs/cgroup/cpu.max": "150000 100000"}, min(2, MINE)),
        ({"sys/fs/cgroup/cpu.max": "max 100000"}, MINE),
        ({"sys/fs/cgroup/cpu.max": "6400000 100000"}, MINE),
        ({"sys/fs/cgroup/cpu.max": ""}, MINE),
        ({"sys/fs/cgroup/cpu.max": "nonsense"}, MINE),
        ({"proc/self/cgroup": "0::/a.slice/b\n", "sys/fs/cgroup/a.slice/cpu.max": "100000 100000\n"}, 1),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, MINE),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 1),
    ],
)
def test_a_container_may_grant_fewer_cores_than_the_machine_has(
    tmp_path: Path, files: dict[str, str], usable: int
) -> None:
    assert cores(machine(tmp_path, files)) == usable


@pytest.mark.parametrize(
    ("files", "allowed"),
    [
        ({}, None),
        ({"sys/fs/cgroup/memory.max": "1073741824\n"}, GIB),
        ({"sys/fs/cgroup/memory.max": "max\n"}, None),
        (
            {
                "proc/self/cgroup": "0::/system.slice/vigie.service\n",
                "sys/fs/cgroup/system.slice/vigie.service/memory.max": "max\n",
                "sys/fs/cgroup/system.slice/memory.max": "2147483648\n",
            },
            2 * GIB,
        ),
        ({"proc/self/cgroup": V1, "sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n"}, GIB),
        ({"proc/self/cgroup": V1, "sys/fs/cgroup/memory/docker/3f2a/memory.limit_in_bytes": "536870912\n"}, GIB // 2),
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, None),
    ],
)
def test_a_container_may_grant_less_memory(tmp_path: Path, files: dict[str, str], allowed: int | None) -> None:
    assert memory(machine(tmp_path, files)) == allowed
