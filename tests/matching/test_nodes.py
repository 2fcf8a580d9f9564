"""The nodes of a query."""

from __future__ import annotations

import pytest

from matching.nodes import Field, leaves
from matching.query import parse


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (Field("lang", "fr"), "lang:fr"),
        (Field("rating", 4.5, "<="), "rating:<=4.5"),
        (Field("reach", 1000.0), "reach:1000"),
        (Field("author", "zoé petit"), 'author:"zoé petit"'),
        (Field("tag", "-x"), 'tag:"-x"'),
        (Field("url", "a(b"), 'url:"a(b"'),
    ],
)
def test_a_field_is_written_so_that_it_reads_back(field: Field, written: str) -> None:
    assert str(field) == written
    assert parse(written) == field


def test_the_conditions_come_in_order_and_say_what_is_excluded() -> None:
    query = parse('a (b OR "c d") NOT (lang:fr OR -e) a NEAR/2 b')
    assert [(str(leaf), excluded) for leaf, excluded in leaves(query)] == [
        ("a", False), ("b", False), ('"c d"', False), ("lang:fr", True), ("e", False), ("(a NEAR/2 b)", False),
    ]  # fmt: skip
