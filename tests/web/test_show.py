"""How foreign text reaches a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.show import pieces, safe_link, shown_host, strip_direction, weave


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "//evil.example", "/path", "ftp://a.b",
        "http://", "https://user:pass@bank.example", "http://a.example\\@b.example", "http://a.example/\n",
        "http://a b.example", "https://example.com/" + "a" * 2048, "http://[::1", "vbscript:x", " https://example.com",
    ],
)  # fmt: skip
def test_an_address_that_is_no_plain_web_address_is_no_link(url: str | None) -> None:
    assert safe_link(url) is None


@pytest.mark.parametrize("url", ["https://example.com", "http://example.com:8080/a?b=c#d", "https://exämple.com/é"])
def test_a_plain_web_address_is_a_link(url: str) -> None:
    assert safe_link(url) == url


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("www.example.com", "example.com"),
        ("xn--caf-dma.example", "café.example"),
        ("xn--pple-43d.com", "xn--pple-43d.com"),
        ("EXAMPLE.com.", "example.com"),
    ],
)
def test_a_domain_of_mixed_letters_is_shown_in_punycode(host: str, shown: str) -> None:
    assert shown_host(host) == shown


def test_what_turns_the_reading_direction_is_left_out() -> None:
    assert strip_direction("a\u202eb\u2067c\u200f") == "abc"


def test_an_excerpt_starts_near_the_first_match_and_cuts_no_word() -> None:
    text = "word " * 200 + "Brumelo " + "tail " * 200
    shown = pieces(text, [[1000, 1007]], 100)
    assert [piece.text for piece in shown if piece.marked] == ["Brumelo"]
    assert shown[0].text == shown[-1].text == "…"
    assert sum(len(piece.text) for piece in shown) < 130


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(-5, 320), st.integers(-5, 320)), max_size=8))
def test_marks_never_change_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    assert "".join(piece.text for piece in pieces(text, spans)) == strip_direction(text)


SIDED = st.lists(st.tuples(st.integers(0, 320), st.integers(0, 320), st.sampled_from(["for", "against"])), max_size=8)


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(-5, 320), st.integers(-5, 320)), max_size=5), SIDED)
def test_words_that_weighed_never_change_the_text(
    text: str, spans: list[tuple[int, int]], sides: list[tuple[int, int, str]]
) -> None:
    assert "".join(piece.text for piece in weave(text, spans, sides)) == strip_direction(text)


def test_a_passage_is_cut_where_words_weighed_and_the_query_matched() -> None:
    cut = weave("Oh! acme est nul", [[4, 8]], [(13, 16, "for"), (5, 7, "against"), (0, 2, "for")], (3, 16))
    assert [(piece.text, piece.marked, piece.side) for piece in cut] == [
        (" ", False, ""),
        ("acme", True, ""),
        (" est ", False, ""),
        ("nul", True, "for"),
    ]
