"""From bytes to mentions: charsets, identities, links, and noise of every kind."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors._feeds.entities import mend
from collectors._feeds.feed import Feed, NoFeed, decode, read_feed
from collectors._kit.items import LONGEST_ID, LONGEST_TEXT, LONGEST_TITLE, Item, fit, fit_id, identify, newest
from collectors.base import RawMention
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


def read(data: bytes, content_type: str = "") -> Feed:
    feed = read_feed(data, content_type, ADDRESS)
    assert isinstance(feed, Feed)
    return feed


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
        (b"\xe9", "text/xml; charset=hex", "é"),
        (b"a\0b\x07c \n", "", "abc"),
    ],
)
def test_the_likeliest_charset_is_chosen(data: bytes, content_type: str, text: str) -> None:
    assert decode(data, content_type) == text


def test_the_label_in_the_document_is_read() -> None:
    assert decode('<?xml version="1.0" encoding="windows-1251"?>новость'.encode("cp1251"), "").endswith("новость")


def item(guid: str, url: str | None, title: str = "t") -> Item:
    return Item(guid, RawMention("", url=url, title=title))


@pytest.mark.parametrize(
    ("found", "count"),
    [
        ([item("g", "https://a.example/1"), item("g", "https://a.example/1")], 1),
        ([item("g", "https://a.example/1"), item("g", "https://a.example/1?utm_medium=rss")], 1),
        ([item("g", "https://a.example/1", "one two"), item("g", "https://a.example/1", "one two three")], 1),
        ([item("g", "https://a.example/1", "one two"), item("g", "https://a.example/1?utm_medium=rss", "other")], 2),
        ([item("g", "https://a.example/1"), item("g", "https://a.example/2")], 2),
        ([item("g", None, "one"), item("g", None, "two")], 2),
        ([item("", "https://a.example/", "one"), item("", "https://a.example/", "two")], 2),
        ([item("", None, "one"), item("", None, "one")], 1),
        (
            [
                item("https://a.example/", "https://a.example/", "one"),
                item("https://a.example/", "https://a.example/", "two"),
            ],
            2,
        ),
        ([item("", None, "")], 0),
        ([item("g", None, "")], 1),
    ],
)
def test_different_items_are_different_mentions(found: list[Item], count: int) -> None:
    assert len(identify(found)) == count


ITEMS = st.tuples(
    st.sampled_from(["", "g", "h"]),
    st.sampled_from([None, "https://a.example/1", "https://a.example/2"]),
    st.sampled_from(["", "x", "y"]),
)


@given(st.lists(ITEMS, max_size=8))
def test_ids_depend_on_the_items_not_on_their_order(items: list[tuple[str, str | None, str]]) -> None:
    found = [item(*one) for one in items]
    there = {mention.external_id for mention in identify(found)}
    back = {mention.external_id for mention in identify(list(reversed(found)))}
    assert there == back
    assert all(there) or not there


def test_the_newest_are_kept_in_their_order_and_the_undated_go_with_the_oldest() -> None:
    dated = [RawMention(str(n), published_at=datetime(2026, 1, n, tzinfo=UTC)) for n in (3, 1, 2)]
    kept = newest([*dated, RawMention("undated")], 2)
    assert [mention.external_id for mention in kept] == ["3", "2"]
    assert newest(dated, 3) == tuple(dated)


def test_strings_are_cut_and_made_fit_to_store() -> None:
    assert fit("a\0b\x1b\ud83dc", 99) == "ab\ufffd\ufffdc"
    assert fit("x" * 9, 4) == "xxxx"
    assert fit(["x"], 4) == ""
    assert len(fit_id("x" * 10_000)) <= LONGEST_ID
    assert fit_id("x" * 10_000) != fit_id("x" * 10_001)


def test_long_titles_and_texts_are_cut() -> None:
    inside = f"<title>{'t' * 9_999}</title><description>{'d' * 99_999}</description>"
    (mention,) = read(f"<rss><channel><item>{inside}</item></channel></rss>".encode()).mentions
    assert (len(mention.title), len(mention.text)) == (LONGEST_TITLE, LONGEST_TEXT)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("R&D &amp; &lt; &#233; &#xe9;", "R&amp;D &amp; &lt; &#233; &#xe9;"),
        ("&eacute;t&eacute;&nbsp;!", "&#233;t&#233;&#160;!"),
        ("&unknown; & &;", "&amp;unknown; &amp; &amp;;"),
        ("<![CDATA[a & b &eacute;]]> & <![CDATA[c & d", "<![CDATA[a & b &eacute;]]> &amp; <![CDATA[c &amp; d"),
    ],
)
def test_ampersands_are_mended_outside_cdata(text: str, mended: str) -> None:
    assert mend(text) == mended


@given(st.text(alphabet="&;#xae<![CDATA]> ", max_size=60))
def test_mending_twice_changes_nothing(text: str) -> None:
    assert mend(mend(text)) == mend(text)


SLASH = "http://purl.org/rss/1.0/modules/slash/"
TABLE: list[tuple[str, Callable[[RawMention], object], object]] = [
    ("<author>jane@a.example (Jane Roe)</author>", lambda m: m.author, "Jane Roe"),
    ("<author>jane@a.example</author>", lambda m: m.author, "jane@a.example"),
    ("<author>Jane</author>", lambda m: m.author, "Jane"),
    ("<pubDate>2026-11-02T10:00:00+02:00</pubDate>", lambda m: m.published_at, datetime(2026, 11, 2, 8, tzinfo=UTC)),
    ("<pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate>", lambda m: m.published_at, datetime(2100, 1, 1, tzinfo=UTC)),
    ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", lambda m: m.published_at, datetime(1970, 1, 1, tzinfo=UTC)),
    ("<pubDate>lundi 2 novembre 2026 10:00</pubDate>", lambda m: m.published_at, datetime(2026, 11, 2, 10, tzinfo=UTC)),
    ("<pubDate>Mon, 2 Nov 2026 10:00 CET</pubDate>", lambda m: m.published_at, datetime(2026, 11, 2, 9, tzinfo=UTC)),
    ("<pubDate>2026/11/24 15:07</pubDate>", lambda m: m.published_at, datetime(2026, 11, 24, 15, 7, tzinfo=UTC)),
    ("<pubDate>11/12/2026</pubDate>", lambda m: (m.published_at, m.date_spelling), (None, "11/12/2026")),
    ("<pubDate>un beau jour</pubDate>", lambda m: (m.published_at, m.date_spelling), (None, "un beau jour")),
    ("<pubDate>Mon, 99 Nov 99999 10:00:00 GMT</pubDate>", lambda m: m.published_at, None),
    ("<guid isPermaLink='false'/><link>https://a.example/</link>", lambda m: m.external_id, "https://a.example/"),
    ("<guid>1559104147038</guid>", lambda m: (m.external_id, m.url), ("1559104147038", None)),
    ("<guid>https://a.example/g</guid>", lambda m: m.url, "https://a.example/g"),
    ("<link>javascript:alert(1)</link><guid>g</guid>", lambda m: m.url, None),
    (f"<c:comments xmlns:c='{SLASH}'>12</c:comments>", lambda m: m.engagement, {"comments": 12}),
    (f"<c:comments xmlns:c='{SLASH}'>x</c:comments>", lambda m: m.engagement, {}),
    ("<source url='https://o.example'>Outlet</source>", lambda m: (m.title, m.outlet), ("Headline", "Outlet")),
    ("<description>a &lt;b&gt;b&lt;/b&gt;</description>", lambda m: (m.html, m.text), (True, "a <b>b</b>")),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "pick", "expected"), TABLE, ids=[row[0][:40] for row in TABLE])
def test_an_item_is_read_field_by_field(inside: str, pick: Callable[[RawMention], object], expected: object) -> None:
    document = f"<rss version='2.0'><channel><item><title>Headline - Outlet</title>{inside}</item></channel></rss>"
    (mention,) = read(document.encode()).mentions
    assert pick(mention) == expected
