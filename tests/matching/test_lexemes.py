"""Queries as PostgreSQL's full-text search knows them."""

from __future__ import annotations

import pytest

from matching.lexemes import is_whole, to_tsquery
from matching.query import parse


@pytest.mark.parametrize(
    ("query", "tsquery", "whole"),
    [
        ("a -b", "('a' & !('b'))", True),
        ('"a b" OR ac*', "(('a' <-> 'b') | 'ac':*)", True),
        ("title:a text:ab*", "('a':A & 'ab':*D)", True),
        ("a ONEAR/2 b", "('a' <1> 'b' | 'a' <2> 'b')", True),
        ("a NEAR/1 b", "('a' <1> 'b' | 'b' <1> 'a')", True),
        ("gr?s a", "('gr':* & 'a')", False),
        ("a lang:fr", "('a')", False),
        ("a NOT gr?s", "('a')", False),
        ("a OR lang:fr", None, False),
        ("lang:fr", None, False),
    ],
)
def test_what_full_text_search_can_say_is_said_and_no_more(query: str, tsquery: str | None, whole: bool) -> None:
    assert to_tsquery(parse(query)) == tsquery
    assert is_whole(parse(query)) is whole
