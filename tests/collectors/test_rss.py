"""How a feed is asked for, followed when it moves, found behind a page, and cut into pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from collectors._feeds.feed import MOST_ITEMS
from collectors.base import Page, SourceError, SourceRefused
from collectors.rss import LONGEST_VALIDATOR, PAGE_SIZE, FeedAt, collector


def rss(*items: str, extra: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>T</title>{extra}{inside}</channel></rss>'


def item(n: int) -> str:
    return f"<title>Item {n}</title><link>https://feeds.example/{n}</link><guid>urn:x:{n}</guid>"


def read(http: httpx2.Client, url: str, cursor: Any = None) -> list[Page]:
    return list(collector.pages(FeedAt(url=url), cursor or {}, http))


def test_validators_are_sent_back_as_they_came(site: Any, http: httpx2.Client) -> None:
    stamp = "Mon, 02 Nov 2026 10:00:00 GMT"
    url = site.says("/feed", rss(item(1)), ETag='W/"odd, one"', Last_Modified=stamp)
    (page,) = read(http, url)
    assert (page.cursor["etag"], page.cursor["last_modified"]) == ('W/"odd, one"', stamp)
    (again,) = read(http, url, page.cursor)
    assert (again.unchanged, again.mentions, again.cursor) == (True, (), page.cursor)
    asked = site.asked[-1][1]
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('W/"odd, one"', stamp)


@pytest.mark.parametrize("etag", ['"' + "x" * LONGEST_VALIDATOR + '"', "", '"é"'])
def test_an_etag_that_cannot_be_sent_back_is_not_kept(site: Any, http: httpx2.Client, etag: str) -> None:
    (page,) = read(http, site.says("/feed", rss(item(1)), ETag=etag))
    assert "etag" not in page.cursor
    assert len(page.mentions) == 1


def test_a_feed_with_a_flaw_is_read_in_full_again(site: Any, http: httpx2.Client) -> None:
    (page,) = read(http, site.says("/feed", rss(item(1))[:-10], ETag='"1"'))
    assert len(page.mentions) == 1
    assert page.warning
    assert not {"etag", "digest"} & set(page.cursor)


def test_the_same_bytes_are_unchanged_also_without_validators(site: Any, http: httpx2.Client) -> None:
    url = site.says("/feed", rss(item(1)))
    (page,) = read(http, url)
    assert read(http, url, page.cursor)[0].unchanged
    site.says("/feed", rss(item(2), item(1)))
    assert [m.external_id for m in read(http, url, page.cursor)[0].mentions] == ["urn:x:2", "urn:x:1"]


def test_not_modified_before_the_first_reading_is_an_error(site: Any, http: httpx2.Client) -> None:
    with pytest.raises(SourceError, match="before the first reading"):
        read(http, site.says("/feed", b"", 304))


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301,), True), ((308,), True), ((301, 308), True), ((302,), False), ((307,), False), ((301, 302), False)],
)
def test_only_permanent_moves_change_the_address(
    site: Any, http: httpx2.Client, statuses: tuple[int, ...], moved: bool
) -> None:
    for n, status in enumerate(statuses):
        site.says(f"/{n}", b"", status, Location=f"/{n + 1}")
    end = site.says(f"/{len(statuses)}", rss("<link>x</link>"))
    (page,) = read(http, site.url("/0"))
    assert page.moved_to == (end if moved else None)
    assert page.mentions[0].url == site.url("/x")


def test_a_feed_that_is_gone_is_gone_for_ever(site: Any, http: httpx2.Client) -> None:
    with pytest.raises(SourceRefused) as caught:
        read(http, site.says("/feed", b"", 410))
    assert caught.value.gone


def test_a_page_leads_to_the_first_feed_it_names(site: Any, http: httpx2.Client) -> None:
    page_url = site.says(
        "/blog/",
        """<!doctype html><html><head><link rel="stylesheet" href="/a.css">
        <LINK href='/comments.xml' type="application/rss+xml" rel=alternate title="Comments">
        <link rel="alternate" type="application/rss+xml" title="News &amp; more" href="feed.xml?a=1&amp;b=2"></head>""",
        Content_Type="text/html",
    )
    feed = site.says("/blog/feed.xml?a=1&b=2", rss(item(1)), ETag='"f"')
    (page,) = read(http, page_url)
    assert page.moved_to == feed
    assert [m.external_id for m in page.mentions] == ["urn:x:1"]
    assert page.cursor["etag"] == '"f"'
    assert "if-none-match" not in site.asked[-1][1]


@pytest.mark.parametrize(
    ("head", "feed"),
    [('<meta name="generator" content="Discourse 3.4">', "/latest.rss"), ('<body id="phpbb">', "/app.php/feed")],
)
def test_forum_software_is_known_by_its_page(site: Any, http: httpx2.Client, head: str, feed: str) -> None:
    site.says(feed, rss(item(1)))
    (page,) = read(http, site.says("/", f"<!DOCTYPE html><html><head>{head}"))
    assert page.moved_to == site.url(feed)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty answer"),
        (b"  \n ", "an empty answer"),
        (b"<!doctype html><title>Hi</title>", "names none"),
        (b"<html><link rel=alternate type=application/rss+xml href=/self>", "names none"),
        (b'{"a": 1}', "not a JSON Feed"),
        (b'{"items": [', "malformed"),
        (b"[" * 50_000, "malformed"),
        (b"hello", "not a feed"),
        (b"<svg></svg>", "not a feed"),
        (b"<rss><channel><item><title>Ab", "first item"),
    ],
)
def test_what_is_no_feed_is_said_in_a_sentence(site: Any, http: httpx2.Client, body: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(http, site.says("/self", body))


def test_a_page_whose_feed_is_a_page_is_not_followed_for_ever(site: Any, http: httpx2.Client) -> None:
    link = '<html><link rel="alternate" type="application/rss+xml" href="%s">'
    site.says("/b", link % "/a")
    with pytest.raises(SourceError, match="names none"):
        read(http, site.says("/a", link % "/b"))
    assert [path for path, _ in site.asked] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("extra", "headers", "asked"),
    [
        ("", {}, None),
        ("<ttl>60</ttl>", {}, timedelta(hours=1)),
        ("<ttl>99999999</ttl>", {}, timedelta(hours=24)),
        ("<ttl>often</ttl>", {}, None),
        ("<ttl>10</ttl>", {"Cache_Control": "public, max-age=1800"}, timedelta(minutes=30)),
        ("", {"Cache_Control": "max-age=31536000"}, timedelta(hours=4)),
        ("", {"Cache_Control": "max-age=0, no-store"}, None),
        ("<ttl>10</ttl>", {"Retry_After": "7200"}, timedelta(hours=2)),
        ("", {"Retry_After": "99999999"}, timedelta(hours=24)),
    ],
)
def test_the_longest_pause_asked_for_is_passed_on(
    site: Any, http: httpx2.Client, extra: str, headers: dict[str, str], asked: timedelta | None
) -> None:
    (page,) = read(http, site.says("/feed", rss(item(1), extra=extra), **headers))
    assert page.asked == asked


def test_the_pause_of_a_feed_is_remembered_when_it_is_unchanged(site: Any, http: httpx2.Client) -> None:
    url = site.says("/feed", rss(item(1), extra="<ttl>45</ttl>"), ETag='"1"')
    (page,) = read(http, url)
    assert read(http, url, page.cursor)[0].asked == timedelta(minutes=45)


def test_a_long_feed_comes_in_pages_and_only_the_last_has_the_new_cursor(site: Any, http: httpx2.Client) -> None:
    count = 2 * PAGE_SIZE + 1
    url = site.says("/feed", rss(*(item(n) for n in range(count))), ETag='"2"')
    pages = read(http, url, {"etag": '"1"', "digest": "old"})
    assert [len(page.mentions) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert [page.cursor.get("etag") for page in pages] == ['"1"', '"1"', '"2"']


def test_beyond_ten_thousand_items_the_newest_are_kept_and_it_is_said(site: Any, http: httpx2.Client) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    dates = [(first + timedelta(minutes=n)).strftime("%a, %d %b %Y %H:%M:%S GMT") for n in range(MOST_ITEMS + 300)]
    url = site.says("/feed", rss(*(f"<guid>urn:x:{n}</guid><pubDate>{at}</pubDate>" for n, at in enumerate(dates))))
    pages = read(http, url)
    kept = [mention.external_id for page in pages for mention in page.mentions]
    assert kept == [f"urn:x:{n}" for n in range(300, MOST_ITEMS + 300)]
    assert "oldest 300" in str(pages[-1].warning)


def test_an_empty_feed_is_a_feed(site: Any, http: httpx2.Client) -> None:
    (page,) = read(http, site.says("/feed", rss(), ETag='"0"'))
    assert (page.mentions, page.warning, page.cursor["etag"]) == ((), None, '"0"')


def test_a_name_and_password_are_given_to_the_feed(site: Any, http: httpx2.Client) -> None:
    params = FeedAt(url=site.says("/feed", rss(item(1))), username="ann", password="s3cret")
    assert next(collector.pages(params, {}, http)).mentions
    assert site.asked[-1][1]["authorization"].startswith("Basic ")
    assert "s3cret" not in repr(params)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a.example/f",
        "https://ann:pw@a.example/f",
        "https://",
        "http://[::1",
        "https://a.example:99999/",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_in_the_form(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        FeedAt(url=url)
    assert "pw@" not in str(caught.value)


@pytest.mark.parametrize("named", [False, True])
def test_a_password_is_never_carried_to_another_site(site: Any, http: httpx2.Client, named: bool) -> None:
    elsewhere = site.says("/feed", rss(item(1))).replace("127.0.0.1", "localhost")
    if named:
        url = site.says("/", f'<html><link rel="alternate" type="application/rss+xml" href="{elsewhere}">')
    else:
        url = site.says("/", b"", 301, Location=elsewhere)
    moved = {}
    for username in ("", "ann"):
        try:
            pages = list(collector.pages(FeedAt(url=url, username=username, password="s3cret"), {}, http))
            moved[username] = pages[-1].moved_to
        except SourceError:
            moved[username] = None
    assert moved == {"": elsewhere, "ann": None}
    told = [path for path, headers in site.asked if "localhost" in headers["host"] and "authorization" in headers]
    assert told == []
