"""docs/attacks.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_attempt_names_the_tests_that_hold_it() -> None:
    page = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
    lines = [line.split(" | ") for line in page.splitlines() if line.startswith("| ") and "held by" not in line]
    assert len(lines) > 30
    for attempt, tests in lines:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", tests)
        assert named, f"nothing holds «{attempt}»"
        for path, name in named:
            assert (ROOT / path).is_file(), path
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8") if name else True, f"{path}::{name}"
