"""Text from hostile markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.html import (
    BLOCKS,
    html_to_text,
    line_of,
    own_text_of,
    parse_html,
    quotes_alone,
    text_of,
    title_of_html,
)


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
        ('<div class="quotewrapper">seulement cela</div>', ""),
        ("<blockquote>mauvais</blockquote><p>Je confirme</p>", "Je confirme"),
        ("<p>Oui</p><blockquote><p>a</p><blockquote>b</blockquote></blockquote><p>non</p>", "Oui\n\n\nnon"),
        ('<blockquote class="ipsQuote"><div class="ipsQuote_citation">x</div>y</blockquote><p>Oui</p>', "Oui"),
        ('<div class="quoteheader">Léa</div><blockquote class="bbc_standard_quote">x</blockquote>Oui', "Oui"),
        (
            '<div class="smallfont">…</div><table><tr><td class="alt2">Léa : x</td></tr></table>Oui',
            "…\n\n\n\n\n\n\n\nOui",
        ),
        ('<p class="quote-inline">RE: <a href="https://a.example/1">a.example/1</a></p><p>Oui</p>', "Oui"),
        ('Oui<span class="quote-inline"><br><br>RE: https://a.example/1</span> non', "Oui\n non"),
        ('un <span>seul</span> mot, <span class="h-card">@<span>léa</span></span>', "un seul mot, @léa"),
        ("<blockquote>une citation de presse</blockquote>", "une citation de presse"),
        ('Merci<p>Statistics: Posted by <a href="https://ex.org/u">zoe</a> — Today, 1:51 pm</p><hr />', "Merci"),
    ],
)
def test_html_reads_so(html: str, expected: str) -> None:
    assert html_to_text(html) == expected


def test_what_is_wholly_a_quote_is_told_from_what_is_empty() -> None:
    assert quotes_alone('<aside class="quote">x</aside>')
    assert not quotes_alone("<img src=x>")
    assert not quotes_alone("")


def test_a_page_keeps_its_blockquotes_and_loses_what_is_marked_as_a_quote() -> None:
    root = parse_html('<div class="bbcode_quote">x</div><blockquote>Un avis</blockquote><p>Léa</p>').body
    assert root is not None
    assert own_text_of(root) == "Un avis\nLéa"


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


@pytest.mark.parametrize("tag", [block for block in BLOCKS if block not in {"br", "hr"}])
def test_a_block_ends_the_line_both_ways(tag: str) -> None:
    inside = {"caption": "table", "tbody": "table", "tfoot": "table", "thead": "table", "tr": "table"}.get(tag, "div")
    body = f"<{tag}><td>b</td></{tag}>" if inside == "table" and tag != "caption" else f"<{tag}>b</{tag}>"
    html = f"a<{inside}>{body}</{inside}>c"
    root = parse_html(html).body
    assert root is not None
    assert text_of(root).split("\n") == ["a", "b", "c"]
    if tag == "blockquote":  # its words are another's
        assert html_to_text(html).split() == ["a", "c"]
        return
    assert html_to_text(html).split() == ["a", "b", "c"]
    assert [line.strip() for line in html_to_text(html).split("\n") if line.strip()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("html", "text", "line"),
    [
        ("<p>a</p><p>b</p>", "a\nb", "a b"),
        ("a<br>b", "a\nb", "a b"),
        ("<b>a</b>b <i>c</i>", "ab c", "a b c"),
        ("<p>a\n b</p><p>\x00</p>", "a b", "a b"),
        ("<blockquote>une citation</blockquote>oui", "une citation\noui", "une citation oui"),
    ],
)
def test_an_element_reads_so(html: str, text: str, line: str) -> None:
    line_root, text_root = parse_html(html).body, parse_html(html).body
    assert line_root is not None
    assert text_root is not None
    assert (text_of(text_root), line_of(line_root)) == (text, line)


def test_what_nobody_sees_is_no_text() -> None:
    root = parse_html("Sale<script>x()</script><style>*{}</style><select><option>a</option></select>").body
    assert root is not None
    assert text_of(root) == "Sale"


def test_the_element_itself_is_read_whatever_it_is() -> None:
    (title,) = parse_html("<svg><title>Plan</title></svg>").css("title")
    assert text_of(title) == "Plan"
