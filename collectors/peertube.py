"""PeerTube: videos that speak of something, on one instance and those it knows, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx2
from pydantic import Field, HttpUrl

from ._answers import Count, Part, Text, answer_of, each
from ._fetch import fetch, host_of
from ._fields import BaseUrl, Params, Words
from ._paging import capped
from ._times import moment, rfc3339
from .base import Collector, Cursor, Page, RawMention, Window

PAGE = 100
MOST_PAGES = 10
FIRST = timedelta(days=7)
OVERLAP = timedelta(hours=1)  # a video reaches an instance some minutes after its publication


class Search(Params):
    """What is searched for, and where."""

    query: Words = Field(title="Words to search for", examples=["acme"])
    base_url: BaseUrl = Field(
        default="https://sepiasearch.org",
        title="Instance",
        description="An instance, or sepiasearch.org, which searches most of them",
        examples=["https://framatube.org"],
    )


class Account(Part):
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
    account: Account | None = None
    channel: Account | None = None
    views: Count = None
    likes: Count = None
    comments: Count = None


class Answer(Part):
    total: int
    data: Annotated[list[Any], Field(max_length=1_000)]


def pages(params: Search, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was published since the cursor's `since`, less an hour; page after page, the cursor moves on the last."""
    now = datetime.now(UTC)
    since = moment(cursor.get("since"))
    window = Window(since - OVERLAP if since else now - FIRST, now)
    for page in _read(params, 0, window, http):
        done = page.reached is not None
        yield Page(
            page.mentions,
            {"since": rfc3339(now)} if done else dict(cursor),
            warning=page.warning,
            broken=page.broken,
            unchanged=not (page.mentions or page.broken),
        )


def backfill(params: Search, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was published in the window. The cursor holds `start`, how many are read."""
    start = cursor.get("start")
    yield from _read(params, start if isinstance(start, int) else 0, window, http)


def _read(params: Search, start: int, window: Window, http: httpx2.Client) -> Iterator[Page]:
    for number in range(MOST_PAGES):
        answer = _ask(params, start, window, http)
        mentions, broken = each(Video, answer.data, mention, host_of(params.base_url), "uuid")
        start += len(answer.data)
        done = not answer.data or start >= answer.total
        warning = capped(start) if not done and number == MOST_PAGES - 1 else None
        last = done or warning is not None
        yield Page(mentions, {"start": start}, warning=warning, broken=broken, reached=window.since if last else None)
        if last:
            return


def _ask(params: Search, start: int, window: Window, http: httpx2.Client) -> Answer:
    asked: dict[str, str | int] = {
        "search": params.query,
        "sort": "-publishedAt",
        "start": start,
        "count": PAGE,
        "nsfw": "both",
        "startDate": rfc3339(window.since),
        "endDate": rfc3339(window.until),
    }
    return answer_of(Answer, fetch(http, f"{params.base_url}/api/v1/search/videos", params=asked))


def mention(video: Video) -> RawMention:
    who = video.account or video.channel or Account()
    counts = {"views": video.views, "likes": video.likes, "comments": video.comments}
    return RawMention(
        external_id=f"urn:uuid:{video.uuid}",
        url=str(video.url),
        title=video.name,
        text=video.description or video.text,
        author=who.display_name or who.name,
        author_id=f"{who.name}@{who.host}" if who.host else who.name,
        author_followers=who.followers,
        outlet=who.host,
        platform="peertube",
        language=video.language.id if video.language else None,
        published_at=moment(video.published),
        engagement={name: value for name, value in counts.items() if value is not None},
    )


collector = Collector(
    kind="peertube",
    title={"en": "PeerTube", "fr": "PeerTube"},
    params=Search,
    pages=pages,
    backfill=backfill,
    help={
        "en": "Videos whose title or description holds your words, on one instance or on most of them at once.",
        "fr": "Les vidéos dont le titre ou la description contient vos mots, sur une instance ou sur la plupart.",
    },
    blind={
        "en": ("The comments under videos, and what is said in them.", "Instances that the one you ask does not know."),
        "fr": (
            "Les commentaires sous les vidéos, et ce qui s'y dit.",
            "Les instances que celle que vous interrogez ne connaît pas.",
        ),
    },
    platform="peertube",
    group="video",
    history={"en": "seven days, or as far as you ask", "fr": "sept jours, ou aussi loin que vous le demandez"},
)
