"""Addresses found in what others wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.links import PAGE_HEAD, clean_link, feed_links, unwrap, without_tracking

ADDRESS = "https://host.example/feed"


@pytest.mark.parametrize(
    ("link", "base", "clean"),
    [
        ("https://a.example/x", "", "https://a.example/x"),
        (" https://a.example/\n x ", "", "https://a.example/x"),
        ("https://a.example/ma page.html?q=un mot", "", "https://a.example/ma%20page.html?q=un%20mot"),
        (" /ma page\xa0neuve.html ", "https://a.example/feed", "https://a.example/ma%20page%C2%A0neuve.html"),
        ("https://a.example/un\r\n   deux", "", "https://a.example/undeux"),
        ("https://a .example/x", "", None),
        ("/x?y#z", "https://a.example/feed", "https://a.example/x?y#z"),
        ("//b.example/4", "https://a.example/", "https://b.example/4"),
        ("https://user:pass@a.example:8443/5", "", "https://a.example:8443/5"),
        ("http://[2001:db8::1]:80/x", "", "http://[2001:db8::1]:80/x"),
        ("javascript:alert(1)", "https://a.example/", None),
        ("data:text/html,x", "https://a.example/", None),
        ("file:///etc/hostname", "https://a.example/", None),
        ("https:///x", "", None),
        ("http://[::1", "", None),
        ("http://a.example:x/", "", None),
        ("", "https://a.example/", None),
        ("https://a.example/" + "x" * 2048, "", None),
    ],
)
def test_only_links_that_can_be_opened_are_kept(link: str, base: str, clean: str | None) -> None:
    assert clean_link(link, base) == clean


@given(st.text(max_size=80), st.text(max_size=40))
def test_cleaning_a_link_twice_changes_nothing(link: str, base: str) -> None:
    once = clean_link(link, base)
    assert once is None or clean_link(once) == once
    assert once is None or clean_link(unwrap(once))


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://www.google.com/url?rct=j&url=https://a.example/x%3Fb%3D1&ct=ga", "https://a.example/x?b=1"),
        ("https://www.google.co.uk/url?q=http://a.example/", "http://a.example/"),
        ("https://www.google.com/url?url=javascript:alert(1)", "https://www.google.com/url?url=javascript:alert(1)"),
        (
            "https://www.google.com/search?url=https://a.example/",
            "https://www.google.com/search?url=https://a.example/",
        ),
        (
            "https://google.evil.example/url?url=https://a.example/",
            "https://google.evil.example/url?url=https://a.example/",
        ),
    ],
)
def test_google_redirects_are_unwrapped_and_no_others(link: str, target: str) -> None:
    assert unwrap(link) == target


def test_what_says_where_a_reader_came_from_is_no_part_of_a_link() -> None:
    assert without_tracking("https://a.example/?utm_source=x&id=1&fbclid=2#c") == "https://a.example/?id=1"
    assert without_tracking("https://a.example/?utm_source=x") == "https://a.example/"
    assert without_tracking("https://a.example/") == "https://a.example/"
    assert without_tracking("https://a.example/?ref&id=1") == "https://a.example/?ref&id=1"


def test_a_page_made_to_slow_a_parser_down_is_read_at_once() -> None:
    for piece in ("<link ", "<link rel='", "<a ", "<link a='<link a=\"", "<!--", "<meta name=generator "):
        assert feed_links(piece * (PAGE_HEAD // len(piece)), ADDRESS) == ()


@pytest.mark.parametrize(
    ("head", "feeds"),
    [
        (
            """<link rel="alternate" type="application/rss+xml" title="Comments" href="/c">
            <link rel="alternate" type="application/atom+xml" href="/posts">""",
            ("https://host.example/posts", "https://host.example/c"),
        ),
        ("<link rel=alternate type=application/rss+xml href=/a&amp;b>", ("https://host.example/a&b",)),
        ('<meta name="generator" content="Discourse 3.1">', ("https://host.example/latest.rss",)),
        ('<body id="phpbb">', ("https://host.example/app.php/feed",)),
        ('<link rel="stylesheet" type="text/css" href="/style">', ()),
        (f'<link rel="alternate" type="application/rss+xml" href="{ADDRESS}">', ()),
    ],
)
def test_the_feeds_that_a_page_names_are_found_its_comments_last(head: str, feeds: tuple[str, ...]) -> None:
    assert feed_links(f"<html><head>{head}</head>", ADDRESS) == feeds
