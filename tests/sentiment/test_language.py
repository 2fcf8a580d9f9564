from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Je suis très content de mon nouveau vélo, merci à toute l'équipe", "fr"),
        ("The delivery was late again and nobody picked up the phone", "en"),
        ("Die Lieferung war schon wieder zu spät und niemand ging ans Telefon", "de"),
        ("JE SUIS TRÈS DÉÇUE PAR CE MAGASIN ET SON ACCUEIL", "fr"),
    ],
)
def test_a_sentence_has_its_language_whatever_was_declared(text: str, language: str) -> None:
    code, confidence = detect(text)
    assert code == language
    assert 0.3 <= confidence <= 1
    assert detect(text, "it")[0] == language


@pytest.mark.parametrize(
    "text", ["", "  ", "😂😂", "https://exemple.fr/le-chat-est-beau", "@le_chat #beau", "ok", "12 34", "\x00"]
)
def test_a_text_without_words_has_the_declared_language_or_none(text: str) -> None:
    assert detect(text) == (None, 0.0)
    assert detect(text, "fr-CA") == ("fr", 0.0)


def test_a_declared_language_settles_a_short_text() -> None:
    assert detect("merci bien", "fr")[0] == "fr"
    assert detect("no way", "en_US")[0] == "en"


def test_a_short_text_of_no_declared_language_is_left_open() -> None:
    assert detect("bzzt")[0] is None


def test_an_unknown_declared_language_does_no_harm() -> None:
    assert detect("The delivery was late again and nobody came", "xx")[0] == "en"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200), st.sampled_from([None, "fr", "", "en-GB", "??"]))
def test_any_text_has_an_answer(text: str, declared: str | None) -> None:
    code, confidence = detect(text, declared)
    assert code is None or code
    assert 0 <= confidence <= 1
