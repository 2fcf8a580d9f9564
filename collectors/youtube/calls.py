"""The calls to YouTube, each with what it takes from the allowance of the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx2

from collectors._kit.answers import answer_of, each
from collectors._kit.fetch import fetch, host_of
from collectors._kit.newest import Listing
from collectors._kit.refusals import Refusal
from collectors._kit.times import moment
from collectors._kit.walk import walk
from collectors._platforms.google_refusals import GOOGLE
from collectors.base import Broken, RawMention, SourceError, Spend

from .followed import FollowedVideo
from .videos import Answer, Comment, Hit, Video, comment_mention, comments_of, replies_of, video_mention

UNIT, SEARCH = Spend("units", 1), Spend("searches", 1)
HITS, VIDEOS, COMMENTS = 50, 50, 100  # the most of one answer
COMMENT_PAGES, REPLY_PAGES = 10, 5
OVERLAP = timedelta(hours=1)  # read again before the newest comment known

COMMENTS_CLOSED = "the comments of some videos are closed or cannot be read: those videos are read without them"
MARK_FORGOTTEN = "YouTube no longer knows where the last reading stopped: the next one starts from the beginning"


class NoComments(SourceError):
    """The video has no comments to read. Readings go on with a warning."""


class StaleMark(SourceError):
    """YouTube no longer knows the mark of a page. Readings begin again with the first one."""


REFUSALS = replace(
    GOOGLE,
    rows=(
        Refusal(
            NoComments,
            COMMENTS_CLOSED,
            codes={"commentsDisabled", "videoNotFound", "commentNotFound", "processingFailure", "channelNotFound"},
        ),
        Refusal(StaleMark, MARK_FORGOTTEN, codes={"invalidPageToken"}),
        *GOOGLE.rows,
    ),
)


@dataclass(frozen=True, slots=True)
class Api:
    """The address of YouTube's interface, and the key, which travels in a header."""

    http: httpx2.Client
    base_url: str
    key: str

    def ask(self, what: str, query: Mapping[str, str | int], spend: Spend) -> Answer:
        headers, url = {"X-Goog-Api-Key": self.key}, f"{self.base_url}/{what}"
        return answer_of(Answer, fetch(self.http, url, headers=headers, params=query, spend=spend, refusals=REFUSALS))


def find_videos(api: Api, query: Mapping[str, str], mark: str | None) -> tuple[list[FollowedVideo], str]:
    """One page of a search, newest first: its videos, and the mark of the next page, "" at the end."""
    shared = {"part": "snippet", "type": "video", "order": "date", **query}
    answer = api.ask("search", _page_query(shared, HITS, mark), SEARCH)
    videos: list[FollowedVideo] = []
    each(Hit, answer.items, lambda hit: _collect(hit, videos), host_of(api.base_url))
    return videos, answer.next


def _collect(hit: Hit, videos: list[FollowedVideo]) -> None:
    if hit.id.video and hit.id.kind in ("youtube#video", ""):
        videos.append(FollowedVideo(hit.id.video[:100], moment(hit.snippet.published)))


def videos_of(api: Api, ids: tuple[str, ...]) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
    """The videos with these ids, at most 50, as mentions; and those that could not be read."""
    query: dict[str, str | int] = {"part": "snippet,statistics", "id": ",".join(ids), "maxResults": VIDEOS}
    answer = api.ask("videos", query, UNIT)
    return each(Video, answer.items, video_mention, host_of(api.base_url))


def threads_of(api: Api, place: dict[str, str], threads: dict[str, int], mark: str | None) -> Listing:
    """One page of the threads of a video or a channel, newest first.

    `threads` holds the number of replies of long threads. Where it has changed, all replies are asked for, and the new
    number is written into it.
    """
    query = {"part": "snippet,replies", **place, "order": "time", "textFormat": "plainText"}
    answer = api.ask("commentThreads", _page_query(query, COMMENTS, mark), UNIT)
    mentions, broken = each(Comment, comments_of(answer.items), comment_mention, host_of(api.base_url))
    tops = [mention for mention in mentions if mention.parent_id == mention.thread_id]
    inside = {str(thread.get("id")): len(replies_of(thread)) for thread in answer.items if isinstance(thread, dict)}
    replies: list[RawMention] = []
    for top in tops:
        number = top.engagement.get("comments", 0)
        if number > inside.get(top.external_id, 0) and threads.get(top.external_id) != number:
            replies += _replies(api, top)
            threads.pop(top.external_id, None)  # so that the threads noted last stand at the end
            threads[top.external_id] = number
    times = tuple(top.published_at for top in tops if top.published_at)
    return Listing((*mentions, *replies), broken, answer.next or None, times)


def _replies(api: Api, top: RawMention) -> Iterator[RawMention]:
    """All replies to a comment. They do not name their video, so we take it from the comment."""
    query = {"part": "snippet", "parentId": top.external_id, "textFormat": "plainText"}
    around = "on" if "/channel/" in (top.url or "") else "of"

    def ask(mark: str | None) -> tuple[Answer, str]:
        answer = api.ask("comments", _page_query(query, COMMENTS, mark), UNIT)
        return answer, answer.next

    try:
        for leg in walk(ask, most=REPLY_PAGES):
            values = [
                {**value, around: top.thread_id} if isinstance(value, dict) else value for value in leg.answer.items
            ]
            yield from each(Comment, values, comment_mention, host_of(api.base_url))[0]
    except NoComments:
        return


def _page_query(query: Mapping[str, str], size: int, mark: str | None) -> dict[str, str | int]:
    return {**query, "maxResults": size, **({"pageToken": mark} if mark else {})}
