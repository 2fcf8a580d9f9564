"""phpBB boards, by their Atom feeds: all messages, new topics, one forum or one topic."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, Self

import httpx2
from pydantic import Field, model_validator

from ground.notice import Json
from ground.place import Place

from ._feeds.reading import read_first, reshape
from ._kit.texts import texts_of
from ._platforms.boards import Board, no_feed_of, place_of
from .base import Collector, Cursor, Page, RawMention

What = Literal["overall", "topics_new", "topics_active", "topics", "news", "forum", "topic"]
FILES = r".*/view(?:topic|forum)\.php"
TOPIC = re.compile(r"[?&]t=(\d{1,15})\b")
OLD_NAMES = {"overall": "", "topics_new": "topics", "topics": "topics"}
"""The names that feed.php of phpBB 3.0 and 3.1 uses, where they differ."""


class PhpbbBoard(Board):
    what: What = Field(
        default="overall",
        title="What to read",
        description="overall: every new message; topics_new: opening messages only; forum or topic: give its number",
    )
    number: int | None = Field(
        default=None,
        ge=1,
        title="Number of the forum or topic",
        description="As in its address: 12 in viewforum.php?f=12, 345 in viewtopic.php?t=345",
    )

    @model_validator(mode="after")
    def _needs_number(self) -> Self:
        if self.what in ("forum", "topic") and self.number is None:
            raise ValueError("give the number of the forum or of the topic")
        return self


def pages(params: PhpbbBoard, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The feed at /app.php/feed (3.1 and later), /feed (rewritten addresses) or /feed.php (before)."""
    number = f"/{params.number}" if params.what in ("forum", "topic") else ""
    name = f"{params.what}{number}"
    places = [place_of(params, f"{way}/{name}") for way in ("/app.php/feed", "/feed")]
    places.append(place_of(params, "/feed.php", **_old_query(params)))
    return reshape(read_first(places, cursor, http, no_feed_of(params, "phpBB")), _message)


def _old_query(params: PhpbbBoard) -> dict[str, str]:
    if params.what in ("forum", "topic"):
        return {params.what[0]: str(params.number)}
    return {"mode": OLD_NAMES.get(params.what, params.what)}


def _message(mention: RawMention) -> RawMention:
    """A message, with the topic that old boards write into its link."""
    topic = TOPIC.search(mention.url or "")
    board = (mention.url or "").partition("viewtopic.php")[0]
    return replace(mention, platform="phpbb", thread_id=f"{board}viewtopic.php?t={topic[1]}" if topic else None)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A board that its page, or the name of one of its files, says to be made with phpBB."""
    if not (place.url and (place.says(r'\bid="phpbb"|phpbb_alert|phpBB®|powered by .{0,80}phpBB') or place.at(FILES))):
        return ()
    return ({"base_url": place.root("/viewtopic.php", "/viewforum.php", "/index.php", "/app.php", "/search.php")},)


collector = Collector(
    kind="phpbb",
    **texts_of(__name__),
    params=PhpbbBoard,
    address="base_url",
    ids="feed",
    pages=pages,
    recognise=recognise,
    platform="phpbb",
    group="forums",
)
