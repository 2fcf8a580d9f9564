"""Videos that a search finds: their numbers and their comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from collectors._kit.newest import Listing, back, forward, look_back
from collectors._kit.paging import cap_warning
from collectors._kit.times import moment, rfc3339
from collectors._kit.walk import walk
from collectors.base import Cursor, Page, RawMention, SourceBusy, Window
from ground.notice import Notice

from .calls import (
    COMMENT_PAGES,
    COMMENTS_CLOSED,
    HITS,
    OVERLAP,
    VIDEOS,
    Api,
    NoComments,
    find_videos,
    threads_of,
    videos_of,
)
from .followed import FollowedVideo, FollowList

SEARCH_PAGES = 2
SEARCH_OVERLAP = timedelta(days=1)  # a search finds a video hours after it was published
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Search:
    """A search as YouTube takes it. It is made `per_day` times a day; `most` videos are followed."""

    query: Mapping[str, str]
    per_day: int
    most: int


def read_search(api: Api, search: Search, cursor: Cursor) -> Iterator[Page]:
    """Searches when it is time to, then reads the numbers of the videos followed, and their new comments."""
    followed = FollowList.of(cursor, search.most)
    warning: Notice | None = None
    try:
        yield from _find_new(api, search, followed)
    except SourceBusy as error:  # the searches of the day are used up: the videos followed are still read
        if not followed.videos:
            raise
        warning = error.notice
    followed.trim()
    counts: dict[str, int] = {}
    ids = tuple(followed.videos)
    for start in range(0, len(ids), VIDEOS):
        batch = ids[start : start + VIDEOS]
        mentions, broken = videos_of(api, batch)
        shown_ids = {mention.external_id for mention in mentions} | {video.id for video in broken}
        removals = followed.note_shown(batch, shown_ids)
        counts |= {mention.external_id: mention.engagement.get("comments", 0) for mention in mentions}
        yield followed.page((*mentions, *removals), broken)
    for video in [video for video in followed.videos.values() if _is_due(video, counts)]:
        yield from _comments(api, followed, replace(video, comments=counts[video.id]))
    if warning:
        yield followed.page(warning=warning)


def _find_new(api: Api, search: Search, followed: FollowList) -> Iterator[Page]:
    """Follows the videos that a search finds, where one is due."""
    now = datetime.now(UTC)
    if followed.searched and now - followed.searched < A_DAY / search.per_day:
        return
    since = look_back(followed.searched, SEARCH_OVERLAP)
    query = {**search.query, "publishedAfter": rfc3339(since)}
    for leg in walk(partial(find_videos, api, query), most=SEARCH_PAGES):
        followed.add(leg.answer)
        followed.searched = now if leg.last else followed.searched
        yield followed.page(warning=cap_warning(HITS * SEARCH_PAGES) if leg.capped else None)


def _is_due(video: FollowedVideo, counts: Mapping[str, int]) -> bool:
    """Whether the comments of a video are to be read: their number has changed, or the last visit was a day ago.

    The daily visit finds edits.
    """
    number = counts.get(video.id, 0)
    is_late = not video.visited or datetime.now(UTC) - video.visited > A_DAY
    return number > 0 and (number != video.comments or is_late)


def _comments(api: Api, followed: FollowList, video: FollowedVideo) -> Iterator[Page]:
    """The new comments of one video. What is remembered of it changes with the last page."""
    threads = dict(followed.threads)
    ask = partial(threads_of, api, {"videoId": video.id}, threads)
    try:
        for step in forward(ask, video.newest, look_back(video.newest, OVERLAP), COMMENT_PAGES):
            if step.last:
                followed.update(replace(video, newest=step.newest, visited=datetime.now(UTC)))
                followed.threads = threads
            yield followed.page(step.listing.mentions, step.listing.broken, step.warning)
    except NoComments:
        followed.update(replace(video, visited=datetime.now(UTC)))
        yield followed.page(warning=Notice(COMMENTS_CLOSED))


def past_search(api: Api, search: Search, cursor: Cursor, window: Window) -> Iterator[Page]:
    """Goes back through the videos of the search: each request asks for what is older than the last answer."""
    return back(partial(_videos_before, api, search, window), cursor.get("page"), window)


def _videos_before(api: Api, search: Search, window: Window, mark: str | None) -> Listing:
    """The videos before a moment, with the newest hundred comments of each."""
    before = moment(mark) or window.until
    span = {"publishedAfter": rfc3339(window.since), "publishedBefore": rfc3339(before)}
    hits, following = find_videos(api, {**search.query, **span}, None)
    times = tuple(hit.published for hit in hits if hit.published)
    mentions, broken = videos_of(api, tuple(hit.id for hit in hits)) if hits else ((), ())
    comments: list[RawMention] = []
    for video in mentions:
        comments += _newest_comments(api, video) if video.engagement.get("comments") else ()
    older = _next_moment(before, times) if following else None
    mark = rfc3339(older) if older and older > window.since else None
    return Listing((*mentions, *comments), broken, mark, times)


def _next_moment(before: datetime, times: tuple[datetime, ...]) -> datetime | None:
    """The moment to go on from; None when the search does not go back.

    It leaves a second of overlap, because videos of one second may be spread over two answers.
    """
    oldest = min(times, default=before)
    return min(oldest + A_SECOND, before - A_SECOND) if oldest < before else None


def _newest_comments(api: Api, video: RawMention) -> tuple[RawMention, ...]:
    try:
        return threads_of(api, {"videoId": video.external_id}, {}, None).mentions
    except NoComments:
        return ()
