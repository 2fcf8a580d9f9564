"""The test of a file is found by its name: that of app/queries/feed.py is tests/queries/test_feed.py."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

import pytest

ROOMS = ("actions", "queries", "auth", "web", "api")
"""The rooms of app/ whose files each have a test of their name. Those of the pipeline are to follow."""
EXCEPTIONS: Mapping[str, str] = {
    f"app/{room}/__init__.py": "says what its files do, or puts them together: tests/architecture walks it"
    for room in ROOMS
}
"""Files without a test of their name, each with its reason."""


def untested(files: Collection[str], tests: Collection[str]) -> list[str]:
    """The files of the rooms for which there is no test of their name."""
    return [file for file in sorted(files) if room_of(file) in ROOMS and expected_test(file) not in tests]


def room_of(file: str) -> str:
    parts = PurePosixPath(file).parts
    return parts[1] if len(parts) > 2 and parts[0] == "app" else ""


def expected_test(file: str) -> str:
    """The test of a file: the same folders under tests/, and `test_` before its name."""
    path = PurePosixPath(file)
    return str(PurePosixPath("tests", *path.parts[1:-1], f"test_{path.name}"))


def files_under(root: Path, folder: str) -> set[str]:
    return {file.relative_to(root).as_posix() for file in (root / folder).rglob("*.py")}


def test_every_file_has_a_test_of_its_name(root: Path) -> None:
    missing = untested(files_under(root, "app"), files_under(root, "tests"))
    assert [file for file in missing if file not in EXCEPTIONS] == []


def test_an_exception_is_a_file_that_has_no_test(root: Path) -> None:
    assert set(EXCEPTIONS) <= set(untested(files_under(root, "app"), files_under(root, "tests")))


@pytest.mark.parametrize(
    ("file", "tests", "missing"),
    [
        ("app/queries/feed.py", {"tests/queries/test_feed.py"}, []),
        ("app/queries/feed.py", {"tests/api/test_feed.py"}, ["app/queries/feed.py"]),
        ("app/queries/scores/sums.py", {"tests/queries/scores/test_sums.py"}, []),
        ("app/queries/scores/sums.py", {"tests/queries/test_sums.py"}, ["app/queries/scores/sums.py"]),
        ("app/pipeline/store.py", set(), []),
        ("app/main.py", set(), []),
        ("collectors/queries/feed.py", set(), []),
    ],
)
def test_the_reading_of_names_is_exact(file: str, tests: set[str], missing: list[str]) -> None:
    assert untested([file], tests) == missing
