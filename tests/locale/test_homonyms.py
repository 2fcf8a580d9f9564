"""No message serves two parts of speech: a word with several senses is translated in each of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.locale.gather import gather
from app.web.language import Tongue, zone
from app.web.words import SENSE, WORDS

TEMPLATES = Path(__file__).parents[2] / "app/web/templates"
SENSES = {"Write", "Pending", "Warning", "New", "Right", "Read", "All"}
"""Words that are a verb here and a noun or an adjective there, or agree with another word: each names its sense."""
WORD = r"\{\{ _\(\"([^\"]+)\"\) \}\}"
BUTTON = re.compile(rf"<button[^>]*>(?:\{{\{{ s\.icon\([^)]*\) \}}\}})?{WORD}")
POSTED = re.compile(r"part\.post\((?:[^()]|\([^()]*\))*?_\(\"([^\"]+)\"\)")
HEAD = re.compile(rf"<(?:t[hd]|h[1-3]|dt)\b[^>]*>{WORD}")
ALIKE = {"Answered", "Irrelevant", "Keyboard"}
"""Buttons that are named by the state they bring about, with the same word in both languages."""


def found(pattern: re.Pattern[str]) -> set[str]:
    texts = (page.read_text(encoding="utf-8") for page in TEMPLATES.glob("*.html"))
    return {word for text in texts for match in pattern.finditer(text) for word in match.groups() if word}


@pytest.mark.parametrize("word", sorted(SENSES))
def test_a_word_with_several_senses_never_stands_alone(word: str) -> None:
    messages = gather()
    assert word not in messages, messages[word]
    assert [message for message in messages if isinstance(message, str) and message.endswith(SENSE + word)]


def test_no_single_word_is_both_what_a_button_does_and_the_name_of_a_state_or_a_column() -> None:
    buttons = {word for word in found(BUTTON) | found(POSTED) if " " not in word}
    assert {"Save", "Import", "Resolve"} <= buttons
    states = {text for words in WORDS.values() for text in words.values()}
    assert buttons & (states | found(HEAD)) - ALIKE == set()


def test_each_sense_has_its_own_french_and_english_shows_the_word_alone() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    french, english = Tongue("fr", zone("UTC"), now), Tongue("en", zone("UTC"), now)
    assert (french.say_in("scope", "Write"), french.say_in("in a query", "Write")) == ("Écrire", "Écrivez")
    assert (french.say_in("status", "New"), french.say_in("mentions", "New")) == ("Nouveau", "Nouvelles")
    assert english.say_in("scope", "Write") == "Write"
    assert french.say_in("a sense that nobody translated", "Zigzag") == "Zigzag"
