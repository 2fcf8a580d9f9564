"""XenForo boards, by their RSS feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import httpx2
from pydantic import Field, StringConstraints

from ._feeds.reading import read_first, reshape
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


collector = Collector(
    kind="xenforo",
    title={"en": "XenForo forum", "fr": "Forum XenForo"},
    params=XenforoBoard,
    pages=pages,
    help={
        "en": "The newest threads of a XenForo board, or of one of its forums, by the feed the board writes itself.",
        "fr": "Les discussions les plus récentes d’un forum XenForo, ou d’une de ses rubriques, "
        "par le flux que le forum écrit lui-même.",
    },
    steps={
        "en": (
            "Open the board's first page in a browser and copy its address, up to the last slash.",
            "To read one forum only, open it and copy the end of its address, for instance general-discussion.2.",
        ),
        "fr": (
            "Ouvrez la page d’accueil du forum dans un navigateur et copiez son adresse, jusqu’à la dernière barre.",
            (
                "Pour ne lire qu’une rubrique, ouvrez-la et copiez la fin de son adresse, par exemple "
                "discussion-generale.2."
            ),
        ),
    },
    blind={
        "en": (
            "Replies: the feed holds the opening message of each thread, often its first lines, and counts the rest.",
            "What left the feed between two readings: it holds 20 threads on most boards.",
            "Forums that only members may read, likes and views, and what was deleted there.",
        ),
        "fr": (
            (
                "Les réponses : le flux contient le message d’ouverture de chaque discussion, souvent ses premières "
                "lignes, et compte les autres."
            ),
            "Ce qui a quitté le flux entre deux lectures : il contient 20 discussions sur la plupart des forums.",
            "Les rubriques réservées aux membres, les mentions j’aime et les vues, et ce qui y a été supprimé.",
        ),
    },
    platform="xenforo",
    group="forums",
    history={"en": "what the feed holds, often 20 threads", "fr": "ce que contient le flux, souvent 20 discussions"},
)
