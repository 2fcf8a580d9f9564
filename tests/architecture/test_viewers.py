"""Every query and every action knows who is asking, and declares the right that it demands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest

from app.problems import Problem
from app.viewer import Right, Viewer

PACKAGES = ("app/queries", "app/actions")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def without_viewer(tree: ast.Module) -> list[str]:
    """The public functions of a module that reach the database and take no `Viewer`; pure ones need none."""
    return [f.name for f in public(tree) if reaches(f) and "Viewer" not in annotations(f)]


def public(tree: ast.Module) -> list[Function]:
    return [node for node in tree.body if isinstance(node, Function) and not node.name.startswith("_")]


def reaches(function: Function) -> bool:
    """Whether it is handed a session, a connection or a database, or something that has no type."""
    parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    doors = re.compile(r"\b(Session|Connection|Engine|Database|Services)\b")
    return any(p.annotation is None or doors.search(ast.unparse(p.annotation)) for p in parameters)


def annotations(function: Function) -> set[str]:
    parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {ast.unparse(p.annotation).strip("'\"") for p in parameters if p.annotation}


def undeclared(tree: ast.Module) -> list[str]:
    """The public functions of a module that take a `Viewer` and whose first decorator is no `@may(…)` with a right."""
    return [f.name for f in public(tree) if takes_viewer(f) and right_of(f) not in get_args(Right)]


def takes_viewer(function: Function) -> bool:
    return any(re.search(r"\bViewer\b", annotation) for annotation in annotations(function))


def right_of(function: Function) -> str | None:
    """The right that the function declares: first, so that nothing else runs before it is checked."""
    first = ast.unparse(function.decorator_list[0]) if function.decorator_list else ""
    found = re.fullmatch(r"may\('(\w+)'\)", first)
    return found[1] if found else None


def checked_by_hand(tree: ast.Module) -> list[int]:
    """The lines that ask for a right by its name inside a function, where nobody looks for it."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [c.lineno for c in calls if c.func.attr == "needs" and c.args and isinstance(c.args[0], ast.Constant)]  # type: ignore[attr-defined]


SPARED = {"app/queries/paging.py"}  # cuts the statement of a query into pages; the query took the viewer


ANYBODY = {"app/actions/audit.py: record"}  # an action that was allowed writes its line, whatever it demanded


@pytest.mark.parametrize("package", PACKAGES)
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


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_function_that_takes_a_viewer_declares_its_right(
    package: str, trees: Mapping[str, ast.Module]
) -> None:
    inside = {file: tree for file, tree in trees.items() if file.startswith(f"{package}/")}
    assert [f"{file}: {name}" for file, tree in inside.items() for name in undeclared(tree)] == []
    assert [f"{file}:{line}" for file, tree in inside.items() for line in checked_by_hand(tree)] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("@may('read')\ndef feed(session: Session, viewer: Viewer) -> None: ...", []),
        ("@may('own')\n@contextmanager\ndef mine(viewer: Viewer) -> None: ...", []),
        ("@contextmanager\n@may('read')\ndef feed(session: Session, viewer: Viewer) -> None: ...", ["feed"]),
        ("def feed(session: Session, viewer: Viewer) -> None: ...", ["feed"]),
        ("def feed(viewer: 'Viewer | None') -> None: ...", ["feed"]),
        ("@may('everything')\ndef feed(session: Session, viewer: Viewer) -> None: ...", ["feed"]),
        ("@may(right)\ndef feed(session: Session, viewer: Viewer) -> None: ...", ["feed"]),
        ("@cache\ndef feed(session: Session, viewer: Viewer) -> None: ...", ["feed"]),
        ("def _inner(session: Session, viewer: Viewer) -> None: ...", []),
        ("def words(text: str) -> list[str]: ...", []),
    ],
)
def test_the_reading_of_declarations_is_exact(code: str, found: list[str]) -> None:
    assert undeclared(ast.parse(code)) == found


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("def f(viewer):\n viewer.needs('write')", [2]),
        ("def f(visit):\n if x: visit.viewer.needs('read')", [2]),
        ("def f(viewer):\n for scope in scopes: viewer.needs(scope)", []),  # what a person asks for, not what we demand
    ],
)
def test_a_right_that_is_checked_by_hand_is_seen(code: str, lines: list[int]) -> None:
    assert checked_by_hand(ast.parse(code)) == lines


def declarations(root: Path) -> Iterator[tuple[str, str, str]]:
    """(module, function, right) of every function that declares one."""
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            module = file.relative_to(root).with_suffix("").as_posix().replace("/", ".")
            for function in public(ast.parse(file.read_text(encoding="utf-8"))):
                if right := right_of(function):
                    yield module, function.name, right


def test_only_what_is_listed_is_open_to_whoever_was_let_in(root: Path) -> None:
    open_to_all = {
        f"{module.replace('.', '/')}.py: {name}" for module, name, right in declarations(root) if right == "any"
    }
    assert open_to_all == ANYBODY


def test_nobody_without_the_right_gets_as_far_as_the_function(root: Path) -> None:
    """The other arguments are nonsense: had the function begun, it would have failed on them."""
    stranger = Viewer(UUID(int=1), "stranger", frozenset())
    checked = 0
    for module, name, right in declarations(root):
        if right == "any":
            continue
        function = getattr(import_module(module), name)
        arguments = {each: object() for each in signature(function).parameters} | {"viewer": stranger}
        with pytest.raises(Problem) as refused:
            function(**arguments)
        assert (module, name, refused.value.status) == (module, name, 403)
        checked += 1
    assert checked > 100
