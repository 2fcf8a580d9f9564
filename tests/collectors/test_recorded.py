"""Recorded feeds of real platforms, and inputs made to hurt. They are no part of this repository."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from collectors._kit.items import LONGEST_TITLE
from collectors.base import Page, RawMention, SourceError
from collectors.rss import FeedAt, collector

Hostile = Callable[[str], bytes]


def read(site: Any, http: httpx2.Client, body: bytes, **headers: str) -> list[Page]:
    return list(collector.pages(FeedAt(url=site.says("/feed", body, **headers)), {}, http))


def mentions(pages: list[Page]) -> list[RawMention]:
    return [mention for page in pages for mention in page.mentions]


def recorded(shared: Path) -> list[Path]:
    folders = ("feeds", "google_alerts", "google_news", "phpbb", "discourse")
    return [path for folder in folders for path in sorted((shared / folder).iterdir()) if path.name != "README.md"]


def test_every_recorded_answer_gives_mentions_or_a_sentence(shared: Path, site: Any, http: httpx2.Client) -> None:
    read_well = 0
    for path in recorded(shared):
        try:
            found = mentions(read(site, http, path.read_bytes()))
        except SourceError as error:
            assert str(error), path.name  # noqa: PT017  # what is tested is that nothing else is raised
            continue
        read_well += bool(found)
        assert all(mention.external_id for mention in found), path.name
        assert len({mention.external_id for mention in found}) == len(found), path.name
    assert read_well >= 60


def test_well_formed_feeds_with_items_give_their_items(shared: Path, site: Any, http: httpx2.Client) -> None:
    checked = 0
    for path in sorted((shared / "feeds").glob("feedparser__wellformed_*")):
        body = path.read_bytes()
        something = re.search(
            rb"<(?:item|entry)[\s>].*?<(?:title|link|guid|id|description|summary|content|body)", body, re.S | re.I
        )
        found = mentions(read(site, http, body))
        if something:
            checked += 1
            readable = re.search(rb"<(?:item|entry)[^>]*>(?!\s*<(?:source|category|author|contributor))", body, re.I)
            assert found or not readable, path.name
    assert checked >= 20


def test_google_alerts_are_unwrapped(shared: Path, site: Any, http: httpx2.Client) -> None:
    found = mentions(read(site, http, (shared / "google_alerts/slack_alert_part1.atom").read_bytes()))
    assert len(found) == 10
    for mention in found:
        assert mention.external_id.startswith("tag:google.com,2013:googlealerts/feed:")
        assert mention.url
        assert "google.com/url" not in mention.url
        assert mention.outlet in mention.url
        assert mention.html


def test_google_news_names_the_outlet_once(shared: Path, site: Any, http: httpx2.Client) -> None:
    found = mentions(read(site, http, (shared / "google_news/search_part1.rss").read_bytes()))
    assert len(found) == 30
    for mention in found:
        assert mention.outlet
        assert not mention.title.endswith(f" - {mention.outlet}")
        assert mention.text == ""


def test_a_phpbb_forum_gives_posts_without_the_foot_that_changes(shared: Path, site: Any, http: httpx2.Client) -> None:
    found = mentions(read(site, http, (shared / "phpbb/rainmeter_feed_part1.atom").read_bytes()))
    assert len(found) == 8
    assert not [mention for mention in found if "Statistics: Posted" in mention.text]
    assert all(mention.author and mention.published_at for mention in found)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("xml_billion_laughs.xml", 2),
        ("xml_external_entity_file.xml", 1),
        ("xml_external_entity_http.xml", 1),
        ("xml_external_dtd.xml", 1),
        ("xml_deep_nesting.xml", 1),
        ("huge_title.xml", 2),
        ("null_bytes.xml", 2),
        ("control_chars.xml", 2),
        ("invalid_utf8.xml", 1),
        ("wrong_charset_unknown_label.xml", 1),
        ("script_in_title.xml", 2),
        ("javascript_link.xml", 5),
        ("ssrf_links.xml", 3),
        ("missing_guid_and_date.xml", 2),
        ("no_link_no_guid.xml", 2),
        ("dates.xml", 5),
        ("duplicate_guids.xml", 2),
        ("cdata_everywhere.xml", 1),
        ("truncated.xml", 2),
        ("jsonfeed_wrong_types.json", 1),
        ("bidi_zero_width.xml", 1),
    ],
)
def test_a_hostile_feed_gives_its_sound_items(
    hostile: Hostile, site: Any, http: httpx2.Client, name: str, count: int
) -> None:
    found = mentions(read(site, http, hostile(name)))
    assert len(found) == count
    for mention in found:
        whole = f"{mention.external_id} {mention.title} {mention.text}"
        whole.encode()
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", whole)
        assert len(mention.title) <= LONGEST_TITLE
        assert "root:" not in whole
        assert mention.url is None or re.match(r"https?://[^/@]+/", mention.url)
    assert [path for path, _ in site.asked] == ["/feed"]


@pytest.mark.parametrize(
    "name",
    [
        "html_instead_of_feed.html",
        "empty.xml",
        "json_deep_nesting.json",
        "json_truncated.json",
        "json_top_level_string.json",
    ],
)
def test_what_is_no_feed_is_an_error(hostile: Hostile, site: Any, http: httpx2.Client, name: str) -> None:
    with pytest.raises(SourceError):
        read(site, http, hostile(name))


@pytest.mark.parametrize("name", ["json_duplicate_keys_and_bignum.json", "json_lone_surrogate.json"])
def test_odd_values_are_no_crash(hostile: Hostile, site: Any, http: httpx2.Client, name: str) -> None:
    (page,) = read(site, http, hostile(name))
    assert len(page.mentions) + len(page.broken) == 1


def test_details_of_the_hostile_set(hostile: Hostile, site: Any, http: httpx2.Client) -> None:
    (cp1252,) = mentions(read(site, http, hostile("wrong_charset_declared_utf8_is_cp1252.xml")))
    assert cp1252.title.startswith("Prix cassés")
    (cdata,) = mentions(read(site, http, hostile("cdata_everywhere.xml")))
    assert (cdata.title, cdata.url) == ("A &amp; B &lt;c&gt;", "https://feeds.example.org/?a=1&b=2")
    links = [mention.url for mention in mentions(read(site, http, hostile("javascript_link.xml")))]
    assert links == [None, None, None, "http://feeds.example.org/4", "https://feeds.example.org/5"]
    future, old, *rest = (mention.published_at for mention in mentions(read(site, http, hostile("dates.xml"))))
    assert (future and future.year, old and old.year) == (2100, 1970)
    assert [moment and moment.hour for moment in rest] == [None, 8, 10]  # the last is in French
    truncated = read(site, http, hostile("truncated.xml"))
    assert truncated[-1].warning


def test_a_bomb_is_read_within_its_limits(hostile: Hostile, site: Any, http: httpx2.Client) -> None:
    packed = hostile("gzip_bomb_10mb.xml.gz")
    (mention,) = mentions(read(site, http, packed, Content_Encoding="gzip"))
    assert len(mention.title) <= LONGEST_TITLE
    with pytest.raises(SourceError, match="too large"):
        read(site, http, gzip.compress(b" " * (17 << 20)), Content_Encoding="gzip")


def test_labels_that_lie_do_not_matter(site: Any, http: httpx2.Client) -> None:
    body = b"<rss version='2.0'><channel><item><title>ok</title></item></channel></rss>"
    assert mentions(read(site, http, body, Content_Type="application/json"))
    with pytest.raises(SourceError):
        read(site, http, body, Content_Encoding="gzip")
