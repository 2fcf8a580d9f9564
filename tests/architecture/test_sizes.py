"""Files stay short enough to read at a sitting, and functions simple enough to hold in the head."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

LONGEST_FILE = 300  # lines
HARDEST_FUNCTION = 15
"""Paths through a function (McCabe, IEEE TSE 1976), counted as radon counts them."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def paths(node: ast.AST) -> int:
    """How many paths a node adds to those of the function that it stands in, its closures with it."""
    return _own(node) + sum(paths(child) for child in ast.iter_child_nodes(node))


def _own(node: ast.AST) -> int:
    match node:
        case ast.Try():
            return len(node.handlers) + bool(node.orelse)
        case ast.BoolOp():
            return len(node.values) - 1
        case ast.If() | ast.IfExp() | ast.Assert() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return 1
        case ast.For() | ast.AsyncFor() | ast.While():
            return 1 + bool(node.orelse)
        case ast.comprehension():
            return 1 + len(node.ifs)
        case ast.Match():
            return len(node.cases) - any(_catches_all(case) for case in node.cases)
    return 0


def _catches_all(case: ast.match_case) -> bool:
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def functions(tree: ast.Module) -> Iterator[Function]:
    """The functions of a module and the methods of its classes; a closure counts with the function around it."""
    outer: list[ast.AST] = [tree]
    while outer:
        for node in ast.iter_child_nodes(outer.pop()):
            if isinstance(node, Function):
                yield node
            else:
                outer.append(node)


def test_no_file_is_too_long(root: Path, trees: Mapping[str, ast.Module]) -> None:
    files = [file for file in trees if not file.startswith("migrations/versions/")]  # written once, never changed
    lines = {file: len((root / file).read_text(encoding="utf-8").splitlines()) for file in files}
    assert {file: number for file, number in lines.items() if number > LONGEST_FILE} == {}


def test_no_function_has_too_many_paths(trees: Mapping[str, ast.Module]) -> None:
    counted = {f"{file}: {f.name}": paths(f) for file, tree in trees.items() for f in functions(tree)}
    assert {name: number for name, number in counted.items() if number > HARDEST_FUNCTION} == {}


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("def f(): pass", 1),
        ("def f(a):\n if a: return 1", 2),
        ("def f(a): return 1 if a else 2", 2),
        ("def f(a, b, c): return a and b or c", 3),
        ("def f(a):\n for x in a: pass\n else: pass", 3),
        ("def f(a): return [x for x in a if x if a]", 4),
        ("def f():\n try: pass\n except A: pass\n except B: pass\n else: pass", 4),
        ("def f(a):\n match a:\n  case 1: pass\n  case 2: pass\n  case _: pass", 3),
        ("def f(a):\n match a:\n  case [x]: pass\n  case x: pass", 2),
        ("def f(a):\n def g():\n  if a: return 1\n return g", 3),
        ("class C:\n def f(self, a): assert a", 2),
    ],
)
def test_the_count_of_paths_is_exact(code: str, number: int) -> None:
    assert [paths(function) for function in functions(ast.parse(code))] == [number]
