"""All comments on one's own channel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from collectors._kit.newest import Listing, back, forward, look_back
from collectors._kit.times import moment
from collectors.base import Cursor, Page, SourceRefused, Window

from .calls import COMMENT_PAGES, OVERLAP, Api, NoComments, StaleMark, threads_of
from .followed import latest_threads, threads_in

NO_CHANNEL = "YouTube has no channel {channel}: copy its id again; it begins with UC"


def read_channel(api: Api, channel: str, cursor: Cursor) -> Iterator[Page]:
    """The new comments on all videos of a channel. The cursor holds the time of the `newest`, and `threads`."""
    newest, threads = moment(cursor.get("newest")), threads_in(cursor)
    ask = partial(_comments_on, api, channel, threads)
    for step in forward(ask, newest, look_back(newest, OVERLAP), COMMENT_PAGES):
        after = cursor
        if step.last and step.newest:
            after = {"newest": step.newest.isoformat(), "threads": latest_threads(threads)}
        yield Page(step.listing.mentions, after, broken=step.listing.broken, warning=step.warning)


def past_channel(api: Api, channel: str, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The comments of the window, newest first."""
    return back(partial(_past_comments_on, api, channel), cursor.get("page"), window)


def _past_comments_on(api: Api, channel: str, mark: str | None) -> Listing:
    """One page of comments; the first one where YouTube no longer knows the mark."""
    try:
        return _comments_on(api, channel, {}, mark)
    except StaleMark:
        return _comments_on(api, channel, {}, None)


def _comments_on(api: Api, channel: str, threads: dict[str, int], mark: str | None) -> Listing:
    """One page of the comments on a channel. Raises SourceError."""
    try:
        return threads_of(api, {"allThreadsRelatedToChannelId": channel}, threads, mark)
    except NoComments:
        raise SourceRefused(NO_CHANNEL, channel=channel) from None
