"""Links and their canonical form."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.urls import LINK_LIMIT, canonical, host, is_coded, link, page_key

PLAIN = "https://ex.org/a?id=1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://EX.org:443/a?id=1#top", PLAIN),
        ("https://user:secret@ex.org/a?id=1", PLAIN),
        ("https://ex.org./x/../a/?utm_source=n&id=1&UTM_Medium=m&fbclid=z&ref=tw", PLAIN),
        ("https://ex.org/a?&id=1&", PLAIN),
        (" https://ex.org/%61?id=1\n", PLAIN),
        ("https://www.google.com/url?rct=j&url=https://ex.org/a%3Fid%3D1&ct=ga", PLAIN),
        ("https://www.google.fr/url?q=https://ex.org/a%3Fid%3D1", PLAIN),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fex.org%2Fa%3Fid%3D1%26fbclid%3Dx&h=y", PLAIN),
        ("https://www.google.com/amp/s/ex.org/a?id=1", PLAIN),
        ("https://ex.org", "https://ex.org/"),
        ("http://ex.org:8080/", "http://ex.org:8080/"),
        ("https://ex.org/?b=2&a=1&b=1", "https://ex.org/?a=1&b=2&b=1"),
        ("https://ex.org/#!/topic/1", "https://ex.org/#!/topic/1"),
        ("https://Éxample.fr/é à", "https://xn--xample-9ua.fr/%C3%A9%20%C3%A0"),
        ("http://[2001:DB8:0::1]:80/x", "http://[2001:db8::1]/x"),
        ("https://ex.org/%zz%2f%7e", "https://ex.org/%25zz%2F~"),
        ("https://ex.org/a\\b", "https://ex.org/a%5Cb"),
        ("https://www.youtube.com/watch?v=abc&si=trace", "https://www.youtube.com/watch?v=abc"),
        ("https://ex.org/?si=1", "https://ex.org/?si=1"),
        ("https://foo_bar.ex.org/", "https://foo_bar.ex.org/"),
    ],
)
def test_the_same_page_has_one_form(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt://ex.org/%0aalert(1)",
        "data:text/html,x",
        "file:///nonexistent",
        "//ex.org/4",
        "/relative",
        "ftp://ex.org/",
        "http://",
        "http:///x",
        "http://127.0.0.1:80\\@ex.org/",
        "http://ex.org\\.evil.org/",
        "http://ex.org:99999/",
        "http://ex.org:0/",
        "http://ex.org:8a/",
        "http://a..b/",
        "http://ex%00.org/",
        "http://ex.org/\x00",
        "http://ex.org/\nx",
        "http://ex\u202e.org/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://[nonsense]/",
        "http://xn--/\ud800",
        "http:// ex.org/",
        "https://ex.org/" + "a" * LINK_LIMIT,
    ],
)
def test_what_is_no_link_has_no_form(url: str | None) -> None:
    assert (canonical(url), link(url)) == ("", None)


def test_a_link_keeps_its_parameters_but_no_user_and_no_redirector() -> None:
    wrapped = "https://www.google.com/url?url=" + quote("https://me:pw@ex.org/a/?utm_source=x#part")
    assert link(wrapped) == "https://ex.org/a/?utm_source=x#part"
    assert host("https://me@www.EX.org:8080/") == "ex.org"


def test_a_redirector_that_leads_nowhere_stays_itself() -> None:
    assert canonical("https://www.google.com/url?url=javascript:alert(1)").startswith("https://www.google.com/url?")


PIECES = st.sampled_from(
    [
        *"/?#&=%@:.[]\\;+ é",
        "..",
        "http://",
        "https://",
        "www.google.com/url?url=",
        "ex.org",
        "utm_source=1",
        "%2",
        "%2E",
        "%25",
        "%3A",
        "amp/s/",
        "www.google.com/",
        "b=2",
        "a=1",
        "xn--",
        "１",
        "ß.de",
        "l.facebook.com/l.php?u=",
        "#!",
    ]
)
URLS = st.lists(PIECES, max_size=12).map("".join).map("https://{}".format) | st.text(max_size=40).map(
    "http://{}".format
)


@settings(max_examples=2000, deadline=None)
@given(URLS)
def test_the_canonical_form_is_its_own(url: str) -> None:
    once = canonical(url)
    assert canonical(once) == once
    shown = link(url)
    if shown is not None:
        assert link(shown) == shown
        assert canonical(shown) == once


@settings(max_examples=1000, deadline=None)
@given(URLS)
def test_every_parser_sees_the_same_host_in_a_link(url: str) -> None:
    shown = link(url)
    if shown is not None:
        split = urlsplit(shown)
        assert split.scheme in {"http", "https"}
        assert split.username is None
        assert shown.isascii()
        assert (split.hostname or "").removeprefix("www.") == host(url).strip("[]")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://fil.example/1", "https://www.fil.example/1"),
        ("https://fil.example/list;jsessionid=1F2E3D", "https://fil.example/list"),
        ("https://fil.example/a;JSESSIONID=x.node1/b;v=2", "https://fil.example/a/b;v=2"),
        ("https://fil.example/1?PHPSESSID=abc&id=3", "https://fil.example/1?id=3&PHPSESSID=def"),
        ("https://forum.example/t?sid=0123456789abcdef0123456789abcdef", "https://forum.example/t"),
        ("https://fil.example/1?utm_source=x#part", "https://fil.example/1/"),
    ],
)
def test_scheme_session_and_tracking_do_not_make_another_page(one: str, other: str) -> None:
    assert page_key(one) == page_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://fil.example/1", "https://fil.example/2"),
        ("https://fil.example/1?sid=12", "https://fil.example/1?sid=13"),
        ("https://fil.example/1?s=zephyrine", "https://fil.example/1?s=brumelo"),
        ("https://fil.example/a;v=1", "https://fil.example/a;v=2"),
        ("https://fil.example/1", "https://autre.example/1"),
    ],
)
def test_what_may_be_the_page_makes_another_one(one: str, other: str) -> None:
    assert page_key(one) != page_key(other)


@pytest.mark.parametrize(
    ("url", "coded"),
    [
        ("https://news.google.com/rss/articles/CBMiAbC?oc=5", True),
        ("https://news.google.com/read/CBMiAbC", True),
        ("https://news.google.com/", False),
        ("https://fil.example/rss/articles/CBMiAbC", False),
        (None, False),
    ],
)
def test_links_that_are_coded_anew_are_known(url: str | None, coded: bool) -> None:
    assert is_coded(url) is coded
    assert page_key(None) == ""
