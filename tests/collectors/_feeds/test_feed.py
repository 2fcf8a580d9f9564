"""From bytes to mentions: charsets, identities, links, and noise of every kind."""

from __future__ import annotations

import codecs
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors._feeds.feed import Feed, NoFeed, decode, read_feed
from ground.links import clean_link

ADDRESS = "https://host.example/feed"
PIECES = st.sampled_from(
    [
        "<rss>", "</rss>", "<channel>", "</channel>", "<item>", "</item>", "<entry>", "</entry>", "<feed>", "<title>",
        "<id/>", "</title>", "<link>", "</link>", "<link href='x'/>", "<guid>", "</guid>", "<guid a='b'/>",
        "<source url='u'>", "</source>", "<author><name>", "</name></author>", "<pubDate>", "</pubDate>",
        "Mon, 02 Nov 2026 10:00:00 GMT", "<![CDATA[", "]]>", "&", "&#0;",
        "&#xD800;", "&#99999999;", "&nbsp;", "<!--", "-->", "<!DOCTYPE x [",
        "]>", "<content type='xhtml'>", "</content>", "<content:encoded>", "<media:statistics views='x'/>", "é",
        "\0", "\ud83d", "http://[", "javascript:x", "<?xml version='1.0'?>", "<svg>", "<description>", "</description>",
        "a b",
    ]
)  # fmt: skip
FIELDS = (
    "id", "url", "title", "content_html", "content_text", "summary", "authors", "author", "name", "items", "version",
    "date_published", "language",
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def sound(feed: Feed | NoFeed) -> bool:
    """What must hold for whatever comes in."""
    if isinstance(feed, NoFeed):
        return all(clean_link(link) for link in feed.feeds)
    for mention in feed.mentions:
        json.dumps(mention.title + mention.text + mention.external_id, ensure_ascii=False).encode()
        assert mention.external_id
        assert mention.url is None or clean_link(mention.url) == mention.url
        assert mention.published_at is None or mention.published_at.tzinfo is not None
    return True


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_heap_of_tags_gives_a_feed_or_none(pieces: list[str]) -> None:
    data = "".join(pieces).encode("utf-8", "surrogatepass")
    assert sound(read_feed(data, "application/xml", ADDRESS))
    assert sound(read_feed(b"<rss version='2.0'><channel>" + data + b"</channel></rss>", "", ADDRESS))


@settings(deadline=None)
@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_and_any_label_give_a_feed_or_none(data: bytes, content_type: str) -> None:
    assert sound(read_feed(data, content_type, ADDRESS))
    assert sound(read_feed(b"<feed><entry><title>" + data, content_type, ADDRESS))


@settings(deadline=None)
@given(JSON)
def test_any_json_gives_a_feed_or_none(document: object) -> None:
    assert sound(read_feed(json.dumps(document).encode(), "application/json", ADDRESS))
    assert sound(read_feed(json.dumps({"items": [document, document]}).encode(), "", ADDRESS))


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("é€".encode(), "", "é€"),
        ("é€".encode(), "text/xml; charset=iso-8859-1", "é€"),
        ("é€".encode("cp1252"), "text/xml; charset=utf-8", "é€"),
        ("é".encode("latin-1"), "text/xml; charset=ISO-8859-1", "é"),
        ("\ufeffé".encode(), "", "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), "text/xml; charset=utf-8", "é"),
        ("<?xml é".encode("utf-16-be"), "", "<?xml é"),
        (codecs.BOM_UTF32_LE + "é".encode("utf-32-le"), "", "é"),
        ("новость".encode("koi8-r"), "text/xml; charset=KOI8-R", "новость"),
        ("日本".encode("iso-2022-jp"), "text/xml; charset=iso-2022-jp", "日本"),
        ("标题".encode("gb18030"), "text/xml; charset=gb2312", "标题"),
        (b"caf\xc3\xa9 cr\xc3\xa8me \xff", "", "café crème \ufffd"),
        ("é".encode(), "text/xml; charset=klingon", "é"),
        (b"cr\xc3\xa8me br\xfbl\xc3\xa9e", "text/xml; charset=iso-8859-1", "crème brûlée"),
        (b"\xe9", "text/xml; charset=hex", "é"),
        (b"a\0b\x07c \n", "", "abc"),
    ],
)
def test_the_likeliest_charset_is_chosen(data: bytes, content_type: str, text: str) -> None:
    assert decode(data, content_type) == text


def test_the_label_in_the_document_is_read() -> None:
    assert decode('<?xml version="1.0" encoding="windows-1251"?>новость'.encode("cp1251"), "").endswith("новость")
