"""Feeds: RSS 0.9x to 2.0, RDF, Atom, CDF and JSON Feed, with Google Alerts, Google News and forum feeds among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import httpx2
from pydantic import Field, SecretStr

from ground.credentials import credentials
from ground.notice import Json
from ground.place import Place

from ._feeds.reading import LONGEST_VALIDATOR as LONGEST_VALIDATOR
from ._feeds.reading import PAGE_SIZE as PAGE_SIZE
from ._feeds.reading import FeedAddress, read_archive, read_place, reshape
from ._kit.fields import Address, Params
from ._kit.texts import texts_of
from .base import Collector, Cursor, Page, RawMention, Window

PLATFORM = "web"
MOST_FEEDS = 3
"""How many feeds of one page are tried: the others are mostly parts of the first."""


class FeedAt(Params):
    """Where a feed is, with a name and a password where it asks for them."""

    url: Address = Field(title="Address", examples=["https://news.example.org/feed.xml"])
    username: str = Field(
        default="",
        title="User name",
        description="Only where the site asks for one before it shows",
        max_length=200,
    )
    password: SecretStr = Field(default=SecretStr(""), title="Password", max_length=200)


def pages(params: FeedAt, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The newest items of the feed: see `read_place` for its pages and its cursor."""
    return reshape(read_place(_place(params), cursor, http), _on_the_web)


def backfill(params: FeedAt, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The items of the window in the feed and in the older pages that it names."""
    return reshape(read_archive(_place(params), cursor, window, http), _on_the_web)


def _on_the_web(mention: RawMention) -> RawMention:
    return replace(mention, platform=PLATFORM)


def _place(params: FeedAt) -> FeedAddress:
    private = bool(credentials(params.url))
    return FeedAddress(params.url, params.username, params.password.get_secret_value(), private=private)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """The feed at the address, those that its page names, or the one that its platform is known to have."""
    if not place.url or "/alerts/feeds/" in place.path:
        return ()
    if place.is_feed:
        return ({"url": place.url},)
    return tuple({"url": url} for url in dict.fromkeys([*_known(place), *place.feeds][:MOST_FEEDS]))


def _known(place: Place) -> Iterator[str]:
    """Where platforms keep the feed of a person or a channel, though not every page of theirs names it."""
    if place.on("bsky.app") and (found := place.at(r"/profile/[^/]{1,300}")):
        yield f"{place.origin}{found[0]}/rss"
    if place.on("youtube.com") and (found := place.at(r"/channel/(UC[\w-]{22})")):
        yield f"{place.origin}/feeds/videos.xml?channel_id={found[1]}"
    if place.says(r'id="mastodon"') and (found := place.at(r"/@[\w.]{1,100}/?$")):
        yield f"{place.origin}{found[0].rstrip('/')}.rss"
    if place.on("medium.com") and (found := place.at(r"/@?[\w.-]{1,100}")):
        yield f"{place.origin}/feed{found[0]}"
    if place.on("substack.com") or place.generator.startswith(("wordpress", "ghost")):
        yield f"{place.origin}/feed" if not place.generator.startswith("ghost") else f"{place.origin}/rss/"


collector = Collector(
    kind="rss",
    **texts_of(__name__),
    params=FeedAt,
    address="url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform=PLATFORM,
    ids="feed",
    rank=1,
)
