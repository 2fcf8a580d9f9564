"""XenForo boards, by their RSS feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import httpx2
from pydantic import Field, StringConstraints

from ground.notice import Json
from ground.place import Place

from ._feeds.reading import read_first, reshape
from ._kit.texts import texts_of
from ._platforms.boards import Board, no_feed_of, place_of
from .base import Collector, Cursor, Page, RawMention

Forum = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[\w%.-]*$")]


class XenforoBoard(Board):
    forum: Forum = Field(
        default="",
        title="Forum",
        description="Its name and number as in its address; empty for the whole board",
        examples=["general-discussion.2"],
    )


def pages(params: XenforoBoard, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The newest threads; boards without rewritten addresses answer behind index.php?."""
    path = f"forums/{params.forum or '-'}/index.rss"
    places = [place_of(params, f"/{path}"), place_of(params, f"/index.php?{path}")]
    return reshape(read_first(places, cursor, http, no_feed_of(params, "XenForo")), _thread)


def _thread(mention: RawMention) -> RawMention:
    return replace(mention, platform="xenforo", thread_id=mention.external_id)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A board whose page says that it is made with XenForo."""
    if not place.says(r'<html[^<>]{0,300}id="XF"|Forum software by XenForo|data-xf-init='):
        return ()
    return ({"base_url": place.root("/threads/", "/forums/", "/members/", "/whats-new", "/index.php")},)


collector = Collector(
    kind="xenforo",
    **texts_of(__name__),
    params=XenforoBoard,
    address="base_url",
    ids="feed",
    pages=pages,
    recognise=recognise,
    platform="xenforo",
    group="forums",
)
