"""Terms and their patterns."""

from __future__ import annotations

import pytest

from matching.grammar import QueryError
from matching.patterns import expression, is_pattern, stem, words_of


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("Acmé", ("acme",)),
        ("coca-cola", ("coca", "cola")),
        ("Abonn*", ("abonn*",)),
        ("œuv*", ("oeuv*",)),
        ("coca-col*", ("coca", "col*")),
        ("gr?s", ("gr?s",)),
        ("gr?s-gr?s*", ("gr?s", "gr?s*")),
        ("pourquoi?", ("pourquoi",)),
        ("https://acme.example/a?b=c*", ("https", "acme", "example", "a", "b", "c")),
    ],
)
def test_a_term_is_cut_into_words_and_patterns(term: str, found: tuple[str, ...]) -> None:
    assert words_of(term, 0) == found


@pytest.mark.parametrize("term", ["*", "a*", "*acme", "ac*me", "a?b", "&", "東京*"])
def test_a_sign_out_of_its_place_is_refused(term: str) -> None:
    with pytest.raises(QueryError) as caught:
        words_of(term, 7)
    assert caught.value.at == 7


@pytest.mark.parametrize(
    ("pattern", "word", "fits"),
    [
        ("abonn*", "abonnement", True),
        ("abonn*", "abonn", True),
        ("abonn*", "desabonner", False),
        ("gr?s", "gris", True),
        ("gr?s", "grs", False),
        ("gr?s", "gravis", False),
    ],
)
def test_a_pattern_stands_for_whole_words(pattern: str, word: str, fits: bool) -> None:
    assert is_pattern(pattern)
    assert word.startswith(stem(pattern)) or not fits
    assert bool(expression(pattern).fullmatch(word)) is fits
