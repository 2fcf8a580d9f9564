"""Discourse forums: a search, the newest topics, or every post, through the forum's own interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal, Self

import httpx2
from pydantic import Field, SecretStr, model_validator

from collectors._kit.fields import BaseUrl, Line, Params
from collectors._kit.texts import texts_of
from collectors.base import Collector, Cursor, Page, Window
from ground.notice import Json
from ground.place import Place

from .forum import Forum
from .posts import past_posts, read_posts
from .search import past_search, read_search
from .topics import past_topics, read_topics

SHORTEST = 3
IDEOGRAPHS = "\u3040"  # from there on, one sign may be a word


class DiscourseForum(Params):
    base_url: BaseUrl = Field(title="Address of the forum", examples=["https://forum.example.org"])
    mode: Literal["search", "topics", "posts"] = Field(
        default="search",
        title="What to read",
        description="search: what matches the search below; topics: opening posts only; posts: everything",
    )
    query: Line = Field(
        default="",
        title="Words to search for",
        description="For the mode search: words, or Discourse's own filters such as #category or tags:news",
        examples=["acme"],
    )
    api_key: SecretStr = Field(
        default=SecretStr(""), title="API key", max_length=200, description="Only for forums that ask for one"
    )
    username: Line = Field(
        default="", title="User name of the API key", description="The user whose rights the key has"
    )

    @model_validator(mode="after")
    def _check_search_and_key(self) -> Self:
        if self.mode == "search" and len(self.query) < SHORTEST and not any(sign >= IDEOGRAPHS for sign in self.query):
            raise ValueError("Discourse searches words of three letters or more: write a longer search")
        if bool(self.api_key.get_secret_value()) != bool(self.username):
            raise ValueError("an API key needs the name of its user, and the name its key")
        return self


def pages(params: DiscourseForum, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is new. What the cursor holds depends on the mode: see its `read_…` function."""
    forum = _forum(params, http)
    if params.mode == "search":
        return read_search(forum, params.query, cursor)
    return read_topics(forum, cursor) if params.mode == "topics" else read_posts(forum, cursor)


def backfill(params: DiscourseForum, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was published in the window, newest first."""
    forum = _forum(params, http)
    if params.mode == "search":
        return past_search(forum, params.query, cursor, window)
    return past_topics(forum, cursor, window) if params.mode == "topics" else past_posts(forum, cursor, window)


def _forum(params: DiscourseForum, http: httpx2.Client) -> Forum:
    return Forum(params.base_url, http, params.api_key.get_secret_value(), params.username)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A search for the name on a forum that says it is made with Discourse, else its newest topics."""
    if not (place.url and place.generator.startswith("discourse")):
        return ()
    base = place.root("/t/", "/c/", "/u/", "/tag/", "/latest", "/top", "/categories", "/search")
    if len(place.words) >= SHORTEST:
        return ({"base_url": base, "mode": "search", "query": place.words}, {"base_url": base, "mode": "topics"})
    return ({"base_url": base, "mode": "topics"},)


collector = Collector(
    kind="discourse",
    **texts_of(__name__),
    params=DiscourseForum,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="discourse",
    group="forums",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=1),
    deletions=True,
)
