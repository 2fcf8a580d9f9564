"""The clauses of a query."""

from __future__ import annotations

import pytest

from matching.clauses import clauses
from matching.query import parse


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a", [("a", 0, None, False)]),
        ("a OR b", [("a", 0, "b", False), ("b", 5, "a", False)]),
        (
            "(a OR b OR c) -d lang:fr",
            [
                ("a", 1, "(b OR c) AND NOT d AND lang:fr", False),
                ("b", 6, "(a OR c) AND NOT d AND lang:fr", False),
                ("c", 11, "(a OR b) AND NOT d AND lang:fr", False),
                ("NOT d", 15, "(a OR b OR c) AND lang:fr", True),
                ("lang:fr", 17, "(a OR b OR c) AND NOT d", True),
            ],
        ),
        ("a b OR c", [("a AND b", 0, "c", False), ("c", 7, "a AND b", False)]),
        ("a NOT (b OR c)", [("a", 0, "NOT (b OR c)", True), ("NOT (b OR c)", 7, "a", True)]),
    ],
)
def test_each_part_is_told_with_what_remains_without_it(query: str, expected: list[object]) -> None:
    found = clauses(parse(query))
    assert [(str(c.part), c.at, str(c.without) if c.without else None, c.narrows) for c in found] == expected
