"""The `__init__` of a room names its files, so that whoever opens the folder reads what each of them does."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from collectors import all_collectors

IN_ORDER = (
    "ground",
    "matching",
    "alerts",
    "sentiment",
    "sentiment/training",
    "app",
    "app/cli",
    "app/http",
    "app/models",
    "app/probes",
    "app/pipeline/gather",
    "app/pipeline/sift",
    "app/pipeline/keep",
    "app/pipeline/judge",
    "app/pipeline/tell",
    "app/pipeline/triage",
    "app/pipeline/files",
    "collectors/_kit",
    "collectors/_feeds",
)


def unnamed(docstring: str, names: set[str]) -> tuple[set[str], set[str]]:
    """The files that a docstring does not name, and the `names` in it that are no file."""
    named = set(re.findall(r"`(\w+)`", docstring))
    return names - named, named - names


def modules(folder: Path) -> set[str]:
    files = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    rooms = {room.parent.name for room in folder.glob("*/__init__.py")}
    return files | rooms


def docstring(folder: Path) -> str:
    return ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""


@pytest.mark.parametrize("room", ["app/pipeline", *IN_ORDER])
def test_a_room_names_every_file_in_it(root: Path, room: str) -> None:
    assert unnamed(docstring(root / room), modules(root / room)) == (set(), set())


def test_every_room_of_the_pipeline_is_looked_at(root: Path) -> None:
    rooms = {f"app/pipeline/{room.parent.name}" for room in (root / "app/pipeline").glob("*/__init__.py")}
    assert rooms - set(IN_ORDER) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`store` writes, `rematch` matches again.", (set(), set())),
        ("`store` writes.", ({"rematch"}, set())),
        ("`store` writes, `rematch` and `gone` too.", (set(), {"gone"})),
        ("store and rematch", ({"store", "rematch"}, set())),
    ],
)
def test_the_reading_of_a_docstring_is_exact(text: str, found: tuple[set[str], set[str]]) -> None:
    assert unnamed(text, {"store", "rematch"}) == found


def kinds_imported(tree: ast.Module, own: str) -> set[str]:
    """The kinds of source, other than its `own`, that a module of `collectors` imports."""
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    kinds = {module.split(".")[1] for module in modules if module.startswith("collectors.")}
    return {kind for kind in kinds if not kind.startswith("_")} - {own, "base"}


def test_a_kind_of_source_knows_no_other_kind(trees: Mapping[str, ast.Module]) -> None:
    own = {file: Path(file).parts[1].removesuffix(".py") for file in trees if file.startswith("collectors/")}
    assert set(own.values()) >= set(all_collectors())
    assert {
        file: kinds_imported(trees[file], kind) for file, kind in own.items() if kinds_imported(trees[file], kind)
    } == {}


def test_an_import_of_another_kind_is_found() -> None:
    tree = ast.parse(
        "from collectors.facebook.posts import x\nfrom collectors._kit.fetch import y\nfrom .media import z"
    )
    assert kinds_imported(tree, "instagram") == {"facebook"}
    assert kinds_imported(tree, "facebook") == set()
