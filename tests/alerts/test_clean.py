from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clean import one_line, safe_url

from .channels.hostile import URLS

ANY = st.text(st.characters())  # surrogates and all


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\x00b\x1b[0m", "a b [0m"),
        ("\u202egnp\u202c.exe", "gnp .exe"),
        ("a\ud800b", "a\ufffdb"),
        ("e\u0301te\u0301", "été"),
        ("👩‍👧 ok", "👩‍👧 ok"),
        ("x" * 30, "x" * 19 + "…"),
        (" " * 10_000 + "late", "…"),
        ("", ""),
    ],
)
def test_a_line_is_fit_to_be_shown(text, shown):
    assert one_line(text, 20) == shown


@given(ANY, st.integers(1, 50))
def test_a_line_is_short_encodable_and_one(text, most):
    line = one_line(text, most)
    assert len(line) <= most
    assert len(line.encode().decode().splitlines()) <= 1
    assert one_line(line, most) == line


@pytest.mark.parametrize("url", ["https://forum.example/t/1?a=1&b=2#c", "http://x.example", "https://é.example/ü"])
def test_an_ordinary_address_may_be_followed(url):
    assert safe_url(url) == url


@given(ANY)
def test_any_text_can_be_asked_whether_it_is_an_address(text):
    for url in (text, "https://" + text):
        assert safe_url(url) in (None, url)


@pytest.mark.parametrize("url", URLS)
def test_a_dangerous_address_may_not_be_followed(url):
    assert safe_url(url) is None
