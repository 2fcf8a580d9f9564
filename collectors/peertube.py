"""PeerTube: videos that match a search, on one instance and those it knows, newest first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import Field, HttpUrl

from ground.notice import Json
from ground.place import Place
from ground.quotes import without_markdown_quotes

from ._kit.answers import Count, Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import BaseUrl, Params, Words
from ._kit.newest import Listing, back, forward, look_back, times_of
from ._kit.texts import texts_of
from ._kit.times import moment, rfc3339
from .base import Collector, Cursor, Page, RawMention, Window

PAGE = 100
MOST_PAGES = 10
OVERLAP = timedelta(days=1)  # a video reaches other instances, and Sepia Search, hours after its publication


class Search(Params):
    """What is searched for, and where."""

    query: Words = Field(title="Words to search for", examples=["acme"])
    base_url: BaseUrl = Field(
        default="https://sepiasearch.org",
        title="Instance",
        description="An instance, or sepiasearch.org, which searches most of them",
        examples=["https://framatube.org"],
    )


class PeertubeAccount(Part):
    display_name: Annotated[Text, Field(alias="displayName")] = ""
    name: Text = ""
    host: Text = ""
    followers: Annotated[Count, Field(alias="followersCount")] = None


class Named(Part):
    id: str | None = None


class Video(Part):
    """The part of a video that is read."""

    uuid: str
    url: HttpUrl
    name: Text
    text: Annotated[Text, Field(alias="truncatedDescription")] = ""
    description: Text = ""
    published: Annotated[Any, Field(alias="publishedAt")] = None
    language: Named | None = None
    account: PeertubeAccount | None = None
    channel: PeertubeAccount | None = None
    views: Count = None
    likes: Count = None
    comments: Count = None


class Videos(Part):
    total: int
    data: Annotated[list[Any], Field(max_length=1_000)]


def pages(params: Search, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was published since the cursor's `newest`, less a day, whose counts are read again."""
    before = moment(cursor.get("newest") or cursor.get("since"))
    since = look_back(before, OVERLAP)
    span = {"startDate": rfc3339(since)}
    for step in forward(partial(_ask, params, http, span), before, since, MOST_PAGES):
        state: Cursor = {"newest": step.newest.isoformat()} if step.last and step.newest else cursor
        listing = step.listing
        yield Page(listing.mentions, state, broken=listing.broken, warning=step.warning)


def backfill(params: Search, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Back from the end of the window. Each request asks for what is older than the last answer.

    The cursor's `page` is that time, in Unix seconds: by time, new videos do not push others from page to page.
    """

    def ask(before: str | None) -> Listing:
        until = int(before) if before else math.ceil(window.until.timestamp())
        span = {"startDate": rfc3339(window.since), "endDate": rfc3339(datetime.fromtimestamp(until, UTC))}
        listing = _ask(params, http, span, None)
        oldest = min((int(at.timestamp()) for at in listing.times), default=0)
        follows = listing.next and window.since.timestamp() < oldest
        return replace(listing, next=str(min(oldest + 1, until - 1)) if follows else None)

    before = cursor.get("page")
    yield from back(ask, before if isinstance(before, str) and before.isdecimal() else None, window)


def _ask(params: Search, http: httpx2.Client, span: dict[str, str], mark: str | None) -> Listing:
    start = int(mark or 0)
    query: dict[str, str | int] = {"search": params.query, "sort": "-publishedAt", "start": start, "count": PAGE}
    query |= {"nsfw": "both", **span}
    videos = answer_of(Videos, fetch(http, f"{params.base_url}/api/v1/search/videos", params=query))
    mentions, broken = each(Video, videos.data, mention, host_of(params.base_url), "uuid")
    after = start + len(videos.data)
    return Listing(mentions, broken, str(after) if videos.data and after < videos.total else None, times_of(mentions))


def mention(video: Video) -> RawMention:
    account = video.account or video.channel or PeertubeAccount()
    counts = {"views": video.views, "likes": video.likes, "comments": video.comments}
    return RawMention(
        external_id=f"urn:uuid:{video.uuid}",
        url=str(video.url),
        title=video.name,
        text=without_markdown_quotes(video.description or video.text),
        author=account.display_name or account.name,
        author_id=f"{account.name}@{account.host}" if account.host else account.name,
        author_followers=account.followers,
        outlet=account.host,
        platform="peertube",
        language=video.language.id if video.language else None,
        published_at=moment(video.published),
        engagement={name: value for name, value in counts.items() if value is not None},
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A search for the name: on the instance at the address, or on most of them."""
    if not place.words or (place.url and not place.says(r"og:platform.{1,20}PeerTube")):
        return ()
    return ({"query": place.words} | ({"base_url": place.origin} if place.url else {}),)


collector = Collector(
    kind="peertube",
    **texts_of(__name__),
    params=Search,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="peertube",
    group="video",
)
