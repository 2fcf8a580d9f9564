"""Feeds: RSS 0.9x to 2.0, RDF, Atom, CDF and JSON Feed, with Google Alerts, Google News and forum feeds among them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
from pydantic import Field, SecretStr

from ._feeds.reading import LONGEST_VALIDATOR as LONGEST_VALIDATOR
from ._feeds.reading import PAGE_SIZE as PAGE_SIZE
from ._feeds.reading import Place, read_archive, read_place
from ._kit.fields import Address, Params
from .base import Collector, Cursor, Page, Window


class FeedAt(Params):
    """Where a feed is, and the name and password for those that ask."""

    url: Address = Field(title="Address", examples=["https://news.example.org/feed.xml"])
    username: str = Field(default="", title="Name", max_length=200)
    password: SecretStr = Field(default=SecretStr(""), title="Password", max_length=200)


def pages(params: FeedAt, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The newest items of the feed: see `read_place` for its pages and its cursor."""
    return read_place(_place(params), cursor, http)


def backfill(params: FeedAt, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What the feed and the older pages that it names hold of the window."""
    return read_archive(_place(params), cursor, window, http)


def _place(params: FeedAt) -> Place:
    return Place(params.url, params.username, params.password.get_secret_value())


collector = Collector(
    kind="rss",
    title={"en": "Feed (RSS, Atom, JSON)", "fr": "Flux (RSS, Atom, JSON)"},
    help={
        "en": "News sites, blogs, forums, Google Alerts (delivery «RSS feed») and Google News searches. "
        "A page's own address often works: its feed is then looked for.",
        "fr": "Sites de presse, blogs, forums, alertes Google (envoi «Flux RSS») et recherches Google Actualités. "
        "L'adresse d'une page suffit souvent : son flux est alors recherché.",
    },
    params=FeedAt,
    pages=pages,
    backfill=backfill,
    platform="web",
    blind={
        "en": (
            "What left the feed between two readings: a feed of 10 items that publishes 20 an hour loses half.",
            "Comments, likes, shares and followers, unless the feed writes them (almost none does).",
            "What was deleted at the source: a feed forgets in silence.",
            "The rest of an article when the feed gives only its first lines, and the older pages of a feed.",
        ),
        "fr": (
            "Ce qui a quitté le flux entre deux lectures : 10 éléments ne suffisent pas à qui en publie 20 par heure.",
            "Commentaires, mentions j'aime, partages et abonnés, sauf si le flux les écrit (presque aucun ne le fait).",
            "Ce qui a été supprimé à la source : un flux oublie en silence.",
            "La suite d'un article dont le flux ne donne que les premières lignes, et les pages anciennes d'un flux.",
        ),
    },
    history={
        "en": "what the feed holds, often its last 10 to 100 items, and its older pages where it names them",
        "fr": "ce que contient le flux, souvent ses 10 à 100 derniers éléments, et ses pages anciennes s'il les nomme",
    },
)
