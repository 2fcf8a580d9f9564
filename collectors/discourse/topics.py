"""Reads the opening posts of a Discourse forum's topics. Lists come newest first, but pinned topics before all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Part, answer_of, each
from collectors._kit.entries import Entries, Entry, queue_of
from collectors._kit.fetch import Missing
from collectors._kit.newest import look_back
from collectors._kit.paging import Fresh
from collectors._kit.times import moment, rfc3339
from collectors._kit.walk import Rewind, walk
from collectors.base import Cursor, Page, RawMention, SourceChanged, SourceRefused, Window

from .forum import Forum, Post, Topic, mention_of, topics_of

OVERLAP = timedelta(hours=1)
MOST_PAGES = 20
MOST_TOPICS = 60  # asked for one by one in one reading; the next reading goes on
BATCH = 10


class TopicList(Part):
    topics: Annotated[list[Any], Field(max_length=1_000)]
    more_topics_url: Any = None


class Latest(Part):
    topic_list: TopicList


class Stream(Part):
    posts: Annotated[list[Any], Field(max_length=1_000)]


class WholeTopic(Part):
    post_stream: Stream


def read_topics(forum: Forum, cursor: Cursor) -> Iterator[Page]:
    """The topics opened since `newest`, oldest first, so that the cursor holds after each page.

    Where the forum fails half-way, the reading ends, and the next one goes on there.
    """
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    queue = queue_of(partial(_list, forum), since, MOST_PAGES, first=before is None)
    for turn in queue.turns(before or since, MOST_TOPICS, BATCH):
        mentions = tuple(opening for topic in turn.values if (opening := _opening(forum, topic)))
        yield Page(mentions, {"newest": rfc3339(turn.newest)}, warning=queue.warning)


def past_topics(forum: Forum, cursor: Cursor, window: Window) -> Iterator[Page]:
    """The topics opened in a window, newest first; the cursor holds `page`."""
    saved, rewind, fresh = cursor.get("page"), Rewind(window), Fresh()
    start = saved if isinstance(saved, int) and saved > 0 else 0
    for leg in walk(partial(_list, forum), start, ends=lambda listed: listed.ends_before(window.since)):
        inside = [entry for entry in leg.answer.entries if window.holds(entry.at) and fresh(entry.id)]
        mentions = [opening for entry in inside if (opening := _opening(forum, entry.value))]
        state: Cursor = {"page": (leg.mark or 0) + 1}
        yield rewind.page(mentions, state, ended=leg.ended, oldest=leg.answer.oldest)


def _list(forum: Forum, mark: int | None) -> tuple[Entries[Topic], int | None]:
    """A page of the list, and the number of the next."""
    page = mark or 0
    answer = answer_of(Latest, forum.get("/latest.json", {"order": "created", "page": page})).topic_list
    entries = [Entry(topic.id, moment(topic.created_at), topic) for topic in topics_of(answer.topics).values()]
    times = [entry.at for entry in entries if entry.at and not _is_pinned(entry.value)]
    return Entries(entries, times), page + 1 if answer.more_topics_url and answer.topics else None


def _opening(forum: Forum, topic: Topic) -> RawMention | None:
    """The first post of a topic; None for a topic that was deleted or closed since it was listed, or cannot be read.

    Raises SourceError when the forum itself fails.
    """
    try:
        whole = answer_of(WholeTopic, forum.get(f"/t/{topic.id}.json"))
    except (Missing, SourceRefused, SourceChanged):
        return None
    first = [post for post in whole.post_stream.posts if isinstance(post, dict) and post.get("post_number") == 1]
    mentions, _ = each(Post, first, lambda post: mention_of(post, forum.base, topic), forum.host)
    return mentions[0] if mentions else None


def _is_pinned(topic: Topic) -> bool:
    return topic.pinned or topic.pinned_globally
