"""Searches a Discourse forum: newest first, ten pages of 50; the text of each post takes a request of its own."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Part, answer_of, each
from collectors._kit.items import short_hash
from collectors._kit.paging import cap_warning
from collectors._kit.times import moment
from collectors._kit.walk import Rewind, oldest_of, walk
from collectors.base import Broken, Cursor, Page, RawMention, SourceBusy, SourceError, Window
from ground.notice import Json

from .forum import FIRST_READING, Forum, Hit, Post, Topic, mention_of, topics_of

PAGE, MOST_PAGES = 50, 10
MOST_TEXTS = 100
"""Posts asked for one by one in one reading; the others come with their first words, and in full next time."""
UNBOUNDED = 10**9
UNREAD = ""
DAY = timedelta(days=1)


class Result(Part):
    more_full_page_results: Any = None
    error: Any = None


class Search(Part):
    posts: Annotated[list[Any], Field(max_length=1_000)]
    topics: Any = None
    grouped_search_result: Result | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of a search: the posts, their topics by number, and whether more follow."""

    posts: list[Hit]
    topics: dict[int, Topic]
    more: bool
    broken: tuple[Broken, ...]


class Texts:
    """Gives posts in full until the bound is reached, or the forum wants a pause; then their first words."""

    def __init__(self, forum: Forum, most: int = MOST_TEXTS) -> None:
        self.forum, self.left = forum, most
        self.asked: timedelta | None = None

    def full(self, hit: Hit, topic: Topic | None) -> tuple[RawMention | None, bool]:
        """The mention, and whether it is complete; None for an event of the topic."""
        if self.left <= 0:
            return _blurb(hit, self.forum.base, topic), False
        self.left -= 1
        try:
            return mention_of(answer_of(Post, self.forum.get(f"/posts/{hit.id}.json")), self.forum.base, topic), True
        except SourceBusy as error:
            self.left, self.asked = 0, error.wait or timedelta(minutes=1)
            return _blurb(hit, self.forum.base, topic), False
        except SourceError:  # deleted or closed since it was indexed
            return _blurb(hit, self.forum.base, topic), False

    def all(self, hits: Hits) -> Iterator[RawMention]:
        """Every post of a page, in full where possible."""
        for post in hits.posts:
            mention, _ = self.full(post, hits.topics.get(post.topic_id))
            if mention is not None:
                yield mention


def read_search(forum: Forum, query: str, cursor: Cursor) -> Iterator[Page]:
    """The newest hits. The cursor holds `after`, the first day of the search, and `seen`, a hash of each post met: only
    new and changed posts are asked for in full."""
    today = datetime.now(UTC).date()
    after = _day(cursor.get("after"), today - FIRST_READING)
    saved = cursor.get("seen")
    hashes: Mapping[str, Json] = saved if isinstance(saved, dict) else {}
    new_hashes: dict[str, Json] = {}
    texts = Texts(forum)
    ask = partial(_ask_page, forum, f"{query} order:latest after:{after.isoformat()}")
    for leg in walk(ask, most=MOST_PAGES):
        hits = leg.answer
        mentions = tuple(_new_or_changed(hits.posts, hits.topics, hashes, new_hashes, texts))
        cursor = {**cursor, "seen": {**hashes, **new_hashes}}
        if leg.last:
            cursor = {"after": (today - DAY).isoformat(), "seen": new_hashes}
        warning = cap_warning(PAGE * MOST_PAGES) if leg.capped else None
        yield Page(mentions, cursor, broken=hits.broken, asked=texts.asked, warning=warning)


def past_search(forum: Forum, query: str, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The hits of a window, newest first. After ten pages a new search ends with the day of the oldest post met.

    The cursor holds `before`, the day on which the search ends, and `page`.
    """
    start = _start(cursor, window)
    texts, rewind = Texts(forum, UNBOUNDED), Rewind(window)
    for leg in walk(partial(_ask_before, forum, query, window), start):
        hits = leg.answer
        mentions = [mention for mention in texts.all(hits) if window.holds(mention.published_at)]
        before, page = leg.onward or start
        yield rewind.page(
            mentions,
            {"before": before.isoformat(), "page": page},
            ended=leg.ended,
            oldest=oldest_of(mentions),
            broken=hits.broken,
            warning=cap_warning(PAGE * MOST_PAGES) if leg.ended and hits.more else None,
        )


Stand = tuple[date, int]
"""Where a backfill is: the day on which its search ends, and the page."""


def _start(cursor: Cursor, window: Window) -> Stand:
    page = cursor.get("page")
    number = page if isinstance(page, int) and 0 < page <= MOST_PAGES else 1
    return _day(cursor.get("before"), window.until.date() + DAY), number


def _ask_before(forum: Forum, query: str, window: Window, stand: Stand | None) -> tuple[Hits, Stand | None]:
    """A page of the search, and where to go on: after the tenth page, in a search that ends with the oldest day met."""
    before, page = stand or _start({}, window)
    span = f"after:{(window.since.date() - DAY).isoformat()} before:{before.isoformat()}"
    hits = _hits(forum, f"{query} order:latest {span}", page)
    if not hits.more:
        return hits, None
    if page < MOST_PAGES:
        return hits, (before, page + 1)
    oldest = min([before - DAY, *(at.date() for post in hits.posts if (at := moment(post.created_at)))])
    return hits, (oldest + DAY, 1) if oldest + DAY < before else None


def _ask_page(forum: Forum, terms: str, page: int | None) -> tuple[Hits, int | None]:
    """A page of the search, and the number of the next."""
    hits = _hits(forum, terms, page or 1)
    return hits, (page or 1) + 1 if hits.more else None


def _hits(forum: Forum, terms: str, page: int) -> Hits:
    """One page of a search. Raises SourceBusy when the forum is overloaded."""
    answer = answer_of(Search, forum.get("/search.json", {"q": terms, "page": page}))
    result = answer.grouped_search_result or Result()
    if result.error:
        raise SourceBusy("{host} is overloaded and does not search at the moment", host=forum.host)
    posts: list[Hit] = []

    _, broken = each(Hit, answer.posts, posts.append, forum.host)
    return Hits(posts, topics_of(answer.topics), bool(result.more_full_page_results and answer.posts), broken)


def _new_or_changed(
    posts: list[Hit], topics: dict[int, Topic], hashes: Mapping[str, Json], new_hashes: dict[str, Json], texts: Texts
) -> Iterator[RawMention]:
    """The mentions of posts that are new, have changed since last time, or were not read in full."""
    for post in posts:
        key, look = str(post.id), short_hash(post.blurb, str(post.like_count))
        if key in new_hashes:
            continue
        if hashes.get(key) == look:
            new_hashes[key] = look
            continue
        mention, complete = texts.full(post, topics.get(post.topic_id))
        new_hashes[key] = look if complete else UNREAD
        if mention is not None:
            yield mention


def _blurb(hit: Hit, base: str, topic: Topic | None) -> RawMention | None:
    """A post as a search gives it, with its first words as text."""
    fields = hit.model_dump(exclude={"blurb"})
    post = Post.model_validate({**fields, "cooked": html.escape(hit.blurb, quote=False)})
    return mention_of(post, base, topic)


def _day(value: object, otherwise: date) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return otherwise
