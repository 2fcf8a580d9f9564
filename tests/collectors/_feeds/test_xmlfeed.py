"""RSS and Atom, field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from collectors._feeds.feed import Feed, read_feed
from collectors._kit.items import LONGEST_TEXT, LONGEST_TITLE
from collectors.base import RawMention

ADDRESS = "https://host.example/feed"


def read(data: bytes, content_type: str = "") -> Feed:
    feed = read_feed(data, content_type, ADDRESS)
    assert isinstance(feed, Feed)
    return feed


def test_long_titles_and_texts_are_cut() -> None:
    inside = f"<title>{'t' * 9_999}</title><description>{'d' * 99_999}</description>"
    (mention,) = read(f"<rss><channel><item>{inside}</item></channel></rss>".encode()).mentions
    assert (len(mention.title), len(mention.text)) == (LONGEST_TITLE, LONGEST_TEXT)


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


OWN, OTHER = "<link>https://host.example/own</link>", 'rel="alternate" type="text/html" href="https://other.example/"'


@pytest.mark.parametrize(
    ("links", "url"),
    [
        (f"{OWN}<atom:link {OTHER}/>", "https://host.example/own"),
        (f"<atom:link {OTHER}/>{OWN}", "https://host.example/own"),
        (f"{OWN}<a10:link href='https://other.example/'></a10:link>", "https://host.example/own"),
        (f"<guid>https://host.example/guid</guid><atom:link {OTHER}/>", "https://host.example/guid"),
        (f"<atom:link {OTHER}/>", "https://other.example/"),
        (
            "<link>https://host.example/ma page.html?q=deux mots</link>",
            "https://host.example/ma%20page.html?q=deux%20mots",
        ),
    ],
)
@pytest.mark.parametrize("end", ["", "<broken"])
def test_the_own_link_of_an_item_wins(links: str, url: str, end: str) -> None:
    spaces = 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:a10="http://www.w3.org/2005/Atom"'
    older = '<atom:link rel="next" href="https://host.example/2"/>'
    feed = read(f"<rss {spaces}><channel>{older}<item><title>t</title>{links}</item></channel></rss>{end}".encode())
    assert [mention.url for mention in feed.mentions] == [url]
    assert feed.next == "https://host.example/2"
