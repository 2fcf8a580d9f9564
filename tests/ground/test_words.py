"""How texts are cut into words and compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.words import REPEAT_LIMIT, fold, folded_words, sequence, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'Acmé", ["l", "acme"]),
        ("L’ACMÉ d’Œuvre", ["l", "acme", "d", "oeuvre"]),
        ("aujourd'hui", ["aujourd", "hui"]),
        ("coca-cola Coca Cola coca‑cola", ["coca", "cola", "coca", "cola", "coca", "cola"]),
        ("#Acmé @acme_fr _Acme_", ["acme", "acme", "fr", "acme"]),
        ("Acme😡 super👍🏽👍", ["acme", "😡", "super", "👍", "👍"]),
        ("e\u0301te\u0301 été", ["ete", "ete"]),
        ("Straße ﬁn ＡＣＭＥ", ["strasse", "fin", "acme"]),
        ("İstanbul ısı Øre Łódź", ["istanbul", "isi", "ore", "lodz"]),
        ("Ac\u200bm\u00ade \u202eacme\u2069", ["acme", "acme"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("हिन्दी", ["हिन्दी"]),
        ("Москва Μήλο", ["москва", "μηλο"]),
        ("3,5 % n°5 v2.0", ["3", "5", "n", "5", "v2", "0"]),
        ("«…» -- !?", []),
        ("\ud83d x\x00y", ["x", "y"]),
    ],
)
def test_texts_fall_into_these_words(text: str, expected: list[str]) -> None:
    assert folded_words(text) == expected


@given(st.text())
def test_a_word_folds_to_itself_and_is_one_word(text: str) -> None:
    for word in folded_words(text):
        assert fold(word) == word
        assert folded_words(word) == [word]


@given(st.text())
def test_words_say_where_they_are(text: str) -> None:
    assert [word for word, _, _ in words(text)] == folded_words(text)
    ends = 0
    for word, start, end in words(text):
        assert ends <= start < end <= len(text)
        assert folded_words(text[start:end]) == [word]
        ends = end


@pytest.mark.parametrize("text", ["é" * 100_000, "a" * 100_000, "a\u0301" * 50_000, "ﷺ" * 1000])
def test_an_endless_word_is_cut(text: str) -> None:
    assert [len(word) <= 200 for word in folded_words(text)] == [True]


def test_the_256th_repetition_leaves_an_empty_place() -> None:
    laid = sequence([], ["a"] * 300)
    assert laid == ["", *["a"] * REPEAT_LIMIT, *[""] * (300 - REPEAT_LIMIT)]
