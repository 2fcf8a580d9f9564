"""Plain text from hostile text."""

from __future__ import annotations

from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.plain import clean_line, clean_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  a  b\t c \r\n\r\n\r\n\r\nd  ", "a b c\n\nd"),
        ("bell\x07 esc\x1b[31mred\x00\x9f", "bell esc[31mred"),
        ("bad \ud83d end", "bad \ufffd end"),
        ("e\u0301", "é"),
        ("brand\u202efdp.exe \u200b\u200dnormal", "brandfdp.exe \u200b\u200dnormal"),
        ("👨\u200d👩\u200d👧 می\u200cخواهم", "👨\u200d👩\u200d👧 می\u200cخواهم"),
        ("\ufeffl'Acmé", "l'Acmé"),
        ("a\u2028b\x85c", "a\nb\nc"),
        ("abcdefghijklmnop", "abcdefghij"),
        ("abcdefghi jklmn", "abcdefghi"),
    ],
)
def test_texts_are_cleaned_so(text: str, expected: str) -> None:
    limit = 10 if text.startswith("abcdefghi") else 100
    assert clean_text(text, limit) == expected


@given(
    st.text(alphabet=st.characters()) | st.text(alphabet="a \n\r\t\x00e\u0301\ud800\u2000\u202e"), st.integers(1, 50)
)
def test_cleaning_twice_changes_nothing_and_the_result_can_be_stored(text: str, limit: int) -> None:
    once = clean_text(text, limit)
    assert clean_text(once, limit) == once
    assert len(once) <= limit
    assert is_normalized("NFC", once)
    assert "\x00" not in once
    once.encode()
    assert "\n" not in clean_line(text, limit)
