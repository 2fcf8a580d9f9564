"""The command line holds no SQL: what it needs of the database is asked of actions, queries and `app/bootstrap.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import pytest

HARMLESS = {"sqlalchemy.exc", "sqlalchemy.exc.DBAPIError", "sqlalchemy.orm.Session"}
"""A failure to put into words, and the type of what is handed on."""
VERBS_OF_A_SESSION = {"execute", "scalar", "scalars", "get", "get_one", "add", "add_all", "delete", "merge", "flush"}


def sql(tree: ast.Module) -> Iterator[int]:
    """The lines that import what SQL is made of, or have a session or a connection do something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (node.lineno for alias in node.names if about_tables(alias.name))
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (node.lineno for name in names if about_tables(name) and name not in HARMLESS)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = ast.unparse(node.func.value).rpartition(".")[2]
            if node.func.attr in VERBS_OF_A_SESSION and receiver in {"session", "connection"}:
                yield node.lineno


def about_tables(module: str) -> bool:
    return any(f"{module}.".startswith(f"{root}.") for root in ("sqlalchemy", "psycopg", "app.models"))


def test_the_command_line_holds_no_sql(trees: Mapping[str, ast.Module]) -> None:
    inside = {file: tree for file, tree in trees.items() if file.startswith("app/cli/") or file == "app/__main__.py"}
    assert len(inside) > 2
    assert [f"{file}:{line}" for file, tree in inside.items() for line in sql(tree)] == []


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import select",
        "import sqlalchemy as sa",
        "from sqlalchemy.orm import Session, joinedload",
        "import psycopg",
        "from app import models",
        "from app.models import Brand",
        "def brands(session): return session.scalars('SELECT name FROM brand')",
        "with services.db.engine.connect() as connection: connection.execute(statement)",
        "def forget(session, row): session.delete(row)",
    ],
)
def test_sql_is_seen(code: str) -> None:
    assert list(sql(ast.parse(code))) != []


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy.exc import DBAPIError",
        "from sqlalchemy.orm import Session",
        "from app.queries.brands import brand_ids\nbrand_ids(session, viewer)",
        "options.get('name')",
        "with services.db.reading() as session: viewer = operator(session, 'default')",
    ],
)
def test_what_is_no_sql_is_let_through(code: str) -> None:
    assert list(sql(ast.parse(code))) == []
