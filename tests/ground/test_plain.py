"""Plain text from hostile text and markup."""

from __future__ import annotations

from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.plain import clean_line, clean_text, html_to_text, title_of_html


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


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<b>a</b>b <i>c</i>", "ab c"),
        ("<script>alert(1)</script>Sale", "Sale"),
        ("<img src=x onerror=alert(1)>Promo", "Promo"),
        ('<p onclick="x()">ok</p><iframe src="https://ex.org/"></iframe><style>*{}</style>', "ok"),
        ("Tom &amp;amp; J&eacute;r&#244;me &lt;b&gt;", "Tom &amp; Jérôme <b>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a  b"),
        ("x]]>y", "x]]>y"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ('<div class="quotewrapper"><div>Léa wrote:</div><div>mauvais</div></div>Je confirme', "Je confirme"),
        ("<blockquote><div><cite>Léa a écrit :</cite>mauvais</div></blockquote>Je confirme", "Je confirme"),
        ('<blockquote class="uncited"><div>mauvais</div></blockquote>Je confirme', "Je confirme"),
        ('<aside class="quote no-group"><div>Léa</div><blockquote>x</blockquote></aside><p>Oui</p>', "Oui"),
        ('<aside class="quote"><aside class="quote">x</aside>y</aside>Oui<p>non</p>', "Oui\nnon"),
        ('<div class="quotewrapper">seulement cela</div>', "seulement cela"),
        ("<blockquote>une citation de presse</blockquote>", "une citation de presse"),
        ('Merci<p>Statistics: Posted by <a href="https://ex.org/u">zoe</a> — Today, 1:51 pm</p><hr />', "Merci"),
    ],
)
def test_html_reads_so(html: str, expected: str) -> None:
    assert html_to_text(html) == expected


def test_a_title_keeps_what_only_looks_like_markup() -> None:
    assert title_of_html("A & B <c>") == "A & B <c>"
    assert title_of_html("<script>alert(1)</script>Sale <b>now</b>") == "Sale now"
    assert title_of_html("<strong>Slack</strong> &amp; co") == "Slack & co"


@pytest.mark.parametrize("hostile", ["<div><b>" * 100_000, "<a " * 100_000, "<" * 300_000, "&" * 300_000])
def test_only_the_first_64_kb_of_markup_are_read(hostile: str) -> None:
    assert len(html_to_text(hostile + "the end")) <= 64 * 1024
    assert "the end" not in html_to_text(hostile + "the end")


PIECES = st.sampled_from(["<p>", "<div", "</div>", ' class="quotewrapper">', ">", "a", "&lt;", "<aside>"])


@given(st.lists(PIECES).map("".join))
def test_no_broken_markup_comes_through(html: str) -> None:
    text = html_to_text(html)
    assert "<p>" not in text
    assert "<aside>" not in text
    assert "</div>" not in text
