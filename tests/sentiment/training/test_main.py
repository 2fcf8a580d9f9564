"""What training says where a package of its extra is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ALONE = {**os.environ, "OMP_NUM_THREADS": "1"}
WITHOUT = """
import sys
from runpy import run_module

sys.modules[{package!r}] = None  # the import of a package that is not installed fails in the same way
sys.argv = ["python -m sentiment.training", *{arguments!r}]
run_module("sentiment.training", run_name="__main__", alter_sys=True)
"""


def run_without(package: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = WITHOUT.format(package=package, arguments=arguments)
    env = {**ALONE, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=folder, env=env)


@pytest.mark.parametrize("arguments", [("--help",), ("--data", ".", "--out", "model")])
def test_without_torch_training_says_in_one_sentence_what_to_install(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = run_without("torch", tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "training needs torch: pip install 'vigie[training]'\n"
    assert list(tmp_path.iterdir()) == []


def test_a_broken_module_of_ours_is_not_taken_for_a_missing_package(tmp_path: Path) -> None:
    """It shows its traceback: installing something would not mend it."""
    done = run_without("sentiment.labelled", tmp_path, "--help")
    assert done.returncode == 1
    assert "sentiment.labelled" in done.stderr
    assert "training needs" not in done.stderr
