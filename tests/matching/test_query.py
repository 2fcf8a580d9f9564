"""The query language: what is read, what is refused and how, and that PostgreSQL agrees."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from matching.lexemes import is_whole
from matching.match import BrandQuery, Matcher
from matching.query import (
    SIZE_LIMIT,
    And,
    Field,
    Near,
    Not,
    Or,
    Phrase,
    Query,
    QueryError,
    check_collected,
    parse,
    to_tsquery,
    to_tsvector,
)

A, B, C = Phrase(("a",)), Phrase(("b",)), Phrase(("c",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("A b", And((A, B))),
        ("a AND b OR c", Or((And((A, B)), C))),
        ("a AND (b OR c)", And((A, Or((B, C))))),
        ("a -b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT NOT b", And((A, B))),
        ("a -(b OR c)", And((A, Not(Or((B, C)))))),
        ("(((a)))", A),
        ("(a b) c", And((A, B, C))),
        ("a-b", Phrase(("a", "b"))),
        ('"a b"', Phrase(("a", "b"))),
        ("«a b»", Phrase(("a", "b"))),
        ("“a b” c", And((Phrase(("a", "b")), C))),
        ('"a b"c', And((Phrase(("a", "b")), C))),
        ('"AND"', Phrase(("and",))),
        ("a and b", And((A, Phrase(("and",)), B))),
        ("ANDORRE", Phrase(("andorre",))),
        ("AND-1 OR b", Or((Phrase(("and", "1")), B))),
        ("#Acmé", Phrase(("acme",))),
        ("@acme_fr", Phrase(("acme", "fr"))),
        ("l'Acmé", Phrase(("l", "acme"))),
        ("😡 a", And((Phrase(("😡",)), A))),
        ("a ET b OU c SAUF d", Or((And((A, B)), And((C, Not(Phrase(("d",)))))))),
        ("a et b", And((A, Phrase(("et",)), B))),
        ("abonn*", Phrase(("abonn*",))),
        ('"Coca-Col* Zéro"', Phrase(("coca", "col*", "zero"))),
        ("gr?s", Phrase(("gr?s",))),
        ("pourquoi? a", And((Phrase(("pourquoi",)), A))),
        ("a NEAR/3 b", Near((A,), (B,), 3)),
        ("a NEAR b", Near((A,), (B,), 5)),
        ("(a OR b) ONEAR/2 c d", And((Near((A, B), (C,), 2, True), Phrase(("d",))))),
        ("NOT a NEAR b c", And((Not(Near((A,), (B,), 5)), C))),
        ("title:a", Phrase(("a",), "title")),
        ("titre:(a -b)", And((Phrase(("a",), "title"), Not(Phrase(("b",), "title"))))),
        ('text:"a b"', Phrase(("a", "b"), "text")),
        ("title:(a NEAR/1 b)", Near((Phrase(("a",), "title"),), (Phrase(("b",), "title"),), 1)),
        ("a lang:fr", And((A, Field("lang", "fr")))),
        ("a langue:(fr OU EN-gb)", And((A, Or((Field("lang", "fr"), Field("lang", "en")))))),
        ("rating:<3", Field("rating", 3.0, "<")),
        ("note:>=4,5", Field("rating", 4.5, ">=")),
        ("a -site:https://www.Jobs.example/", And((A, Not(Field("site", "jobs.example"))))),
        ('author:"Zoé Petit"', Field("author", "zoé petit")),
        ("author:@Zoe", Field("author", "zoe")),
        ("a est:réponse", And((A, Field("is", "reply")))),
        ("a after:2026-01-02 avant:2026-02-01", And((A, Field("after", "2026-01-02"), Field("before", "2026-02-01")))),
        ("https://acme.example", Phrase(("https", "acme", "example"))),
        ("site: a", And((Phrase(("site",)), A))),
    ],
)
def test_queries_are_read_so(text: str, expected: Query) -> None:
    assert parse(text) == expected
    assert parse(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("(a", 0, "never closed"),
        ("a (", 2, "never closed"),
        ("((a", 1, "never closed"),
        ("a)", 1, "never opened"),
        ("a ()", 2, "nothing between"),
        ("a AND", 2, "nothing after"),
        ("a OR OR b", 5, "nothing before"),
        ("OR a", 0, "nothing before"),
        ("a NOT", 2, "nothing after"),
        ('a "b c', 2, "never closed"),
        ('a ""', 2, "no word"),
        ("a &", 2, "no word"),
        ("a -", 2, "no word"),
        ("NOT a", 0, "what to leave out"),
        ("-a -b", 0, "what to leave out"),
        ("a OR NOT b", 5, "what to leave out"),
        ("a OR (b -c) OR -(d e)", 15, "what to leave out"),
        ("-lang:fr", 0, "what to leave out"),
        ("*", 0, "no word"),
        ("a* b", 0, "Too few letters"),
        ("b ?ab*c", 2, "at the end of a word"),
        ("a " * 501, 1000, "501 terms"),
        ("é" * 5001, 5000, "5001 characters"),
        ("a NEAR/0 b", 2, "1 to 30"),
        ("a NEAR/31 b", 2, "1 to 30"),
        ("a NEAR b NEAR c", 9, "two terms only"),
        ("NEAR a", 0, "nothing before"),
        ("a NEAR", 2, "nothing after"),
        ("a NEAR (b c)", 2, "stands a term"),
        ("a NEAR lang:fr", 2, "stands a term"),
        ("gr?s NEAR a", 5, "without a ?"),
        ("a rating:much", 9, "takes a number"),
        ("a site:jobs", 7, "not the name of a site"),
        ("a lang:français", 7, "not a language code"),
        ("a after:yesterday", 8, "not a date"),
        ("a stance:angry", 9, "accepts promoter"),
        ("a has:image", 6, "accepts link"),
        ("a rating:title:b", 9, "not another field"),
        ("(" * 11 + "a" + ")" * 11, 10, "deep"),
    ],
)
def test_a_query_that_cannot_be_read_says_where_and_why(text: str, at: int, said: str) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        parse(text)
    assert caught.value.at == at
    assert caught.value.hint


def test_limits_are_limits_and_not_less() -> None:
    assert isinstance(parse("(" * 10 + "a" + ")" * 10), Phrase)
    assert len(parse(" ".join(f"w{n}" for n in range(500))).parts) == 500
    assert parse(f"a{' ' * 4_998}b") == And((A, B))
    assert parse("a NEAR/30 b") == Near((A,), (B,), 30)
    assert parse("NOT " * 40 + "a") == A


@pytest.mark.parametrize("asked", ["a status:new", "a -tag:vip", "a source:Forum", "a assignee:me", "a is:copy"])
def test_what_only_stored_mentions_have_is_refused_in_the_query_of_a_brand(asked: str) -> None:
    with pytest.raises(QueryError, match="known of stored mentions only") as caught:
        check_collected(parse(asked))
    assert asked[caught.value.at - 1] in " :-"
    check_collected(parse("a rating:<3 lang:fr -site:jobs.example is:question"))


WORDS = st.sampled_from(["a", "b", "c", "acmé", "coca-cola", "l'eau", "😡", "東京", "#tag_x", "ac*", "coc*", "aa?a"])
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
TERMS = WORDS | PHRASES.map('"{}"'.format)
SIDES = st.sampled_from(["a", "b", "acmé", "coca-cola", "co*", "(a OR b)", '(acmé OR "b c" OR 😡)'])
NEARBY = st.tuples(SIDES, st.sampled_from(["NEAR/1", "NEAR/3", "ONEAR/1", "ONEAR/4", "NEAR"]), SIDES).map(" ".join)
ZONED = st.tuples(st.sampled_from(["title:", "text:"]), TERMS | NEARBY.map("({})".format)).map("".join)
EXPRESSIONS = st.recursive(
    TERMS | NEARBY | ZONED,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" ", " AND ", " OR ", " NOT ", " -"]), inner).map("".join),
        inner.map("({})".format),
        inner.map("NOT ({})".format),
    ),
    max_leaves=8,
)


def parsed(text: str) -> Query:
    try:
        return parse(text)
    except QueryError:
        assume(False)
        raise


@given(EXPRESSIONS)
def test_a_query_survives_being_written_and_read_again(text: str) -> None:
    query = parsed(text)
    assert parse(str(query)) == query


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [*'()"- *«”#', "AND", "OR", " NOT ", "a", "é", "NEAR/2", "title:", "lang:", "rating:", "*", "?", "fr", "<3"]
        )
    ).map("".join)
)
def test_any_string_is_a_query_or_a_query_error(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as raised:
        error: QueryError | None = raised
    else:
        error = None
    if error is not None:
        assert 0 <= error.at <= len(text)
    elif len(str(query).encode()) <= SIZE_LIMIT:
        assert parse(str(query)) == query


NOISE = st.lists(
    WORDS
    | st.sampled_from(["coca", "cola", "cocon", "aaba", " ", ", ", "'", "\\", ":1", "\n", "xx"])
    | st.text(max_size=3),
    max_size=25,
)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NOISE.map(" ".join), NOISE.map(" ".join), EXPRESSIONS)
def test_postgresql_and_the_matcher_agree(plain_pg: psycopg.Connection, title: str, text: str, asked: str) -> None:
    query = parsed(asked)
    assume(is_whole(query))  # the rest is compared in tests/test_asking.py
    assert _found(plain_pg, title, text, query) == bool(Matcher([BrandQuery(1, query)]).match(title, text))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a " * 300 + "b", '"a b"'),
        ("a " * 254 + "a b", '"a b"'),
        ("x " * 254 + "x y", '"x y"'),
        (" ".join(f"w{n}" for n in range(9000)), '"w4998 w4999"'),
        ("東" * 19_000 + "京", "京"),
        (" ".join(chr(0x4E00 + n % 9000) for n in range(19_000)) + "é", "é"),
        ("é" * 5000 + " b", "b"),
        ("𠀀" * 20_000, '"𠀀 𠀀"'),
        ("\ud83d\x00 a'b\\c :1A", "a'b"),
    ],
)
def test_they_agree_at_the_limits_too(plain_pg: psycopg.Connection, text: str, query: str) -> None:
    assert _found(plain_pg, "", text, parse(query)) == bool(Matcher([BrandQuery(1, query)]).match("", text))


def _found(pg: psycopg.Connection, title: str, text: str, query: Query) -> bool:
    asked = to_tsquery(query)
    row = pg.execute("SELECT %s::tsvector @@ %s::tsquery", (to_tsvector(title, text), asked)).fetchone()
    assert row is not None
    return bool(row[0])
