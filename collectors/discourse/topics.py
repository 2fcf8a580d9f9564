"""The opening posts of a Discourse forum's newest topics. Lists come newest first, pinned topics before all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from collectors._kit.answers import Part, answer_of, each
from collectors._kit.fetch import Missing
from collectors._kit.paging import capped
from collectors._kit.times import moment, past, rfc3339
from collectors.base import Cursor, Page, RawMention, SourceChanged, SourceRefused, Window

from .forum import FIRST_READING, Forum, Post, Topic, mention_of, topics_of

OVERLAP = timedelta(hours=1)
MOST_PAGES = 20
MOST_TOPICS = 60  # asked for one by one in one reading; the next goes on where it stopped
BATCH = 10


class TopicList(Part):
    topics: Annotated[list[Any], Field(max_length=1_000)]
    more_topics_url: Any = None


class Latest(Part):
    topic_list: TopicList


class Stream(Part):
    posts: Annotated[list[Any], Field(max_length=1_000)]


class Whole(Part):
    post_stream: Stream


def read_topics(forum: Forum, cursor: Cursor) -> Iterator[Page]:
    """What was opened since `newest`, oldest first: so that each page's cursor is true once it is stored.

    The first reading gives the newest page of the list whatever its age, so that a quiet forum is not an empty one.
    A forum that fails half-way ends the reading there, so that what was not read is read the next time.
    """
    newest = moment(cursor.get("newest"))
    since = newest - OVERLAP if newest else datetime.now(UTC) - FIRST_READING
    topics, complete = _since(forum, since, first=newest is None)
    newest = newest or since
    warning = None if complete else capped(len(topics))
    if len(topics) > MOST_TOPICS:  # a busy hour: read again what was read, and the rest would never come
        topics = [topic for topic in topics if (moment(topic.created_at) or since) > newest]
    todo = topics[:MOST_TOPICS]
    for start in range(0, max(len(todo), 1), BATCH):
        batch = todo[start : start + BATCH]
        mentions = tuple(one for topic in batch if (one := _opening(forum, topic)))
        newest = max([newest, *(at for topic in batch if (at := past(moment(topic.created_at))))])
        yield Page(mentions, {"newest": rfc3339(newest)}, warning=warning)


def past_topics(forum: Forum, cursor: Cursor, window: Window) -> Iterator[Page]:
    """What was opened in a window, from the newest back; the cursor holds `page`."""
    number = cursor.get("page")
    page = number if isinstance(number, int) and number > 0 else 0
    reached, given = window.until, set[int]()
    while True:
        topics, more = _listed(forum, page)
        dates = [at for topic in topics if not _pinned(topic) and (at := moment(topic.created_at))]
        reached = max(window.since, min([reached, *dates]))
        inside = [topic for topic in topics if window.holds(moment(topic.created_at)) and topic.id not in given]
        given |= {topic.id for topic in inside}
        mentions = tuple(one for topic in inside if (one := _opening(forum, topic)) and window.holds(one.published_at))
        ended = not more or reached <= window.since
        page += 1
        yield Page(mentions, {"page": page}, reached=window.since if ended else reached)
        if ended:
            return


def _since(forum: Forum, since: datetime, *, first: bool) -> tuple[list[Topic], bool]:
    """The topics opened since, oldest first; and whether the list was read up to there."""
    found: dict[int, Topic] = {}
    complete = False
    for page in range(MOST_PAGES):
        topics, more = _listed(forum, page)
        new = (topic for topic in topics if (moment(topic.created_at) or since) >= since)
        found |= {topic.id: topic for topic in (topics if first and page == 0 else new)}
        dates = [at for topic in topics if not _pinned(topic) and (at := moment(topic.created_at))]
        complete = not more or (bool(dates) and min(dates) < since)
        if complete:
            break
    return sorted(found.values(), key=lambda topic: moment(topic.created_at) or since), complete


def _listed(forum: Forum, page: int) -> tuple[list[Topic], bool]:
    answer = answer_of(Latest, forum.get("/latest.json", {"order": "created", "page": page})).topic_list
    return [*topics_of(answer.topics).values()], bool(answer.more_topics_url and answer.topics)


def _opening(forum: Forum, topic: Topic) -> RawMention | None:
    """The first post of a topic; None for one that is gone, closed or broken since it was listed.

    Raises SourceError when the forum itself fails.
    """
    try:
        whole = answer_of(Whole, forum.get(f"/t/{topic.id}.json"))
    except (Missing, SourceRefused, SourceChanged):
        return None
    first = [one for one in whole.post_stream.posts if isinstance(one, dict) and one.get("post_number") == 1]
    mentions, _ = each(Post, first, lambda post: mention_of(post, forum.base, topic), forum.host)
    return mentions[0] if mentions else None


def _pinned(topic: Topic) -> bool:
    return topic.pinned or topic.pinned_globally
