"""Discourse forums: a search, the newest topics, or every post, through the forum's own interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, Self

import httpx2
from pydantic import Field, SecretStr, model_validator

from collectors._kit.fields import BaseUrl, Line, Params
from collectors.base import Collector, Cursor, Page, Window

from .forum import Forum
from .posts import past_posts, read_posts
from .search import past_search, read_search
from .topics import past_topics, read_topics

SHORTEST = 3
IDEOGRAPHS = "\u3040"  # from there on a word may be one sign


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
    username: Line = Field(default="", title="User name of the API key", description="Whose rights the key has")

    @model_validator(mode="after")
    def _asked(self) -> Self:
        if self.mode == "search" and len(self.query) < SHORTEST and not any(sign >= IDEOGRAPHS for sign in self.query):
            raise ValueError("Discourse searches words of three letters or more: write a longer search")
        if bool(self.api_key.get_secret_value()) != bool(self.username):
            raise ValueError("an API key needs the name of its user, and the name its key")
        return self


def pages(params: DiscourseForum, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is new; the modes keep different things in the cursor, told where they are read."""
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


collector = Collector(
    kind="discourse",
    title={"en": "Discourse forum", "fr": "Forum Discourse"},
    params=DiscourseForum,
    pages=pages,
    backfill=backfill,
    help={
        "en": "Posts of a Discourse forum: those that a search finds, the opening posts of new topics, or all of them. "
        "Public forums need no key.",
        "fr": "Les messages d’un forum Discourse : ceux qu’une recherche trouve, les messages d’ouverture des nouveaux "
        "sujets, ou tous. Les forums publics ne demandent pas de clé.",
    },
    steps={
        "en": (
            "Open the forum in a browser and copy its address, up to the last slash after its name.",
            "Try the search there: what it finds is what Vigie reads. Choose «posts» for a forum of your own.",
            (
                "A forum for members only: ask its owner for a key. Administration, API keys, New key, for one user, "
                "with the global read-only scope. Paste the key and the name of that user here."
            ),
        ),
        "fr": (
            "Ouvrez le forum dans un navigateur et copiez son adresse, jusqu’à la dernière barre après son nom.",
            "Essayez-y la recherche : ce qu’elle trouve est ce que Vigie lit. Choisissez « posts » pour votre forum.",
            (
                "Forum réservé aux membres : demandez une clé à son propriétaire. Administration, Clés API, "
                "Nouvelle clé, pour un seul utilisateur, en lecture seule. Collez ici la clé et le nom de cet "
                "utilisateur."
            ),
        ),
    },
    blind={
        "en": (
            "A search gives one post per topic, the newest that matches: choose «posts» to miss none.",
            "Private messages, and categories that visitors may not read (or the user of the key).",
            "What moderators removed: it is gone without a word. What its author withdrew or was hidden is followed.",
            "Changes to old posts, once they have left the pages that are read again.",
        ),
        "fr": (
            (
                "Une recherche donne un message par sujet, le plus récent qui correspond : choisissez « posts » "
                "pour n’en manquer aucun."
            ),
            (
                "Les messages privés, et les catégories que les visiteurs (ou l’utilisateur de la clé) ne peuvent pas "
                "lire."
            ),
            (
                "Ce que la modération a supprimé : cela disparaît sans un mot. Ce que son auteur a retiré ou qui a été "
                "masqué est suivi."
            ),
            "Les modifications d’anciens messages, une fois qu’ils ont quitté les pages relues.",
        ),
    },
    platform="discourse",
    group="forums",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=1),
    deletions=True,
    history={
        "en": "the last 7 days at first; as far as the forum goes on request",
        "fr": "les 7 derniers jours d’abord ; aussi loin que va le forum sur demande",
    },
)
