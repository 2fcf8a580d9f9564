"""Every query and every action knows who is asking."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import pytest


def without_viewer(tree: ast.Module) -> list[str]:
    """The public functions of a module that reach the database and take no `Viewer`; pure ones need none."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [f for f in functions if not f.name.startswith("_") and reaches(f)]
    return [f.name for f in public if "Viewer" not in annotations(f)]


def reaches(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is handed a session, a connection or a database, or something that has no type."""
    parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    doors = re.compile(r"\b(Session|Connection|Engine|Database|Services)\b")
    return any(p.annotation is None or doors.search(ast.unparse(p.annotation)) for p in parameters)


def annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {ast.unparse(p.annotation).strip("'\"") for p in parameters if p.annotation}


SPARED = {"app/queries/paging.py"}  # cuts the statement of a query into pages; the query took the viewer


@pytest.mark.parametrize("package", ["app/queries", "app/actions"])
def test_every_public_function_that_reaches_the_database_takes_a_viewer(
    package: str, trees: Mapping[str, ast.Module]
) -> None:
    inside = {file: tree for file, tree in trees.items() if file.startswith(f"{package}/") and file not in SPARED}
    assert inside
    assert [f"{file}: {name}" for file, tree in inside.items() for name in without_viewer(tree)] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def feed(session: Session, viewer: Viewer) -> None: ...", []),
        ("def feed(session: Session, *, viewer: Viewer) -> None: ...", []),
        ("def feed(session: Session, viewer: 'Viewer | None') -> None: ...", ["feed"]),
        ("def feed(session, viewer): ...", ["feed"]),
        ("def feed(db: 'Database') -> None: ...", ["feed"]),
        ("def _inner(session: Session) -> None: ...", []),
        ("def words(text: str) -> list[str]: ...", []),
        ("class Page:\n def more(self): ...", []),
    ],
)
def test_the_reading_of_functions_is_exact(code: str, found: list[str]) -> None:
    assert without_viewer(ast.parse(code)) == found
