"""Accents taken off letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.accents import in_ascii, without_accents


@pytest.mark.parametrize(
    ("text", "plain", "ascii_only"),
    [
        ("Éloïse à Łódź", "Eloise a Łodz", "Eloise a odz"),
        ("e\u0301te\u0301", "ete", "ete"),
        ("ﬁn ＡＣＭＥ ½", "fin ACME 1⁄2", "fin ACME 12"),
        ("Œuvre, straße", "Œuvre, straße", "uvre, strae"),
        ("İstanbul", "Istanbul", "Istanbul"),
        ("Москва й", "Москва и", " "),
        ("", "", ""),
    ],
)
def test_letters_lose_their_accents_and_keep_their_case(text: str, plain: str, ascii_only: str) -> None:
    assert without_accents(text) == plain
    assert in_ascii(text) == ascii_only


@given(st.text())
def test_taking_accents_off_twice_changes_nothing(text: str) -> None:
    assert without_accents(without_accents(text)) == without_accents(text)
    assert in_ascii(text).isascii()
    assert in_ascii(without_accents(text)) == in_ascii(text)
