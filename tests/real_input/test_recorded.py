"""Recorded feeds of real sites through the whole path: site, gate, collector, database, model, rows read back."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from sqlalchemy import text, update

from app.models import Mention, Source
from tests.real_input.world import Site, Vigie, Watched

FOLDERS = ("feeds", "google_alerts", "google_news", "phpbb", "discourse")
TYPES = {".json": "application/json", ".html": "text/html"}
NO_FEED = {
    "feedparser__illformed_rss_empty_document.xml": "check the address",
    "feedparser__illformed_rss_incomplete_cdata.xml": "breaks off",
    "node-feedparser__feeds_notafeed.html": "not a feed",
    "rss-parser__input_unrecognized.rss": "not a feed",
    **{
        f"{name}.json": "not a JSON Feed"
        for name in (
            "discourse_posts", "discourse_topic_1149", "discourse_topics", "discourse_topics_empty",
            "discourse_topics_pinned", "gem_latest", "gem_posts_latest", "gem_search", "gem_top", "gem_topic",
            "openapi_excerpt",
        )
    },
}  # fmt: skip
READ_BETTER = {"simplepie__data_feed-utf16be.xml": 1}
"""Files that feedparser alone does not read: UTF-16 without a mark."""

UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Collected = Mapping[Path, Watched]


def recorded(fixtures: Path) -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((fixtures / folder).iterdir()) if path.name != "README.md"]


@pytest.fixture(scope="module")
def collected(site: Site, vigie: Vigie, fixtures: Path) -> Collected:
    """Every recorded feed, read once and scored, each in a workspace of its own."""
    watched = {}
    for path in recorded(fixtures):
        kind = TYPES.get(path.suffix, "application/xml")
        watched[path] = vigie.watch(site.says(f"/{path.parent.name}/{path.name}", path.read_bytes(), Content_Type=kind))
    vigie.read(*watched.values())
    return watched


def of(collected: Collected, name: str) -> Watched:
    return next(watched for path, watched in collected.items() if path.name == name)


def words(markup: object) -> str:
    """The words of a piece of HTML, found in a few lines that share nothing with the product."""
    bare = re.sub(r"(?s)<(script|style|iframe|object)\b.*?</\1>|<[^>]*>", " ", html.unescape(str(markup or "")))
    return " ".join(html.unescape(bare).split())


def readable(path: Path) -> int:
    """How many items of a file have something to read, each once, by a reading of its own."""
    body = path.read_bytes()
    if path.suffix == ".json":
        items = [item for item in json.loads(body).get("items", []) if isinstance(item, dict)]
        names = ("title", "content_text", "content_html", "summary")
        texts = [[item[name] for name in names if isinstance(item.get(name), str)] for item in items]
        return len([said for said in texts if any(map(words, said))])
    found = set()
    for entry in feedparser.parse(body).entries:
        contents = " ".join(words(content.get("value")) for content in entry.get("content", []))
        said = (words(entry.get("title")), words(entry.get("summary")), contents)
        if any(said):
            found.add((entry.get("id") or entry.get("link") or said, said[0]))
    return len(found)


def test_every_recorded_feed_is_stored_item_by_item(vigie: Vigie, collected: Collected) -> None:
    wrong = {}
    for path, watched in collected.items():
        if path.name not in NO_FEED:
            expected = READ_BETTER.get(path.name) or readable(path)
            stored = len(vigie.mentions(watched))
            if stored != expected:
                wrong[path.name] = (stored, expected)
    assert wrong == {}


def test_what_is_no_feed_is_told_and_nothing_else_is(vigie: Vigie, collected: Collected) -> None:
    for path, watched in collected.items():
        state, told = vigie.source(watched).state, vigie.told(watched)
        if path.name in NO_FEED:
            assert (state, NO_FEED[path.name] in told) == ("failing", True), (path.name, told)
            assert vigie.mentions(watched) == []
        else:
            assert state == "ok", (path.name, told)


def test_what_was_set_aside_has_its_reason(vigie: Vigie, collected: Collected) -> None:
    aside = [(path.name, row) for path, watched in collected.items() for row in vigie.quarantined(watched)]
    assert aside
    for name, row in aside:
        assert row.external_id, name
        assert "neither" in row.reason, (name, row.reason)


def test_every_stored_mention_can_be_shown(vigie: Vigie, collected: Collected) -> None:
    number = 0
    for path, watched in collected.items():
        for mention in vigie.mentions(watched):
            number += 1
            assert mention.title or mention.text, path.name
            assert not re.search(
                r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", mention.title + mention.text
            )
            assert mention.url is None or re.match(r"https?://[^/@\s]+/", mention.url), (path.name, mention.url)
            assert mention.language is None or re.fullmatch("[a-z]{2,3}", mention.language), path.name
            dates = (mention.published_at, mention.collected_at, mention.updated_at)
            assert {date.utcoffset() for date in dates} == {timedelta()}, path.name
            assert mention.published_at <= mention.collected_at, path.name
            assert mention.source_id == watched.source_id
    assert number > 600


def test_every_match_has_its_stance(vigie: Vigie, collected: Collected) -> None:
    for path, watched in collected.items():
        matches = vigie.matches(watched)
        assert len(matches) == len(vigie.mentions(watched)), path.name
        for match in matches:
            assert match.brand_id == watched.brand_id
            assert match.stance in ("promoter", "passive", "detractor", "unsure"), path.name
            assert match.negative is not None
            assert match.neutral is not None
            assert match.positive is not None
            assert abs(match.negative + match.neutral + match.positive - 1) < 1e-3, path.name


def test_reading_a_feed_again_in_full_changes_nothing(vigie: Vigie, site: Site, fixtures: Path) -> None:
    names = (
        "feeds/feedreader__Feeds_Rss20LeFigaro.xml", "feeds/feedreader__Feeds_Rss092FullSample.xml",
        "feeds/node-feedparser__feeds_illegally-nested.xml", "feeds/netnewswire__Resources_inessential.json",
        "feeds/node-feedparser__feeds_guid-dupes.xml", "feeds/v2__testdata_koi8r.xml",
        "feeds/v2__testdata_no_encoding_ISO-8859-1.xml", "google_alerts/slack_alert_part1.atom",
        "google_news/search_part1.rss", "phpbb/rainmeter_feed_part1.atom", "hostile/duplicate_guids.xml",
        "hostile/no_link_no_guid.xml", "hostile/missing_guid_and_date.xml", "hostile/dates.xml",
    )  # fmt: skip
    watched = [vigie.watch(site.says(f"/again/{name}", (fixtures / name).read_bytes())) for name in names]

    def rows() -> list[tuple[object, ...]]:
        with vigie.db.reading() as session:
            found = session.execute(
                text(
                    "SELECT id, version, updated_at, published_at FROM mention WHERE source_id = ANY(:ids) ORDER BY id"
                ),
                {"ids": [one.source_id for one in watched]},
            )
            return [tuple(row) for row in found]

    vigie.read(*watched)
    once = rows()
    with vigie.db.writing() as session:
        session.execute(update(Source).where(Source.id.in_([one.source_id for one in watched])).values(cursor={}))
    vigie.read(*watched)
    assert len(once) > 150
    assert rows() == once
    for name, one in zip(names, watched, strict=True):
        first, second = vigie.polls(one)
        assert (second.read, second.stored, second.updated) == (first.read, 0, 0), name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v2__testdata_koi8r.xml", "Привет мир! Ёжик, чай, Москва, Санкт-Петербург."),
        ("v2__testdata_koi8r.xml", "Первая новость"),
        ("v2__testdata_invalid-prolog.xml", "Café"),
        ("v2__testdata_utf8-incorrect-prolog.xml", "Café"),
        ("v2__testdata_no_encoding_ISO-8859-1.xml", "Françoise Dolto est morte"),
        ("simplepie__data_feed-utf16be.xml", "Test feed title 1"),
        ("feedreader__Feeds_Rss20ISO88591Intranet30.xml", "valrörelsen"),
        ("rss-parser__input_encoding.rss", "Mãe de utente"),
        ("rss-parser__input_uolNoticias.rss", "ã"),
    ],
)
def test_a_text_has_its_letters_whatever_the_charset(
    vigie: Vigie, collected: Collected, name: str, expected: str
) -> None:
    whole = "\n".join(f"{mention.title}\n{mention.text}" for mention in vigie.mentions(of(collected, name)))
    assert expected in whole
    assert "\ufffd" not in whole


@pytest.mark.parametrize(
    ("name", "script", "language"),
    [
        ("v2__testdata_encoding_WINDOWS-1251.xml", "[А-Яа-яЁё]", "ru"),
        ("node-feedparser__feeds_iconv.xml", "[А-Яа-яЁё]", "ru"),
        ("v2__testdata_urdu_UTF8.xml", "[\u0600-\u06ff]", "ur"),
        ("feedreader__Feeds_Rss20LeMonde.xml", "[a-zà-ÿ]", "fr"),
        ("feedreader__Feeds_Rss20Spiegel.xml", "[a-zß-ÿ]", "de"),
        ("rss-parser__input_uolNoticias.rss", "[a-zà-ÿ]", "pt"),
        ("netnewswire__Resources_livemint.xml", "[a-z]", "en"),
    ],
)
def test_a_feed_is_in_its_script_and_its_language(
    vigie: Vigie, collected: Collected, name: str, script: str, language: str
) -> None:
    mentions = vigie.mentions(of(collected, name))
    letters = "".join(f"{mention.title} {mention.text}" for mention in mentions)
    share = len(re.findall(script, letters)) / len(re.findall(r"[^\W\d_]", letters))
    assert share > 0.8
    in_language = [mention for mention in mentions if mention.language == language]
    assert len(in_language) >= 0.8 * len(mentions)


def test_google_alerts_are_stored_with_the_address_they_lead_to(vigie: Vigie, collected: Collected) -> None:
    mentions = vigie.mentions(of(collected, "slack_alert_part1.atom"))
    assert len(mentions) == 10
    for mention in mentions:
        assert mention.url
        assert "google." not in mention.host
        assert "google.com/url" not in mention.url
        assert mention.outlet == mention.host
        assert "<b>" not in mention.title
        assert "&#39;" not in mention.title + mention.text


def test_google_news_is_stored_with_its_outlet_and_a_bare_title(vigie: Vigie, collected: Collected) -> None:
    mentions = vigie.mentions(of(collected, "search_part1.rss"))
    assert len(mentions) == 30
    assert len({mention.outlet for mention in mentions}) > 10
    for mention in mentions:
        assert mention.outlet
        assert not mention.title.endswith(mention.outlet)
        assert mention.title
        assert not mention.published_guessed


def test_a_forum_is_stored_without_quotes_and_signatures(vigie: Vigie, collected: Collected) -> None:
    mentions = vigie.mentions(of(collected, "rainmeter_feed_part1.atom"))
    assert len(mentions) == 8
    for mention in mentions:
        assert mention.author
        assert "Statistics: Posted" not in mention.text
        assert re.search(r"viewtopic\.php\?", mention.url or "")


def test_relative_links_are_stored_whole(vigie: Vigie, collected: Collected) -> None:
    for mention in vigie.mentions(of(collected, "node-feedparser__feeds_rss-with-relative-urls.xml")):
        assert re.match("https?://", mention.url or "")


def test_dates_are_those_of_the_feed_in_utc(vigie: Vigie, collected: Collected) -> None:
    first, second = vigie.mentions(of(collected, "v2__testdata_koi8r.xml"))
    assert first.published_at.isoformat() == "2026-02-15T10:00:00+00:00"
    assert second.published_at.isoformat() == "2026-02-15T11:00:00+00:00"
    dated: list[Mention] = [*vigie.mentions(of(collected, "feedreader__Feeds_Rss20LeMonde.xml"))]
    assert {mention.published_guessed for mention in dated} == {False}
