"""The test of a file is found by its name: that of app/queries/feed.py is tests/queries/test_feed.py."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath

import pytest

PLACES = (
    "alerts",
    "app",
    "collectors/_feeds",
    "collectors/_kit",
    "collectors/_platforms",
    "ground",
    "matching",
    "sentiment",
)
"""Where each file has a test of its name. The files of a kind of source are tested together, as the kind is read:
tests/collectors/test_contract.py reads the recorded case of every kind."""
EXCEPTIONS: Mapping[str, str] = {}
"""Files without a test of their name, each with its reason."""
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def untested(files: Mapping[str, str], tests: Collection[str]) -> list[str]:
    """The files, by name and with their text, that should have a test of their name and have none."""
    return [file for file, text in sorted(files.items()) if needs_test(file, text) and expected_test(file) not in tests]


def needs_test(file: str, text: str) -> bool:
    """Whether a file should have a test of its own.

    A file without any function declares tables, values or names, and those who use them are tested. An `__init__` says
    what the files of its room do, or puts them together. What trains a model with torch, which no lock file holds, is
    tested as a whole run: tests/sentiment/training/test_command.py.
    """
    nodes = list(ast.walk(ast.parse(text)))
    has_function = any(isinstance(node, FUNCTIONS) for node in nodes)
    return has_function and PurePosixPath(file).name != "__init__.py" and "torch" not in imported(nodes)


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """The packages that are imported, by their first names."""
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {name.partition(".")[0] for name in names}


def expected_test(file: str) -> str:
    """The test of a file: the same folders under tests/, but for `app`, and `test_` before its name."""
    path = PurePosixPath(file)
    folders = path.parts[1:-1] if path.parts[0] == "app" else path.parts[:-1]
    return str(PurePosixPath("tests", *folders, f"test_{path.name.strip('_').replace('__.', '.')}"))


def files_of(root: Path, places: Collection[str]) -> dict[str, str]:
    return {
        file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
        for place in places
        for file in (root / place).rglob("*.py")
    }


def names_of_tests(root: Path) -> set[str]:
    return {file.relative_to(root).as_posix() for file in (root / "tests").rglob("test_*.py")}


def test_every_file_has_a_test_of_its_name(root: Path) -> None:
    missing = untested(files_of(root, PLACES), names_of_tests(root))
    assert [file for file in missing if file not in EXCEPTIONS] == []


def test_an_exception_is_a_file_that_has_no_test(root: Path) -> None:
    assert set(EXCEPTIONS) <= set(untested(files_of(root, PLACES), names_of_tests(root)))


FUNCTION = "def feed():\n    ...\n"


@pytest.mark.parametrize(
    ("file", "text", "tests", "missing"),
    [
        ("app/queries/feed.py", FUNCTION, {"tests/queries/test_feed.py"}, []),
        ("app/queries/feed.py", FUNCTION, {"tests/api/test_feed.py"}, ["app/queries/feed.py"]),
        ("app/queries/scores/sums.py", FUNCTION, {"tests/queries/scores/test_sums.py"}, []),
        ("app/queries/scores/sums.py", FUNCTION, {"tests/queries/test_sums.py"}, ["app/queries/scores/sums.py"]),
        ("app/main.py", FUNCTION, {"tests/test_main.py"}, []),
        ("alerts/rules/threshold.py", FUNCTION, {"tests/alerts/rules/test_threshold.py"}, []),
        ("alerts/channels/_post.py", FUNCTION, {"tests/alerts/channels/test_post.py"}, []),
        ("alerts/__main__.py", FUNCTION, {"tests/alerts/test_main.py"}, []),
        ("alerts/__main__.py", FUNCTION, set(), ["alerts/__main__.py"]),
        ("app/web/__init__.py", FUNCTION, set(), []),
        ("sentiment/training/slim.py", "import torch\n" + FUNCTION, set(), []),
        ("sentiment/training/card.py", "import numpy\n" + FUNCTION, set(), ["sentiment/training/card.py"]),
        ("app/models/watching.py", "class Brand(Base):\n    name: str\n", set(), []),
        ("app/models/watching.py", "class Brand:\n    def draw(self): ...\n", set(), ["app/models/watching.py"]),
    ],
)
def test_the_reading_of_names_is_exact(file: str, text: str, tests: set[str], missing: list[str]) -> None:
    assert untested({file: text}, tests) == missing
