"""The words without a meaning of their own."""

from __future__ import annotations

from ground.accents import without_accents
from ground.stop_words import STOP_WORDS


def test_they_are_of_both_languages_and_folded() -> None:
    assert {"the", "and", "le", "apres", "qu"} <= STOP_WORDS
    assert all(word == without_accents(word.lower()) for word in STOP_WORDS)
    assert STOP_WORDS.isdisjoint({"french", "#", "panne", "awful"})
