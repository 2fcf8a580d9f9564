"""Dailymotion: public videos that match a search, newest first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import Field, StringConstraints

from ground.notice import Json
from ground.place import Place

from ._kit.answers import Count, Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Params, Words
from ._kit.items import fit_id
from ._kit.newest import Listing, back, forward, look_back, times_of
from ._kit.refusals import Complaint, Refusal, Refusals
from ._kit.texts import texts_of
from ._kit.times import moment
from .base import Collector, Cursor, Page, RawMention, SourceBusy, SourceRefused, Window

PAGE_SIZE, MOST_PAGES = 100, 10  # the platform gives 1,000 videos a search, and no more
OVERLAP = timedelta(days=1)  # views and likes of a day's videos are read again
FIELDS = "id,title,description,url,created_time,updated_time,owner.id,owner.screenname,views_total,likes_total,language"
BREAK = re.compile(r"<br\s{0,4}/?>\n?", re.IGNORECASE)
LINK = re.compile(r"</?a(?:\s[^<>]{0,2000})?>", re.IGNORECASE)  # the platform turns addresses into links


TOO_OFTEN = "Dailymotion asks us to read less often"
PAUSE = timedelta(minutes=15)


def _facts(complaint: Complaint) -> Mapping[str, Json]:
    return {"reason": complaint.words[:200]}


REFUSALS = Refusals(
    (
        Refusal(SourceBusy, TOO_OFTEN, codes={"quota_exceeded", "rate_limit_exceeded"}, wait=PAUSE),
        Refusal(SourceBusy, TOO_OFTEN, phrase="rate limit", wait=PAUSE),
        Refusal(
            SourceRefused,
            "Dailymotion does not accept this search ({reason}): change its words",
            codes={"invalid_parameter", "missing_parameter"},
        ),
    ),
    codes=("error.type",),
    words=("error.message",),
    facts=_facts,
)


class Search(Params):
    base_url: Interface = Field("https://api.dailymotion.com", title="Address of the interface")
    query: Words = Field(
        title="Search", description="The words as you would type them there", examples=["Cobalt Bikes"]
    )
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = Field(
        "", title="Language", description="Two letters, or nothing for all", examples=["fr"]
    )


class Video(Part):
    id: Annotated[str, Field(min_length=1)]
    title: Text = ""
    description: Text = ""
    url: Text = ""
    created_time: Any = None
    owner: Text = Field("", alias="owner.screenname")
    owner_id: Text = Field("", alias="owner.id")
    views: Count = Field(None, alias="views_total")
    likes: Count = Field(None, alias="likes_total")
    language: Text = ""


class Videos(Part):
    list: Annotated[list[Any], Field(max_length=1_000)]
    has_more: bool = False


def pages(params: Search, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was published since the cursor's `newest`, less a day, whose counts are read again."""
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    span = {"created_after": int(since.timestamp())}
    for step in forward(partial(_ask, params, http, span), before, since, MOST_PAGES):
        state: Cursor = {"newest": step.newest.isoformat()} if step.last and step.newest else cursor
        listing = step.listing
        yield Page(listing.mentions, state, broken=listing.broken, warning=step.warning)


def backfill(params: Search, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Back from the end of the window. Each request asks for what is older than the last answer.

    The cursor's `page` is that time, in Unix seconds. By time, unlike by page, a search gives more than 1,000 videos.
    """
    since = int(window.since.timestamp())

    def ask(before: str | None) -> Listing:
        until = int(before or window.until.timestamp())
        listing = _ask(params, http, {"created_after": since, "created_before": until}, None)
        oldest = min((int(at.timestamp()) for at in listing.times), default=0)
        follows = listing.next and since < oldest
        return replace(listing, next=str(min(oldest + 1, until - 1)) if follows else None)

    before = cursor.get("page")
    yield from back(ask, before if isinstance(before, str) and before.isdecimal() else None, window)


def _ask(params: Search, http: httpx2.Client, span: dict[str, int], page: str | None) -> Listing:
    query: dict[str, str | int] = {"search": params.query, "fields": FIELDS, "sort": "recent", "limit": PAGE_SIZE}
    query |= {"page": page or 1, "family_filter": "false", **span}
    if params.language:
        query["languages"] = params.language
    response = fetch(http, f"{params.base_url}/videos", params=query, refusals=REFUSALS)
    videos = answer_of(Videos, response)
    mentions, broken = each(Video, videos.list, mention, host_of(params.base_url))
    return Listing(mentions, broken, str(int(page or 1) + 1) if videos.has_more else None, times_of(mentions))


def mention(video: Video) -> RawMention:
    counts = {"views": video.views, "likes": video.likes}
    return RawMention(
        external_id=fit_id(video.id),
        url=video.url or f"https://www.dailymotion.com/video/{video.id}",
        title=html.unescape(video.title),
        text=html.unescape(LINK.sub("", BREAK.sub("\n", video.description))),
        author=video.owner,
        author_id=video.owner_id,
        platform="dailymotion",
        language=video.language or None,
        published_at=moment(video.created_time),
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({"query": place.words},) if place.words and (place.is_search or place.on("dailymotion.com")) else ()


collector = Collector(
    kind="dailymotion",
    **texts_of(__name__),
    params=Search,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="dailymotion",
    group="video",
)
