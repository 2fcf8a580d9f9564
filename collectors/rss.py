"""Feeds: RSS 0.9x to 2.0, RDF, Atom, CDF and JSON Feed, with Google Alerts, Google News and forum feeds among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx2
from pydantic import Field, SecretStr

from ground.credentials import credentials

from ._feeds.reading import LONGEST_VALIDATOR as LONGEST_VALIDATOR
from ._feeds.reading import PAGE_SIZE as PAGE_SIZE
from ._feeds.reading import FeedAddress, read_archive, read_place, reshape
from ._kit.fields import Address, Params
from ._kit.texts import texts_of
from .base import Collector, Cursor, Page, RawMention, Window

PLATFORM = "web"


class FeedAt(Params):
    """Where a feed is, with a name and a password where it asks for them."""

    url: Address = Field(title="Address", examples=["https://news.example.org/feed.xml"])
    username: str = Field(default="", title="User name", max_length=200)
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


collector = Collector(
    kind="rss",
    **texts_of(__name__),
    params=FeedAt,
    address="url",
    pages=pages,
    backfill=backfill,
    platform=PLATFORM,
    ids="feed",
    rank=1,
)
