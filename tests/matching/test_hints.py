"""A query in the manner of another tool says what became of it."""

from __future__ import annotations

import pytest

from matching.hints import hints


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("percolune NEAR/5 panne", [("NEAR/5", 10)]),
        ("percolune near panne", []),
        ("percolune NEAR panne", [("NEAR", 10)]),
        ('"percolune panne"~5', [("~5", 17)]),
        ("percolune W/3 panne", [("W/3", 10)]),
        ("title:percolune panne", [("title:percolune", 0)]),
        ("(acme OR site:example.org) -lang:fr", [("site:example.org", 9), ("lang:fr", 28)]),
        ("percolune ET panne OU retard", [("ET", 10), ("OU", 19)]),
        ("percolune et panne", [("et", 10)]),
        ("percolune SAUF emploi", [("SAUF", 10)]),
        ("non remboursé", []),
        ("percolune !emploi", [("!emploi", 10)]),
        ("percolune|brumelo", [("percolune|brumelo", 0)]),
        ("perc?lune OR *phone", [("perc?lune", 0), ("*phone", 13)]),
        ("https://example.org/a?b=c", []),
        ("acme 10:30 ça marche?", []),
        ('"title:x ET" AND (acme OR @acme_fr OR #acme) -emploi', []),
        ("acme AND (", []),
        ("", []),
    ],
)
def test_what_may_not_be_meant_so_is_told_with_its_place(query: str, told: list[tuple[str, int]]) -> None:
    assert [(hint.notice.args["term"], hint.at) for hint in hints(query)] == told


def test_the_sentence_says_what_was_searched_for() -> None:
    [field, operator] = hints("title:x ET")
    assert str(field.notice).startswith("“title:x” is searched for as the words “title x” side by side")
    assert str(operator.notice) == "“ET” is searched for as a word: for the operator, write AND."
