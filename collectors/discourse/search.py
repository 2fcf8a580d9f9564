"""A search in a Discourse forum: newest first, ten pages of 50; the text of each post is asked for on its own."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Part, answer_of, each
from collectors._kit.items import short_hash
from collectors._kit.paging import capped
from collectors._kit.times import moment
from collectors.base import Cursor, Page, RawMention, SourceBusy, SourceError, Window
from ground.notice import Json

from .forum import FIRST_READING, Forum, Found, Post, Topic, mention_of, topics_of

PAGE, MOST_PAGES = 50, 10
MOST_TEXTS = (
    100  # posts asked for one by one in one reading; the rest comes with its first words, and in full next time
)
UNREAD = ""
DAY = timedelta(days=1)


class Result(Part):
    more_full_page_results: Any = None
    error: Any = None


class Search(Part):
    posts: Annotated[list[Any], Field(max_length=1_000)]
    topics: Any = None
    grouped_search_result: Result | None = None


class Texts:
    """Gives posts in full as long as the forum lets it, and the bound is not met; then their first words."""

    def __init__(self, forum: Forum) -> None:
        self.forum, self.left = forum, MOST_TEXTS
        self.asked: timedelta | None = None

    def full(self, found: Found, topic: Topic | None) -> tuple[RawMention | None, bool]:
        """The mention, and whether it is complete. None for a post that is gone since."""
        if self.left <= 0:
            return _blurb(found, self.forum.base, topic), False
        self.left -= 1
        try:
            return mention_of(answer_of(Post, self.forum.get(f"/posts/{found.id}.json")), self.forum.base, topic), True
        except SourceBusy as error:
            self.left, self.asked = 0, error.wait or timedelta(minutes=1)
            return _blurb(found, self.forum.base, topic), False
        except SourceError:  # deleted or closed since it was indexed
            return _blurb(found, self.forum.base, topic), False


def read_search(forum: Forum, query: str, cursor: Cursor) -> Iterator[Page]:
    """The newest hits. The cursor holds `after`, the day the search begins with, and `seen`: what each post met looked
    like, so that only new and changed ones are asked for in full."""
    today = datetime.now(UTC).date()
    after = _day(cursor.get("after"), today - FIRST_READING)
    before = cursor.get("seen")
    known: Mapping[str, Json] = before if isinstance(before, dict) else {}
    met: dict[str, Json] = {}
    texts = Texts(forum)
    for number in range(1, MOST_PAGES + 1):
        posts, topics, more, broken = _page(forum, f"{query} order:latest after:{after.isoformat()}", number)
        mentions = tuple(_changed(posts, topics, known, met, texts))
        last = not more or number == MOST_PAGES
        cursor = {"after": (today - DAY).isoformat(), "seen": met} if last else {**cursor, "seen": {**known, **met}}
        warning = capped(PAGE * MOST_PAGES) if more and last else None
        yield Page(mentions, cursor, broken=broken, asked=texts.asked, warning=warning)
        if last:
            return


def past_search(forum: Forum, query: str, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The hits of a window, newest first; beyond ten pages the search begins anew before the oldest met.

    The cursor holds `before`, the day the search ends with, and `page`.
    """
    before, number = _day(cursor.get("before"), window.until.date() + DAY), cursor.get("page")
    page = number if isinstance(number, int) and 0 < number <= MOST_PAGES else 1
    texts, given, reached = Texts(forum), set[str](), window.until
    texts.left = 10**9
    while True:
        posts, topics, more, broken = _page(forum, f"{query} order:latest {_between(window, before)}", page)
        found = [texts.full(post, topics.get(post.topic_id))[0] for post in posts]
        inside = [one for one in found if one and window.holds(one.published_at) and one.external_id not in given]
        given |= {one.external_id for one in inside}
        reached = max(window.since, min([reached, *(one.published_at for one in inside if one.published_at)]))
        oldest = min([before - DAY, *(at.date() for post in posts if (at := moment(post.created_at)))])
        page, before, stuck = _on(page, before, oldest)
        ended = not more or stuck
        warning = capped(PAGE * MOST_PAGES) if more and stuck else None
        state: Cursor = {"before": before.isoformat(), "page": page}
        yield Page(tuple(inside), state, broken=broken, warning=warning, reached=window.since if ended else reached)
        if ended:
            return


def _on(page: int, before: date, oldest: date) -> tuple[int, date, bool]:
    """The next page; after the tenth, the first of the days up to the oldest met. The last says when that is no "
    "step."""
    if page < MOST_PAGES:
        return page + 1, before, False
    return 1, oldest + DAY, oldest + DAY >= before


def _between(window: Window, before: date) -> str:
    return f"after:{(window.since.date() - DAY).isoformat()} before:{before.isoformat()}"


def _page(
    forum: Forum, terms: str, page: int
) -> tuple[list[Found], dict[int, Topic], bool, tuple[tuple[str, str], ...]]:
    """Posts, topics, whether more follow, and what is broken. Raises SourceBusy when the forum is overloaded."""
    answer = answer_of(Search, forum.get("/search.json", {"q": terms, "page": page}))
    result = answer.grouped_search_result or Result()
    if result.error:
        raise SourceBusy("{host} is overloaded and does not search at the moment", host=forum.host)
    posts: list[Found] = []

    def kept(post: Found) -> None:
        posts.append(post)

    _, broken = each(Found, answer.posts, kept, forum.host)
    return posts, topics_of(answer.topics), bool(result.more_full_page_results and answer.posts), broken


def _changed(
    posts: list[Found], topics: dict[int, Topic], known: Mapping[str, Json], met: dict[str, Json], texts: Texts
) -> Iterator[RawMention]:
    """The mentions of posts that are new, look another way than last time, or were not read in full."""
    for post in posts:
        key, look = str(post.id), short_hash(post.blurb, str(post.like_count))
        if key in met:
            continue
        if known.get(key) == look:
            met[key] = look
            continue
        mention, complete = texts.full(post, topics.get(post.topic_id))
        met[key] = look if complete else UNREAD
        if mention is not None:
            yield mention


def _blurb(found: Found, base: str, topic: Topic | None) -> RawMention | None:
    """What a search tells of a post: its first words, as text."""
    told = found.model_dump(exclude={"blurb"})
    post = Post.model_validate({**told, "cooked": html.escape(found.blurb, quote=False)})
    return mention_of(post, base, topic)


def _day(value: object, otherwise: date) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return otherwise
