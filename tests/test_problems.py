"""Refusals as sentences, whatever a collector or a library wrote."""

from __future__ import annotations

import pytest

from app.problems import as_sentence, capitalise


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("the token was refused", "The token was refused."),
        ("{reason}", "{reason}."),
        ("Nothing answers there.", "Nothing answers there."),
        ("try again later!", "Try again later!"),
        ("", "."),
    ],
)
def test_a_text_becomes_a_sentence_once(text: str, sentence: str) -> None:
    assert as_sentence(text) == sentence
    assert as_sentence(sentence) == sentence


def test_only_the_first_letter_is_made_a_capital() -> None:
    assert capitalise("reddit answered 403 to GET") == "Reddit answered 403 to GET"
    assert capitalise("élan") == "Élan"
