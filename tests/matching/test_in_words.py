"""A query in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from matching.in_words import in_words
from matching.query import parse
from tests.matching.test_query import EXPRESSIONS, parsed


@pytest.mark.parametrize(
    ("query", "english", "french"),
    [
        ("acme", "“acme”", "« acme »"),
        (
            'acme "service client" -jobs',
            "“acme” and “service client” and not “jobs”",
            "« acme » et « service client » et pas « jobs »",
        ),
        (
            "(acme OR lumévie) NOT (stage OR emploi)",
            "(“acme” or “lumévie”) and not (“stage” or “emploi”)",
            "(« acme » ou « lumévie ») et pas (« stage » ou « emploi »)",
        ),
        (
            "banqu* NEAR/3 (frais OR agios)",
            "a word that begins with “banqu” at most 3 words from (“frais” or “agios”)",
            "un mot qui commence par « banqu » à 3 mots au plus de (« frais » ou « agios »)",
        ),
        (
            "title:panne rating:<3.5 lang:fr",
            "“panne” in the title and rated less than 3.5 of 5 and in the language fr",
            "« panne » dans le titre et avec une note de moins de 3,5 sur 5 et en langue fr",
        ),
        ("gr?s is:question", "“gr?s”, with any letter for each ? and a question", None),
        ("acme -site:jobs.example", "“acme” and not on the site jobs.example", None),
    ],
)
def test_a_query_reads_so(query: str, english: str, french: str | None) -> None:
    assert in_words(parse(query), "en") == english
    assert french is None or in_words(parse(query), "fr").replace("\u202f", " ") == french


SAID: dict[tuple[str, str], str] = {}


@settings(max_examples=500, deadline=None)
@given(EXPRESSIONS)
def test_different_queries_never_read_the_same(asked: str) -> None:
    query = parsed(asked)
    assert SAID.setdefault(("en", in_words(query, "en")), str(query)) == str(query)
    assert SAID.setdefault(("fr", in_words(query, "fr")), str(query)) == str(query)
