"""The grammar, and what is said about a query that does not follow it."""

from __future__ import annotations

import pytest

from matching.grammar import QueryError, grammar, lex
from matching.query import parse


def test_the_tokens_of_a_query_say_where_they_begin() -> None:
    tokens = [(token.type, str(token), token.start_pos) for token in lex('acme OU "a b" -title:x NEAR/3 (b)')]
    assert tokens == [
        ("TERM", "acme", 0), ("OR", "OU", 5), ("QUOTED", '"a b"', 8), ("MINUS", "-", 14), ("FIELD", "title:", 15),
        ("TERM", "x", 21), ("NEAR", "NEAR/3", 23), ("LPAR", "(", 30), ("TERM", "b", 31), ("RPAR", ")", 32),
    ]  # fmt: skip


def test_the_parser_is_made_once() -> None:
    assert grammar() is grammar()


@pytest.mark.parametrize(
    ("query", "at", "said"),
    [
        ("a (b AND) c", 5, "AND has nothing after it."),
        ("a AND ) c", 6, "This parenthesis was never opened."),
        ("a (NEAR b)", 3, "NEAR has nothing before it."),
        ("a lang:AND b", 2, "“lang:” is followed by nothing."),
        ('a "b', 2, "A quotation mark is opened here and never closed."),
    ],
)
def test_a_fault_is_told_where_it_is(query: str, at: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert (caught.value.at, str(caught.value)) == (at, said)
