"""Asks a Discourse forum, and turns its posts into mentions."""

from __future__ import annotations

import html
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator

from collectors._kit.answers import Count, Part, Text, whole
from collectors._kit.fetch import fetch, host_of
from collectors._kit.times import moment
from collectors.base import RawMention

from .refusals import WITH_KEY, WITHOUT_KEY

LIKE = 2  # the kind of action that is a like
SHOWN = (1, 2)  # ordinary posts, and those of moderators; 3 is «closed this topic» and the like, 4 a whisper
FIRST_READING = timedelta(days=7)

Flag = Annotated[bool, BeforeValidator(lambda value: value not in (None, False, 0, "", "false", "f"))]


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum, and the API key to ask it with; "" for none."""

    base: str
    http: httpx2.Client
    key: str = ""
    username: str = ""

    @property
    def host(self) -> str:
        return host_of(self.base)

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> httpx2.Response:
        """An answer of the API. Raises SourceError, by the tables of Discourse's own refusals."""
        headers = {"Accept": "application/json"}
        if self.key:
            headers |= {"Api-Key": self.key, "Api-Username": self.username}
        refusals = (WITH_KEY if self.key else WITHOUT_KEY).about(host=self.host)
        return fetch(self.http, f"{self.base}{path}", params=params, headers=headers, refusals=refusals)


class Post(Part):
    """A post as /posts.json, /posts/ID.json and /t/ID.json give it."""

    id: int
    topic_id: int
    post_number: int
    name: Text = ""
    username: Text = ""
    created_at: Any = None
    updated_at: Any = None
    cooked: Text = ""
    topic_slug: Text = ""
    topic_title: Text = ""
    reply_to_post_number: Count = None
    reply_count: Count = None
    like_count: Count = None
    reads: Count = None
    version: Count = None
    post_type: Count = None
    actions_summary: Any = None
    hidden: Flag = False
    user_deleted: Flag = False
    deleted_at: Any = None


class Topic(Part):
    """A topic as lists and searches give it."""

    id: int
    title: Text = ""
    slug: Text = ""
    created_at: Any = None
    views: Count = None
    posts_count: Count = None
    pinned: Flag = False
    pinned_globally: Flag = False


class Hit(Part):
    """A post as a search gives it: without its text, which has to be asked for post by post."""

    id: int
    topic_id: int
    post_number: int
    name: Text = ""
    username: Text = ""
    created_at: Any = None
    blurb: Text = ""
    like_count: Count = None


def topics_of(values: object) -> dict[int, Topic]:
    """The topics of an answer by their number, without those that cannot be read."""
    topics: dict[int, Topic] = {}
    for value in values if isinstance(values, list) else []:
        with suppress(ValueError):
            topic = Topic.model_validate(value)
            topics[topic.id] = topic
    return topics


def mention_of(post: Post, base: str, topic: Topic | None = None) -> RawMention | None:
    """A post as a mention; None for an event of the topic. Its id is topic/number, which is how replies name a post."""
    if post.post_type not in (None, *SHOWN):
        return None
    title, slug = (topic.title, topic.slug) if topic else (post.topic_title, post.topic_slug)
    return RawMention(
        external_id=f"{post.topic_id}/{post.post_number}",
        url=f"{base}/t/{slug or post.topic_slug or '-'}/{post.topic_id}/{post.post_number}",
        title=html.escape(title or post.topic_title, quote=False),
        text=post.cooked,
        html=True,
        author=post.name or post.username,
        author_id=post.username,
        platform="discourse",
        outlet=host_of(base),
        published_at=moment(post.created_at),
        edited_at=moment(post.updated_at) if (post.version or 1) > 1 else None,
        thread_id=f"{post.topic_id}/1",
        parent_id=_parent(post),
        engagement=_engagement(post, topic),
        deleted=post.hidden or post.user_deleted or bool(post.deleted_at),
    )


def _parent(post: Post) -> str | None:
    if post.post_number == 1:
        return None
    return f"{post.topic_id}/{post.reply_to_post_number or 1}"


def _engagement(post: Post, topic: Topic | None) -> dict[str, int]:
    opening = topic if post.post_number == 1 else None
    replies = opening.posts_count - 1 if opening and opening.posts_count else post.reply_count
    counts = {
        "likes": post.like_count if post.like_count is not None else _likes(post.actions_summary),
        "comments": replies,
        "views": opening.views if opening else post.reads,
    }
    return {name: count for name, count in counts.items() if count is not None}


def _likes(summary: object) -> int | None:
    """The likes among the actions: 0 when they are not listed, None without a list."""
    if not isinstance(summary, list):
        return None
    counts = [whole(action.get("count")) for action in summary if isinstance(action, dict) and action.get("id") == LIKE]
    return next(filter(None, counts), 0)
