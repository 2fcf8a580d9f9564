"""A query in the manner of another tool says what became of it."""

from __future__ import annotations

import pytest

from matching.hints import hints, meant, operators_meant


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("percolune NEAR/5 panne", []),
        ("percolune near panne", []),
        ("percolune ADJ3 panne", [("ADJ3", 10)]),
        ('"percolune panne"~5', [("~5", 17)]),
        ("percolune W/3 panne", [("W/3", 10)]),
        ("headline:percolune panne", [("headline:percolune", 0)]),
        ("(acme OR site:example.org) -lang:fr auther:zoe", [("auther:zoe", 36)]),
        ("percolune ET panne OU retard SAUF emploi", []),
        ("percolune UND panne", [("UND", 10)]),
        ("percolune et panne", [("et", 10)]),
        ("percolune sauf emploi", [("sauf", 10)]),
        ("acme not jobs", [("not", 5)]),
        ("non remboursé", []),
        ("percolune !emploi", [("!emploi", 10)]),
        ("percolune|brumelo", [("percolune|brumelo", 0)]),
        ("perc?lune OR phon*", []),
        ("https://example.org/a?b=c", []),
        ("acme 10:30 ça marche?", []),
        ('"title:x ET" AND (acme OR @acme_fr OR #acme) -emploi', []),
        ("acme AND (", []),
        ("", []),
    ],
)
def test_what_may_not_be_meant_so_is_told_with_its_place(query: str, told: list[tuple[str, int]]) -> None:
    assert [(hint.notice.args["term"], hint.at) for hint in hints(query)] == told


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("orvélia ou orvelia", "orvélia OR orvelia"),
        ("orvélia et panne sauf emploi", "orvélia AND panne NOT emploi"),
        ("acme or acmé and not jobs", "acme OR acmé AND NOT jobs"),
        ('"marks and spencer" or marks', '"marks and spencer" OR marks'),
        ("orvélia OR orvelia", None),
        ("et orvélia", None),
        ("sauf", None),
        ("orvélia et (", None),
        ('orvélia et "', None),
    ],
)
def test_words_that_look_like_operators_are_offered_as_such(query: str, corrected: str | None) -> None:
    assert meant(query) == corrected


def test_each_word_is_asked_about_once() -> None:
    assert operators_meant("a ou b ou c et d") == [("ou", "OR"), ("et", "AND")]


def test_the_sentence_says_what_was_searched_for() -> None:
    [close, far, operator] = hints("authr:x chapter:x et")
    assert str(close.notice) == "“authr:x” is searched for as the words “authr x” side by side: did you mean author: ?"
    assert str(far.notice).endswith("“chapter x” side by side: there is no such field.")
    assert str(operator.notice) == "“et” is searched for as a word: for the operator, write AND."
