"""All posts of a Discourse forum, by their numbers.

`/posts.json?before=N` gives posts up to N, with N or without it: the last 50 posts in new versions, the posts among the
last 50 numbers in old ones. So we let pages overlap by one number, and an empty page is not the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Part, answer_of, each, whole
from collectors._kit.newest import look_back
from collectors._kit.paging import Unmet, cap_warning
from collectors._kit.times import moment, rfc3339
from collectors._kit.walk import Rewind, oldest_of, walk
from collectors.base import Broken, Cursor, Page, RawMention, Window

from .forum import Forum, Post, mention_of

STEP = 49
MOST_PAGES = 40  # 2,000 posts in one reading; the next goes on where it stopped


class Posts(Part):
    latest_posts: Annotated[list[Any], Field(max_length=1_000)]


@dataclass(frozen=True, slots=True)
class PostRange:
    """The posts up to a number. `low` is the number to go back from: the lowest met, or a step further down."""

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...]
    numbers: tuple[int, ...]
    low: int

    @property
    def oldest(self) -> datetime | None:
        return oldest_of(self.mentions)

    def ends_before(self, since: datetime) -> bool:
        return self.oldest is not None and self.oldest < since


def read_posts(forum: Forum, cursor: Cursor) -> Iterator[Page]:
    """The posts above `newest`, by counting up; on the first reading, back from the newest page over a week.

    Every step is known before it is made, so there is no listing to walk.

    The cursor holds `newest`, the number up to which all is read; during the first reading, `back` and `since` too.
    """
    newest, unmet = cursor.get("newest"), Unmet()
    if not isinstance(newest, int) or cursor.get("back") is not None:
        yield from _first(forum, cursor)
        return
    lowest = min(_range(forum, None).numbers, default=0)
    for _ in range(MOST_PAGES):
        if newest >= lowest - 1:
            break
        posts = _range(forum, newest + STEP + 1)
        newest += STEP
        yield Page(unmet(posts.mentions), {"newest": newest}, broken=posts.broken)
    else:
        return
    last = _range(forum, None)
    if min(last.numbers, default=0) <= newest + 1:
        newest = max([newest, *last.numbers])
    yield Page(unmet(last.mentions), {"newest": newest}, broken=last.broken)


def _first(forum: Forum, cursor: Cursor) -> Iterator[Page]:
    """Back from the newest page to a week ago. An interrupted first reading goes on at its `back` after that page."""
    since = moment(cursor.get("since")) or look_back(None, timedelta())
    newest, back = cursor.get("newest"), cursor.get("back")
    ask = partial(_older, forum, Unmet(), back if isinstance(back, int) else None)
    for leg in walk(ask, most=MOST_PAGES, ends=lambda posts: posts.ends_before(since)):
        posts = leg.answer
        newest = newest if isinstance(newest, int) else max(posts.numbers, default=0)
        final_state: Cursor = {"newest": newest} if newest else {}
        state: Cursor = {"newest": newest, "back": leg.next, "since": rfc3339(since)}
        warning = cap_warning(MOST_PAGES * (STEP + 1)) if leg.capped else None
        yield Page(posts.mentions, final_state if leg.last else state, broken=posts.broken, warning=warning)


def past_posts(forum: Forum, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The posts of a window, from the newest page back; the cursor holds `before`."""
    before, rewind = cursor.get("before"), Rewind(window)
    start = before if isinstance(before, int) else None
    for leg in walk(partial(_older, forum, Unmet(), None), start, ends=lambda posts: posts.ends_before(window.since)):
        posts = leg.answer
        yield rewind.page(
            posts.mentions, {"before": posts.low}, ended=leg.ended, oldest=posts.oldest, broken=posts.broken
        )


def _older(forum: Forum, unmet: Unmet, resume_at: int | None, before: int | None) -> tuple[PostRange, int | None]:
    """The unmet posts up to a number, and the number to go on with: after the newest page, `resume_at` if given."""
    posts = _range(forum, before)
    posts = replace(posts, mentions=unmet(posts.mentions))
    low = resume_at if before is None and resume_at is not None else posts.low
    return posts, low if low > 1 else None


def _range(forum: Forum, before: int | None) -> PostRange:
    answer = forum.get("/posts.json", {"before": before} if before else None)
    values = answer_of(Posts, answer).latest_posts
    ids = (whole(value.get("id")) for value in values if isinstance(value, dict))
    numbers = tuple(sorted(number for number in ids if number and number > 0))
    mentions, broken = each(Post, values, lambda post: mention_of(post, forum.base), forum.host)
    return PostRange(mentions, broken, numbers, _low(numbers, before))


def _low(numbers: Sequence[int], before: int | None) -> int:
    """The number to go back from: the lowest met, or a step further down where none was lower than `before`."""
    if before is None:
        return min(numbers, default=0)
    return min((number for number in numbers if number < before), default=max(before - STEP, 0))
