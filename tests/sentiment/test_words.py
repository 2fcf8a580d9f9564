"""The words of a text as people see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.words import words


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(Nul), vraiment.", ["Nul", "vraiment"]),
        ("L'attente n’en finit pas", ["L'", "attente", "n’", "en", "finit", "pas"]),
        ("aujourd'hui, don't", ["aujourd'hui", "don't"]),
        ("Bravo!!! Quoi ?", ["Bravo", "!!!", "Quoi", "?"]),
        ("mince… bon...", ["mince", "…", "bon", "..."]),
        ("porte-monnaie à 2.5 €", ["porte-monnaie", "à", "2.5"]),
        ("Nul😡😡 👍🏽", ["Nul", "😡😡", "👍🏽"]),
        ("👩‍👩‍👧 et 🇫🇷 et 1️⃣", ["👩‍👩‍👧", "et", "🇫🇷", "et", "1️⃣"]),
        ("ok :-) <3", ["ok", ":-)", "<3"]),
        ("voir https://example.com/a?b=c.", ["voir", "https://example.com/a?b=c"]),
        ("@ana #nul", ["@ana", "#nul"]),
        ("e\u0301te\u0301 trop", ["e\u0301te\u0301", "trop"]),
        ("خدمة سيئة، جدا", ["خدمة", "سيئة", "جدا"]),
        ("最悪", ["最", "悪"]),
        ("नमस्ते", ["नमस्ते"]),
        ("\u202eevil\u202c", ["evil"]),
        ("<b>x</b>", ["b", "x", "b"]),
        ("", []),
        (" , ; ", []),
    ],
)
def test_a_word_is_without_what_surrounds_it(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@given(ANY_TEXT)
def test_words_are_in_order_within_the_text_and_never_overlap(text: str) -> None:
    at = 0
    for start, end in words(text):
        assert at <= start < end <= len(text)
        assert not text[start:end].isspace()
        at = end
