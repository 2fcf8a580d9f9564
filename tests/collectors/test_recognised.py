"""Which addresses and names each kind of source reads."""

from __future__ import annotations

from typing import Any

import pytest

from collectors import all_collectors
from ground.place import Place

WORDS = "Orvélia Mobile"
XENFORO = '<html id="XF" lang="fr" data-app="public">'
REVIEWS = '<script type="application/ld+json">{"@type": "Product", "review": [{"@type": "Review"}]}</script>'


def generator(name: str) -> str:
    return f'<meta name="generator" content="{name}">'


def read_by(place: Place) -> dict[str, list[dict[str, Any]]]:
    """The kinds that recognise the place, each with its params."""
    found = {kind: one.recognise(place) for kind, one in all_collectors().items() if one.recognise}
    return {kind: [dict(params) for params in several] for kind, several in found.items() if several}


@pytest.mark.parametrize(
    ("url", "html", "kind", "params"),
    [
        ("https://www.reddit.com/r/france/", "", "reddit_feed", {"subreddit": "france"}),
        ("https://t.me/s/cobaltbikes", "", "telegram", {"channel": "cobaltbikes"}),
        (
            "https://apps.apple.com/fr/app/orvelia/id1234567890",
            "",
            "appstore",
            {"app_id": "1234567890", "countries": ["fr"]},
        ),
        ("https://apps.apple.com/app/id1234567890", "", "appstore", {"app_id": "1234567890", "countries": ["us"]}),
        (
            "https://fr.m.wikipedia.org/wiki/Orv%C3%A9lia_Mobile",
            "",
            "wikipedia",
            {"base_url": "https://fr.wikipedia.org", "titles": ["Orvélia Mobile"]},
        ),
        (
            "https://travel.stackexchange.com/questions/1",
            "",
            "stackexchange",
            {"query": f'"{WORDS}"', "site": "travel"},
        ),
        ("https://stackoverflow.com/", "", "stackexchange", {"query": f'"{WORDS}"', "site": "stackoverflow"}),
        ("https://x.example/forum/viewtopic.php?t=3", "", "phpbb", {"base_url": "https://x.example/forum"}),
        ("https://x.example/forum/", '<body id="phpbb">', "phpbb", {"base_url": "https://x.example/forum"}),
        ("https://x.example/threads/a.12/", XENFORO, "xenforo", {"base_url": "https://x.example"}),
        ("https://x.example/forumdisplay.php?f=2", "", "vbulletin", {"base_url": "https://x.example"}),
        ("https://x.example/", generator("vBulletin 6.0"), "vbulletin", {"base_url": "https://x.example"}),
        (
            "https://x.example/t/topic/12",
            generator("Discourse 3.4"),
            "discourse",
            {"base_url": "https://x.example", "mode": "search", "query": WORDS},
        ),
        (
            "https://x.example/d/1-a",
            '<div id="flarum-loading">',
            "flarum",
            {"base_url": "https://x.example", "what": "posts"},
        ),
        (
            "https://x.example/c/tech",
            "<script>window.lemmyConfig",
            "lemmy",
            {"base_url": "https://x.example", "community": "tech"},
        ),
        (
            "https://m.example/tags/velo",
            '<div id="mastodon">',
            "mastodon",
            {"base_url": "https://m.example", "tags": "#velo", "all_authors": True},
        ),
        ("https://m.example/@ana", '<div id="mastodon">', "rss", {"url": "https://m.example/@ana.rss"}),
        ("https://bsky.app/profile/ana.example", "", "rss", {"url": "https://bsky.app/profile/ana.example/rss"}),
        (
            "https://www.youtube.com/channel/UC0123456789012345678901",
            "",
            "rss",
            {"url": "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789012345678901"},
        ),
        ("https://blog.example/a", generator("WordPress 6.8"), "rss", {"url": "https://blog.example/feed"}),
        (
            "https://v.example/",
            '<meta property="og:platform" content="PeerTube">',
            "peertube",
            {"query": WORDS, "base_url": "https://v.example"},
        ),
        ("https://q.example/questions/", "<script>askbot['urls']", "askbot", {"base_url": "https://q.example"}),
        ("https://shop.example/bike", REVIEWS, "webpage", {"url": "https://shop.example/bike"}),
        ("https://fr.trustpilot.com/review/orvelia.example", "", "trustpilot", {"domain": "orvelia.example"}),
        ("https://play.google.com/store/apps/details?id=fr.orvelia", "", "google_play", {"package": "fr.orvelia"}),
        (
            "https://www.google.com/alerts/feeds/0123/456",
            "",
            "google_alerts",
            {"url": "https://www.google.com/alerts/feeds/0123/456"},
        ),
        ("https://www.facebook.com/orvelia", "", "facebook", {"page": "orvelia"}),
        ("https://www.instagram.com/orvelia/", "", "instagram", {"username": "orvelia"}),
    ],
)
def test_an_address_is_recognised_by_its_kind(url: str, html: str, kind: str, params: dict[str, Any]) -> None:
    found = read_by(Place(url, WORDS, "en", html))
    assert kind in found
    assert found[kind][0] == params
    known = all_collectors()[kind]
    if known.auth == "none":
        known.params(**params)


def test_a_page_of_nobody_in_particular_is_read_by_the_feeds_that_it_names() -> None:
    place = Place(
        "https://news.example/",
        WORDS,
        "fr",
        "<html>",
        feeds=("https://news.example/a.xml", "https://news.example/b.xml"),
    )
    assert read_by(place) == {"rss": [{"url": "https://news.example/a.xml"}, {"url": "https://news.example/b.xml"}]}
    assert read_by(Place("https://news.example/a.xml", WORDS, is_feed=True)) == {
        "rss": [{"url": "https://news.example/a.xml"}]
    }
    assert read_by(Place("https://news.example/", WORDS, "fr", "<html>")) == {}


def test_a_name_is_searched_for_wherever_no_address_is_needed() -> None:
    found = read_by(Place(words=WORDS, language="fr"))
    assert {kind for kind in found if all_collectors()[kind].auth == "none"} == {
        "google_news",
        "gdelt",
        "wikipedia",
        "reddit_feed",
        "hackernews",
        "lemmy",
        "mastodon",
        "dailymotion",
        "peertube",
        "jetstream",
    }
    assert found["google_news"] == [{"query": f'"{WORDS}"', "language": "fr", "country": "FR", "when": "7d"}]
    assert found["mastodon"] == [{"tags": "#OrveliaMobile", "all_authors": True}]
    for kind, several in found.items():
        if all_collectors()[kind].auth == "none":
            for params in several:
                all_collectors()[kind].params(**params)


def test_nothing_is_recognised_in_nothing() -> None:
    assert read_by(Place()) == {}


def test_another_site_is_not_taken_for_one_that_it_names() -> None:
    for url in ("https://reddit.com.evil.example/r/france", "https://t.me.evil.example/x", "https://nott.me/abcd"):
        assert read_by(Place(url, WORDS)) == {}
