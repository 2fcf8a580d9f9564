"""Where tests crash a process on purpose."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.checkpoint import KILLED

PASSING = """
from app.checkpoint import from_environment
checkpoint = from_environment()
for name in ("read", "stored", "told"):
    checkpoint(name)
print("done")
"""


@pytest.mark.parametrize(
    ("at", "code", "passed"),
    [
        ("0", 0, "1 read\n2 stored\n3 told\n"),
        ("2", KILLED, "1 read\n2 stored\n"),
        ("9", 0, "1 read\n2 stored\n3 told\n"),
    ],
)
def test_a_process_ends_at_the_checkpoint_that_is_asked_for(at: str, code: int, passed: str, tmp_path: Path) -> None:
    environment = {**os.environ, "VIGIE_CRASH_AT": at, "VIGIE_CRASH_LOG": str(tmp_path / "log")}
    done = subprocess.run([sys.executable, "-c", PASSING], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (code, "" if code else "done\n")
    assert (tmp_path / "log").read_text(encoding="utf-8") == passed


def test_without_being_asked_nothing_is_written(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    done = subprocess.run([sys.executable, "-c", PASSING], env=bare, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert list(tmp_path.iterdir()) == []
