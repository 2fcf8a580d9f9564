"""Reads the comments under one's own videos: what is new, and what stands under the videos of a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from collectors._kit.answers import each
from collectors._kit.paging import capped
from collectors._kit.times import moment, rfc3339
from collectors._kit.watched import FIRST, MOST_THREADS, Reading, before
from collectors.base import Cursor, Page, RawMention, SourceBusy, SourceError, Window
from ground.notice import Notice

from .api import VIDEO_FIELDS, Comment, Sheet, TikTok, Video, of_comment, past

VIDEOS, COMMENTS = 20, 30  # the most that TikTok gives at a time
MOST_VIDEOS, MOST_COMMENTS, MOST_BACK = 25, 20, 5_000
ALWAYS = 3  # the newest videos: their comments are asked for also when their number is the same, for one may be new
Broken = tuple[tuple[str, str], ...]


def read_comments(run: Reading, asked: TikTok, status: str) -> Iterator[Page]:
    """The comments under the videos whose number of comments changed, with their replies."""
    watched: dict[str, Video] = {}
    for sheet in _videos(asked, MOST_VIDEOS):
        videos, broken = _videos_of(sheet, asked)
        watched.update((one.item_id, one) for one in videos)
        yield run.page((), broken)
        if run.beyond(one.at for one in videos):
            break
        if sheet.capped:
            run.warning = capped(len(watched))
    changed = [one for place, one in enumerate(watched.values()) if _has_news(run, one, place)]
    if len(changed) > MOST_THREADS:
        run.warning = Notice("more than {most} posts have new comments: the rest is read next", {"most": MOST_THREADS})
    for one in changed[:MOST_THREADS]:
        if asked.pause:
            return
        yield from _thread(run, one, asked, status)


def read_window(asked: TikTok, status: str, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The comments under the videos of the window, which are found from the newest on: TikTok takes no dates.

    The cursor holds the time from which on all videos are read.
    """
    run = Reading()
    upto = min(moment(cursor.get("until")) or window.until, window.until)
    for sheet in _videos(asked, MOST_BACK):
        videos, broken = _videos_of(sheet, asked)
        found: tuple[RawMention, ...] = ()
        for one in videos:
            if one.at and window.since <= one.at <= upto:
                mentions, bad = _whole_thread(one, asked, status)
                found, broken = (*found, *mentions), (*broken, *bad)
        if asked.pause:
            raise SourceBusy("{host} has been asked too often and wants a pause", wait=asked.pause, host=asked.host)
        if not any(one.at and one.at <= upto for one in videos) and not broken:
            continue
        upto = max(min([upto, *filter(None, (one.at for one in videos))]), window.since)
        inside = [one for one in found if window.holds(one.published_at)]
        yield replace(run.page(inside, broken), cursor={"until": rfc3339(upto)}, reached=upto)
        if upto <= window.since:
            break
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)


def _videos(asked: TikTok, most: int) -> Iterator[Sheet]:
    return asked.sheets("business/video/list", "videos", {"fields": VIDEO_FIELDS, "max_count": VIDEOS}, most)


def _videos_of(sheet: Sheet, asked: TikTok) -> tuple[list[Video], Broken]:
    videos: list[Video] = []

    def kept(one: Video) -> None:
        videos.append(one)

    return videos, each(Video, sheet.items, kept, asked.host, "item_id")[1]


def _has_news(run: Reading, video: Video, place: int) -> bool:
    if video.comments == 0 and video.item_id not in run.marks:
        return False
    return place < ALWAYS or run.changed(video.item_id, video.mark)


def _thread(run: Reading, video: Video, asked: TikTok, status: str) -> Iterator[Page]:
    """The comments under a video, newest first, as far back as they were read before."""
    floor, newest = run.back_to(video.item_id), None
    if run.changed(video.item_id, video.mark):
        floor -= FIRST  # a reply stands under its comment, however old that is
    for sheet in _comments(video, asked, status):
        found, mentions, broken = _comments_of(video, sheet, asked, status)
        times = [past(one.create_time) for one in found]
        newest = newest or next(filter(None, times), None)
        done = sheet.last or before(times, floor)
        if sheet.capped and not done:
            run.warning = capped(COMMENTS * MOST_COMMENTS)
        if (done or sheet.capped) and not asked.pause:
            run.read(video.item_id, video.mark, newest)
        yield run.page(mentions, broken)
        if done:
            return


def _whole_thread(video: Video, asked: TikTok, status: str) -> tuple[tuple[RawMention, ...], Broken]:
    mentions: tuple[RawMention, ...] = ()
    broken: Broken = ()
    for sheet in _comments(video, asked, status) if video.comments != 0 else ():
        _, found, bad = _comments_of(video, sheet, asked, status)
        mentions, broken = (*mentions, *found), (*broken, *bad)
    return mentions, broken


def _comments(video: Video, asked: TikTok, status: str) -> Iterator[Sheet]:
    params: dict[str, str | int] = {
        "video_id": video.item_id,
        "status": status,
        "include_replies": "true",
        "sort_field": "create_time",
        "sort_order": "desc",
        "max_count": COMMENTS,
    }
    return asked.sheets("business/comment/list", "comments", params, MOST_COMMENTS)


def _comments_of(
    video: Video, sheet: Sheet, asked: TikTok, status: str
) -> tuple[list[Comment], tuple[RawMention, ...], Broken]:
    found: list[Comment] = []

    def taken(comment: Comment) -> RawMention | None:
        found.append(comment)
        return of_comment(comment, video)

    mentions, broken = each(Comment, sheet.items, taken, asked.host, "comment_id")
    for comment in tuple(found):
        replies, bad = _replies(video, comment, asked, status)
        mentions, broken = (*mentions, *replies), (*broken, *bad)
    return found, mentions, broken


def _replies(video: Video, comment: Comment, asked: TikTok, status: str) -> tuple[tuple[RawMention, ...], Broken]:
    """The replies that came along; all of them, asked for, where there are more."""
    items = comment.reply_list
    if (comment.replies or 0) > len(items) and not asked.pause:
        params: dict[str, str | int] = {
            "video_id": video.item_id,
            "comment_id": comment.comment_id,
            "status": status,
            "max_count": COMMENTS,
        }
        sheets = asked.sheets("business/comment/reply/list", "comments", params, MOST_COMMENTS)
        items = [item for sheet in sheets for item in sheet.items]
    try:
        return each(
            Comment, items, lambda reply: of_comment(reply, video, comment.comment_id), asked.host, "comment_id"
        )
    except SourceError as error:
        return (), ((comment.comment_id, str(error)),)
