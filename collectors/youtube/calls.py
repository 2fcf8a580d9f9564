"""The calls to YouTube: each takes what it costs from the day's allowance, and knows what is no error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import httpx2

from collectors._kit.answers import answer_of, each
from collectors._kit.fetch import fetch, host_of
from collectors._kit.newest import Listing
from collectors._kit.paging import Fresh
from collectors._kit.refusals import Refusal
from collectors._kit.times import moment
from collectors._platforms.google_refusals import GOOGLE
from collectors.base import RawMention, SourceError, Spend
from ground.notice import Notice

from .videos import Answer, Comment, FollowedVideo, Hit, Video, comments_of, of_comment, of_video, replies_of

UNIT, SEARCH = Spend("units", 1), Spend("searches", 1)
HITS, VIDEOS, COMMENTS = 50, 50, 100  # the most of one answer
REPLY_PAGES = 5

CLOSED_NOTE = Notice("the comments of some videos are closed or cannot be read: those videos are read without them")


class Closed(SourceError):
    """There are no comments to be read here: no reason to stop."""


class Expired(SourceError):
    """The mark of a page is too old: the listing is read from its beginning."""


REFUSALS = replace(
    GOOGLE,
    rows=(
        Refusal(
            Closed,
            "the comments of some videos are closed or cannot be read: those videos are read without them",
            codes={"commentsDisabled", "videoNotFound", "commentNotFound", "processingFailure", "channelNotFound"},
        ),
        Refusal(
            Expired,
            "the place where the last reading stopped is not known any more: it is read again",
            codes={"invalidPageToken"},
        ),
        *GOOGLE.rows,
    ),
)


@dataclass(frozen=True, slots=True)
class Api:
    """Where YouTube answers, and the key, which goes in a header."""

    http: httpx2.Client
    base_url: str
    key: str

    def ask(self, what: str, asked: Mapping[str, str | int], spend: Spend) -> Answer:
        headers = {"X-Goog-Api-Key": self.key}
        got = fetch(self.http, f"{self.base_url}/{what}", headers=headers, params=asked, spend=spend, refusals=REFUSALS)
        return answer_of(Answer, got)


def search(api: Api, wanted: Mapping[str, str], mark: str | None = None) -> tuple[list[FollowedVideo], str | None]:
    """The videos of a page of a search, newest first, and the mark of the next."""
    asked: dict[str, str | int] = {"part": "snippet", "type": "video", "order": "date", **wanted}
    asked |= {"maxResults": HITS, **({"pageToken": mark} if mark else {})}
    answer = api.ask("search", asked, SEARCH)
    hits: list[FollowedVideo] = []
    each(Hit, answer.items, lambda hit: _remember(hit, hits), host_of(api.base_url))
    return hits, answer.next or None


def _remember(hit: Hit, hits: list[FollowedVideo]) -> None:
    if hit.id.video and hit.id.kind in ("youtube#video", ""):
        hits.append(FollowedVideo(hit.id.video[:100], moment(hit.snippet.published)))


def listed(api: Api, ids: tuple[str, ...]) -> tuple[tuple[RawMention, ...], tuple[tuple[str, str], ...]]:
    asked: dict[str, str | int] = {"part": "snippet,statistics", "id": ",".join(ids), "maxResults": VIDEOS}
    answer = api.ask("videos", asked, UNIT)
    return each(Video, answer.items, of_video, host_of(api.base_url))


def threads_of(api: Api, of: dict[str, str], threads: dict[str, int], mark: str | None) -> Listing:
    """A page of threads, the newest first. Of a long one whose number of replies is new, all replies are asked for."""
    asked: dict[str, str | int] = {"part": "snippet,replies", **of, "order": "time", "textFormat": "plainText"}
    asked |= {"maxResults": COMMENTS, **({"pageToken": mark} if mark else {})}
    answer = api.ask("commentThreads", asked, UNIT)
    host = host_of(api.base_url)
    found, broken = each(Comment, comments_of(answer.items), of_comment, host)
    tops = [one for one in found if one.parent_id == one.thread_id]
    more: list[RawMention] = []
    came = {str(one.get("id")): len(replies_of(one)) for one in answer.items if isinstance(one, dict)}
    for top in tops:
        number = top.engagement.get("comments", 0)
        if number > came.get(top.external_id, 0) and threads.get(top.external_id) != number:
            more += _replies(api, top)
            threads.pop(top.external_id, None)
            threads[top.external_id] = number
    times = tuple(top.published_at for top in tops if top.published_at)
    return Listing((*found, *more), broken, answer.next or None, times)


def _replies(api: Api, top: RawMention) -> Iterator[RawMention]:
    """All replies to a comment, which do not say to which video they belong."""
    fresh, mark = Fresh(), ""
    around = "on" if "/channel/" in (top.url or "") else "of"
    for _ in range(REPLY_PAGES):
        asked: dict[str, str | int] = {"part": "snippet", "parentId": top.external_id, "textFormat": "plainText"}
        asked |= {"maxResults": COMMENTS, **({"pageToken": mark} if mark else {})}
        try:
            answer = api.ask("comments", asked, UNIT)
        except Closed:
            return
        values = [{**one, around: top.thread_id} if isinstance(one, dict) else one for one in answer.items]
        yield from each(Comment, values, of_comment, host_of(api.base_url))[0]
        mark = answer.next
        if not fresh(mark):
            return
