"""Mastodon: hashtags or the public timeline of one server, or a search by words with a token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import Field, SecretStr, model_validator

from ground.notice import Json
from ground.place import Place

from ._kit.fields import BaseUrl, Line, Params
from ._kit.texts import texts_of
from ._platforms.mastodon import Reader
from ._platforms.mastodon_lists import Timeline, Way, read_back, read_on, read_window
from .base import Collector, Cursor, Page, Window

OVERLAP = timedelta(hours=1)
MOST_TAGS = 5  # one in the path and four beside it: servers ignore any further ones


class Mastodon(Params):
    """What to read from a server: hashtags, a search, or the public timeline when both are empty."""

    base_url: BaseUrl = Field("https://mastodon.social", title="Server", examples=["https://mastodon.social"])
    tags: Line = Field(
        "",
        title="Hashtags",
        description="Five at most, separated by spaces. Without any, and without words to search for, Vigie reads"
        " everything that is public",
        examples=["#acme #acmebikes"],
    )
    query: Line = Field(
        "",
        title="Search by words",
        description="Needs a token, and finds only the posts of authors who agreed to it",
        examples=["acme"],
    )
    local: bool = Field(False, title="Only what was written on this server")
    all_authors: bool = Field(
        False,
        title="Include authors who did not agree to appear in searches",
        description="Most accounts never answered that question: without them, you miss a lot",
    )
    token: SecretStr = Field(
        SecretStr(""), title="Access token", description="To search, and for servers that ask for one"
    )

    @model_validator(mode="after")
    def _check_choice(self) -> Mastodon:
        if self.names and self.query:
            raise ValueError("give hashtags or words to search for, not both")
        if len(self.names) > MOST_TAGS:
            raise ValueError("give five hashtags at most")
        if self.query and not self.token.get_secret_value():
            raise ValueError("a search by words needs a token")
        return self

    @property
    def names(self) -> list[str]:
        return self.tags.replace("#", " ").replace(",", " ").split()


def pages(params: Mastodon, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Reads a timeline forwards from the last status; a search, and on the first run any list, back from the newest."""
    reader, timeline, way = reader_of(params), timeline_of(params, http), Way.of(cursor)
    if way.low and not way.high and not timeline.is_search:
        return read_on(reader, timeline, way.low)
    return read_back(reader, timeline, way, OVERLAP if timeline.is_search else timedelta())


def backfill(params: Mastodon, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was written in the window, newest first."""
    return read_window(reader_of(params), timeline_of(params, http), cursor, window)


def reader_of(params: Mastodon) -> Reader:
    return Reader(params.base_url, params.all_authors)


def timeline_of(params: Mastodon, http: httpx2.Client) -> Timeline:
    """The search, the hashtags or the public timeline that the settings choose."""
    local: dict[str, Any] = {"local": "true"} if params.local else {}
    path, query = "/api/v1/timelines/public", local
    if params.query:
        path, query = "/api/v2/search", {"q": params.query, "type": "statuses", "resolve": "false"}
    elif params.names:
        first, *others = params.names
        path, query = (
            f"/api/v1/timelines/tag/{quote(first, safe='')}",
            {**local, **({"any[]": others} if others else {})},
        )
    return Timeline(http, params.base_url, path, query, params.token)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A hashtag by its address, else the name as one: on the server, or on the largest one."""
    if place.is_search:
        return ({"tags": f"#{place.tag}", "all_authors": True},) if place.tag else ()
    if not place.says(r'id="mastodon"'):
        return ()
    found = place.at(r"/tags/(\w{1,100})")
    tag = found[1] if found else "" if place.at(r"/@") else place.tag
    return ({"base_url": place.origin, "tags": f"#{tag}", "all_authors": True},) if tag else ()


collector = Collector(
    kind="mastodon",
    **texts_of(__name__),
    params=Mastodon,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="mastodon",
    group="social",
    default_interval=timedelta(minutes=30),
)
