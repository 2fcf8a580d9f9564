"""How many cores may be used: those of the affinity, or of the container where it grants fewer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ground.cores import cores

MINE = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@pytest.mark.parametrize(
    ("quota", "usable"),
    [
        ("100000 100000", 1),
        ("10000 100000", 1),  # a tenth of a core is still somewhere to run
        ("max 100000", MINE),
        ("6400000 100000", MINE),
        ("", MINE),
        ("nonsense", MINE),
    ],
)
def test_a_container_may_grant_fewer_cores_than_the_machine_has(tmp_path: Path, quota: str, usable: int) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    assert cores(tmp_path / "cpu.max") == usable


def test_part_of_a_core_counts_as_one(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("150000 100000")
    assert cores(tmp_path / "cpu.max") == min(2, MINE or 1)


def test_without_a_container_all_cores_count(tmp_path: Path) -> None:
    assert cores(tmp_path / "none") == MINE
