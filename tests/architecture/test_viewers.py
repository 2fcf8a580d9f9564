"""Every query and every action knows who is asking."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest


def without_viewer(tree: ast.Module) -> list[str]:
    """The public functions of a module none of whose parameters is annotated `Viewer`."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f.name for f in functions if not f.name.startswith("_") and "Viewer" not in annotations(f)]


def annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {ast.unparse(p.annotation).strip("'\"") for p in parameters if p.annotation}


@pytest.mark.parametrize("package", ["app/queries", "app/actions"])
def test_every_public_function_takes_a_viewer(package: str, trees: Mapping[str, ast.Module]) -> None:
    inside = {file: tree for file, tree in trees.items() if file.startswith(f"{package}/")}
    assert inside
    assert [f"{file}: {name}" for file, tree in inside.items() for name in without_viewer(tree)] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def feed(session: Session, viewer: Viewer) -> None: ...", []),
        ("def feed(session: Session, *, viewer: Viewer) -> None: ...", []),
        ("def feed(session: Session, viewer: 'Viewer | None') -> None: ...", ["feed"]),
        ("def feed(session, viewer): ...", ["feed"]),
        ("def _inner(): ...", []),
        ("class Page:\n def more(self): ...", []),
    ],
)
def test_the_reading_of_functions_is_exact(code: str, found: list[str]) -> None:
    assert without_viewer(ast.parse(code)) == found
