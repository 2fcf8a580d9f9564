"""vBulletin boards, by their RSS feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import httpx2
from pydantic import Field, StringConstraints

from ._feeds.reading import read_first, reshape
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


collector = Collector(
    kind="vbulletin",
    title={"en": "vBulletin forum", "fr": "Forum vBulletin"},
    params=VbulletinBoard,
    pages=pages,
    help={
        "en": "The newest threads of a vBulletin board, or of some of its forums, by the feed the board writes itself.",
        "fr": "Les discussions les plus récentes d’un forum vBulletin, ou de certaines de ses rubriques, "
        "par le flux que le forum écrit lui-même.",
    },
    steps={
        "en": (
            "Open the board's first page in a browser and copy its address, up to the last slash.",
            (
                "To read some forums only, open each and note the number in its address (forumdisplay.php?f=12 or "
                "/12-name)."
            ),
            "If the board gives no feed, ask its owner to switch on «RSS syndication» in the administration.",
        ),
        "fr": (
            "Ouvrez la page d’accueil du forum dans un navigateur et copiez son adresse, jusqu’à la dernière barre.",
            (
                "Pour ne lire que certaines rubriques, ouvrez-les et relevez le numéro dans leur adresse "
                "(forumdisplay.php?f=12 ou /12-nom)."
            ),
            (
                "Si le forum ne donne pas de flux, demandez à son propriétaire d’activer la « syndication RSS » dans "
                "l’administration."
            ),
        ),
    },
    blind={
        "en": (
            "Replies: the feed holds the opening message of each thread, often its first lines only.",
            "What left the feed between two readings: it holds 15 threads on most boards.",
            "Forums that only members may read, likes and views, and what was deleted there.",
        ),
        "fr": (
            (
                "Les réponses : le flux contient le message d’ouverture de chaque discussion, souvent ses premières "
                "lignes."
            ),
            "Ce qui a quitté le flux entre deux lectures : il contient 15 discussions sur la plupart des forums.",
            "Les rubriques réservées aux membres, les mentions j’aime et les vues, et ce qui y a été supprimé.",
        ),
    },
    platform="vbulletin",
    group="forums",
    history={"en": "what the feed holds, often 15 threads", "fr": "ce que contient le flux, souvent 15 discussions"},
)
