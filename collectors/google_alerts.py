"""Google Alerts, by the feed of one alert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field

from ._feeds.reading import NoFeedHere, Place, read_place, reshape
from ._kit.fields import Address, Params
from ._kit.refusals import Refusal, Refusals
from .base import Collector, Cursor, Page, RawMention, SourceError

REFUSALS = Refusals(
    (
        Refusal(
            SourceError,
            "Google has no such alert any more: it was deleted, or is sent by e-mail again. "
            "Choose delivery to a feed and paste the new address",
            status={400, 404, 410},
        ),
    )
)


def _of_an_alert(url: str) -> str:
    if "/alerts/feeds/" not in url:
        raise ValueError("the address of an alert's feed contains /alerts/feeds/: copy it from the feed icon")
    return url


class Alert(Params):
    url: Annotated[Address, AfterValidator(_of_an_alert)] = Field(
        title="Address of the feed",
        description="Whoever has it can read the alert",
        examples=["https://www.google.com/alerts/feeds/01234567890123456789/1234567890123456789"],
    )


def pages(params: Alert, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The 20 or so newest finds of the alert, with the addresses that Google wraps taken out."""
    place = Place(params.url, moves=False, refusals=REFUSALS)
    try:
        yield from reshape(read_place(place, cursor, http), _find)
    except NoFeedHere as error:
        raise NoFeedHere(
            "Google shows a page instead of the alert's feed: copy the address again, from the feed icon of the alert"
        ) from error


def _find(mention: RawMention) -> RawMention:
    return replace(mention, platform="web")


collector = Collector(
    kind="google_alerts",
    title={"en": "Google Alerts", "fr": "Alertes Google"},
    params=Alert,
    pages=pages,
    help={
        "en": "What Google finds on the web and in the news for an alert that you set up, delivered to a feed.",
        "fr": "Ce que Google trouve sur le web et dans l’actualité pour une alerte que vous avez créée, "
        "envoyée vers un flux.",
    },
    steps={
        "en": (
            "Sign in to a Google account and open google.com/alerts.",
            (
                "Write the words to watch, then «Show options»: how often «As-it-happens», how many «All results», "
                "deliver to «RSS feed». Click «Create alert»."
            ),
            "In «My alerts», right-click the feed icon next to the alert and copy the link's address.",
        ),
        "fr": (
            "Connectez-vous à un compte Google et ouvrez google.com/alerts.",
            (
                "Écrivez les mots à surveiller, puis « Afficher les options » : fréquence "
                "« Immédiatement », nombre de résultats « Tous les résultats », envoi à « Flux RSS ». Cliquez sur "
                "« Créer l’alerte »."
            ),
            ("Dans « Mes alertes », faites un clic droit sur l’icône de flux de l’alerte et copiez l’adresse du lien."),
        ),
    },
    blind={
        "en": (
            "Most of what is said: Google picks a part of the web and of the news, and often finds it days later.",
            "Social networks, comments, and the full text: an alert gives a headline and a few lines.",
            "What was published before the alert was made.",
        ),
        "fr": (
            (
                "L’essentiel de ce qui se dit : Google choisit une partie du web et de l’actualité, et la trouve "
                "souvent des jours plus tard."
            ),
            "Les réseaux sociaux, les commentaires et le texte entier : une alerte donne un titre et quelques lignes.",
            "Ce qui a été publié avant la création de l’alerte.",
        ),
    },
    platform="web",
    group="web",
    min_interval=timedelta(minutes=30),
    history={"en": "the 20 newest finds of the alert", "fr": "les 20 trouvailles les plus récentes de l'alerte"},
)
