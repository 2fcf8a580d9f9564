"""Reads the comments under one's own videos: the new ones, and those under the videos of a window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from collectors._kit.answers import each
from collectors._kit.comments import Comments, Posts, ThreadPart, read_changed
from collectors._kit.comments import read_window as read_threads
from collectors._kit.walk import Leg, until_of
from collectors._kit.watched import FIRST, Watchlist
from collectors.base import Broken, Cursor, Page, RawMention, SourceError, Window

from .api import VIDEO_FIELDS, Comment, TikTok, Video, of_comment

VIDEOS, COMMENTS = 20, 30  # the most that TikTok gives at a time
MOST_VIDEOS, MOST_COMMENTS, MOST_BACK = 25, 20, 5_000
INSTANT = timedelta(microseconds=1)
ALWAYS = 3  # the newest videos, whose comments are read even if their number is the same: one may replace another


def read_comments(watchlist: Watchlist, tiktok: TikTok, status: str) -> Iterator[Page]:
    """The comments under the videos whose number of comments changed, with their replies."""
    return read_changed(watchlist, _videos(tiktok, MOST_VIDEOS), _comments(tiktok, status))


def read_window(tiktok: TikTok, status: str, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The comments under the videos of the window."""
    rest = Window(window.since, until_of(cursor, window))
    return read_threads(_videos_of(tiktok, rest), _comments(tiktok, status), cursor, window)


def _videos(tiktok: TikTok, most: int) -> Iterator[Posts[Video]]:
    fields: dict[str, str | int] = {"fields": VIDEO_FIELDS, "max_count": VIDEOS}
    for leg in tiktok.sheets("business/video/list", "videos", fields, most):
        videos, broken = _read_videos(leg.answer, tiktok.host)
        yield Posts(videos, [video.at for video in videos], broken=broken, capped=leg.capped)


def _videos_of(tiktok: TikTok, window: Window) -> Iterator[Posts[Video]]:
    """The videos of a window, its end included. TikTok takes no dates, so we read from the newest video on."""
    until = window.until
    for answer in _videos(tiktok, MOST_BACK):
        rest = Window(window.since, until + INSTANT)
        due = [video for video in answer.posts if rest.holds(video.at)]
        is_newer = not due and not any(at < rest.until for at in answer.times if at)
        if is_newer and not answer.broken and not tiktok.pause:
            continue
        until = max(min([until, *filter(None, answer.times)]), window.since)
        yield replace(answer, posts=due)
        if until <= window.since:
            return


def _read_videos(items: list[Any], host: str) -> tuple[list[Video], tuple[Broken, ...]]:
    videos: list[Video] = []

    def collect(video: Video) -> None:
        videos.append(video)

    return videos, each(Video, items, collect, host, "item_id")[1]


def _comments(tiktok: TikTok, status: str) -> Comments[Video]:
    """How to read the comments under videos. It goes further back than what is known, to find replies to old ones."""

    def ask(video: Video) -> Iterator[Leg[list[Any], str]]:
        params: dict[str, str | int] = {
            "video_id": video.item_id,
            "status": status,
            "include_replies": "true",
            "sort_field": "create_time",
            "sort_order": "desc",
            "max_count": COMMENTS,
        }
        return tiktok.sheets("business/comment/list", "comments", params, MOST_COMMENTS)

    def read(video: Video, items: list[Any]) -> ThreadPart:
        return _thread_part(video, items, tiktok, status)

    return Comments(tiktok.host, ask, read, lambda: tiktok.pause, COMMENTS * MOST_COMMENTS, ALWAYS, FIRST)


def _thread_part(video: Video, items: Sequence[Any], tiktok: TikTok, status: str) -> ThreadPart:
    comments: list[Comment] = []

    def to_mention(comment: Comment) -> RawMention | None:
        comments.append(comment)
        return of_comment(comment, video)

    mentions, broken = each(Comment, items, to_mention, tiktok.host, "comment_id")
    for comment in comments:
        replies, unreadable = _replies(video, comment, tiktok, status)
        mentions, broken = (*mentions, *replies), (*broken, *unreadable)
    return ThreadPart([comment.at for comment in comments], mentions, broken, complete=not tiktok.pause)


def _replies(
    video: Video, comment: Comment, tiktok: TikTok, status: str
) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
    """The replies that came with a comment; where there are more, all of them, by a request of their own."""
    items = comment.reply_list
    if (comment.replies or 0) > len(items) and not tiktok.pause:
        params: dict[str, str | int] = {
            "video_id": video.item_id,
            "comment_id": comment.comment_id,
            "status": status,
            "max_count": COMMENTS,
        }
        legs = tiktok.sheets("business/comment/reply/list", "comments", params, MOST_COMMENTS)
        items = [item for leg in legs for item in leg.answer]
    try:
        return each(
            Comment, items, lambda reply: of_comment(reply, video, comment.comment_id), tiktok.host, "comment_id"
        )
    except SourceError as error:
        return (), (Broken(comment.comment_id, str(error)),)
