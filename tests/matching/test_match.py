"""Which brands a text is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.match import BrandQuery, Matcher
from matching.query import QueryError


@pytest.mark.parametrize(
    ("query", "text", "matches"),
    [
        ("acmé", "Merci l'ACME !", True),
        ("acme", "Les acmés", False),
        ("li", "a fine tile", False),
        ("orange", "#Orange me déçoit", True),
        ("orange", "@orange bonjour", True),
        ("coca-cola", "un coca cola frais", True),
        ('"coca cola"', "un Coca-Cola frais", True),
        ("coca-cola", "coca, zéro cola", False),
        ("coca cola", "cola ou coca", True),
        ("acme -emploi", "Acme : offre d'emploi", False),
        ("acme -emploi", "Acme, quelle déception", True),
        ("(acme OR zenith) AND (nul OR 😡)", "Zénith😡", True),
        ("acme NOT (jobs AND paris)", "acme jobs à Lyon", True),
        ("acme NOT (jobs AND paris)", "acme jobs à Paris", False),
        ("ac\u200bme", "Ac\u200b\u200dme", True),
        ("東京", "これは東京です", True),
        ("東京", "京東", False),
        ("aujourd'hui", "Aujourd’hui", True),
        ("œuvre", "une OEUVRE", True),
    ],
)
def test_a_query_holds_or_not(query: str, text: str, matches: bool) -> None:
    assert bool(Matcher([BrandQuery(1, query)]).match("", text)) is matches


def test_spans_show_what_matched_title_first() -> None:
    matcher = Matcher([BrandQuery("acme", 'acme OR "service client" -zenith')])
    title, text = "L'Acmé", "Le service client d'ACME 😡 service"
    (matched,) = matcher.match(title, text)
    assert [(title if in_title else text)[start:end] for start, end, in_title in matched.spans] == [
        "Acmé",
        "service client",
        "ACME",
    ]


def test_a_phrase_does_not_run_from_the_title_into_the_text() -> None:
    assert Matcher([BrandQuery(1, '"acme bank"')]).match("Acme", "bank") == []


def test_many_brands_are_found_in_the_order_given() -> None:
    brands = [BrandQuery(number, f"(brand{number} OR other{number}) -spam") for number in range(1000)]
    matcher = Matcher(brands)
    assert [found.brand_id for found in matcher.match("brand7", "other3 then brand999")] == [3, 7, 999]
    assert matcher.match("brand7", "other3 spam") == []


def test_a_query_that_cannot_be_read_is_refused_at_once() -> None:
    with pytest.raises(QueryError):
        Matcher([BrandQuery(1, "(acme")])


QUERIES = ["a", "a b", '"a b"', "a -c", "(a OR b) NOT (c d)", "b OR (c -a)", "-(-a OR b) c"]


@given(st.text(alphabet="abcd ", max_size=30), st.text(alphabet="abcd ", max_size=30))
def test_the_index_changes_no_answer(title: str, text: str) -> None:
    together = Matcher([BrandQuery(query, query) for query in QUERIES]).match(title, text)
    alone = [found for query in QUERIES for found in Matcher([BrandQuery(query, query)]).match(title, text)]
    assert together == alone
