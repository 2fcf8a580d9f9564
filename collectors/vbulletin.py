"""vBulletin boards, by their RSS feed."""

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

Numbers = Annotated[str, StringConstraints(pattern=r"^[\d\s]*(,[\d\s]+)*$", max_length=500)]


class VbulletinBoard(Board):
    forums: Numbers = Field(
        default="",
        title="Numbers of the forums",
        description="Separated by commas, as in their addresses; empty for all",
        examples=["2,5"],
    )


def pages(params: VbulletinBoard, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The newest threads, at /external.php (versions 3 and 4) or /external (5 and 6)."""
    numbers = "".join(params.forums.split())
    places = [
        place_of(params, "/external.php", type="RSS2", forumids=numbers),
        place_of(params, "/external", type="rss2", nodeid=numbers),
    ]
    return reshape(read_first(places, cursor, http, no_feed_of(params, "vBulletin")), _thread)


def _thread(mention: RawMention) -> RawMention:
    return replace(mention, platform="vbulletin", thread_id=mention.external_id)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A board that its page, or the name of one of its files, says to be made with vBulletin."""
    if not (
        place.url and (place.generator.startswith("vbulletin") or place.at(r".*/(?:showthread|forumdisplay)\.php"))
    ):
        return ()
    return ({"base_url": place.root("/showthread.php", "/forumdisplay.php", "/forum/", "/index.php", "/threads/")},)


collector = Collector(
    kind="vbulletin",
    **texts_of(__name__),
    params=VbulletinBoard,
    address="base_url",
    ids="feed",
    pages=pages,
    recognise=recognise,
    platform="vbulletin",
    group="forums",
)
