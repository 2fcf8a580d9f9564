"""All posts of a Discourse forum, by their numbers.

`/posts.json?before=N` gives posts up to N: the 50 before it in new versions, those among the 50 numbers before it in
old ones, N itself included or not. Pages overlap by one number, and an empty one is no end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Part, answer_of, each, whole
from collectors._kit.paging import capped
from collectors._kit.times import moment, rfc3339
from collectors.base import Cursor, Page, RawMention, Window

from .forum import FIRST_READING, Forum, Post, mention_of

STEP = 49
MOST_PAGES = 40  # of one reading; the next goes on where it stopped
"""2,000 posts."""


class Posts(Part):
    latest_posts: Annotated[list[Any], Field(max_length=1_000)]


class Read:
    """What one answer held: mentions less those given before, what was broken, and the numbers of its posts."""

    def __init__(self, forum: Forum, before: int | None, given: set[str]) -> None:
        answer = forum.get("/posts.json", {"before": before} if before else None)
        values = answer_of(Posts, answer).latest_posts
        numbers = (whole(one.get("id")) for one in values if isinstance(one, dict))
        self.numbers = sorted(number for number in numbers if number and number > 0)
        found, self.broken = each(Post, values, lambda post: mention_of(post, forum.base), forum.host)
        self.mentions = tuple(one for one in found if one.external_id not in given)
        given |= {one.external_id for one in found}


def read_posts(forum: Forum, cursor: Cursor) -> Iterator[Page]:
    """The posts above `newest`; on the first reading, back from the newest page over a week.

    The cursor holds `newest`, up to which all is read; and, until the first reading is done, `back` and `since`.
    """
    newest, given = cursor.get("newest"), set[str]()
    if not isinstance(newest, int) or cursor.get("back") is not None:
        yield from _first(forum, cursor)
        return
    lowest = min(Read(forum, None, set()).numbers, default=0)
    for _ in range(MOST_PAGES):
        if newest >= lowest - 1:
            break
        read = Read(forum, newest + STEP + 1, given)
        newest += STEP
        yield Page(read.mentions, {"newest": newest}, broken=read.broken)
    else:
        return
    latest = Read(forum, None, given)
    if min(latest.numbers, default=0) <= newest + 1:
        newest = max([newest, *latest.numbers])
    yield Page(latest.mentions, {"newest": newest}, broken=latest.broken)


def _first(forum: Forum, cursor: Cursor) -> Iterator[Page]:
    """The newest page, and back from it to a week ago, or on from where an interrupted first reading had come."""
    given: set[str] = set()
    read = Read(forum, None, given)
    since = moment(cursor.get("since")) or datetime.now(UTC) - FIRST_READING
    begun, back = cursor.get("newest"), cursor.get("back")
    newest = begun if isinstance(begun, int) else max(read.numbers, default=0)
    low = back if isinstance(back, int) else min(read.numbers, default=0)
    for number in range(1, MOST_PAGES + 1):
        ended = low <= 1 or _older(read.mentions, since)
        last = ended or number == MOST_PAGES
        done: Cursor = {"newest": newest} if newest else {}
        state: Cursor = {"newest": newest, "back": low, "since": rfc3339(since)}
        warning = capped(MOST_PAGES * (STEP + 1)) if last and not ended else None
        yield Page(read.mentions, done if last else state, broken=read.broken, warning=warning)
        if last:
            return
        read = Read(forum, low, given)
        low = _lower(low, read)


def _older(mentions: tuple[RawMention, ...], since: datetime) -> bool:
    return any(one.published_at < since for one in mentions if one.published_at)


def _lower(low: int, read: Read) -> int:
    """The number to go on with: the lowest met, or a step further where nothing new was there."""
    below = [number for number in read.numbers if number < low]
    return min(below) if below else max(low - STEP, 0)


def past_posts(forum: Forum, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The posts of a window, from the newest page back; the cursor holds `before`."""
    before, reached, given = cursor.get("before"), window.until, set[str]()
    low = before if isinstance(before, int) else None
    while True:
        read = Read(forum, low, given)
        low = min(read.numbers, default=0) if low is None else _lower(low, read)
        dates = [one.published_at for one in read.mentions if one.published_at]
        reached = max(window.since, min([reached, *dates]))
        ended = low <= 1 or reached <= window.since
        yield Page(
            tuple(one for one in read.mentions if window.holds(one.published_at)),
            {"before": low},
            broken=read.broken,
            reached=window.since if ended else reached,
        )
        if ended:
            return
