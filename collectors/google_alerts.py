"""Google Alerts, by the feed of one alert."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field

from ground.notice import Json
from ground.place import Place

from ._feeds.reading import FeedAddress, NoFeedHere, read_place, reshape
from ._kit.fields import Address, Params
from ._kit.refusals import Refusal, Refusals
from ._kit.texts import texts_of
from .base import Collector, Cursor, Page, RawMention, SourceError

REFUSALS = Refusals(
    (
        Refusal(
            SourceError,
            "Google no longer has this alert: it was deleted, or goes out by e-mail again. Choose delivery to a "
            "feed and paste the new address",
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
        description="Anyone who has it can read the alert",
        examples=["https://www.google.com/alerts/feeds/01234567890123456789/1234567890123456789"],
    )


def pages(params: Alert, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The 20 or so newest results of the alert, with their own addresses instead of Google's redirects."""
    place = FeedAddress(params.url, moves=False, refusals=REFUSALS)
    try:
        yield from reshape(read_place(place, cursor, http), _on_the_web)
    except NoFeedHere as error:
        raise NoFeedHere(
            "Google shows a page instead of the alert's feed: copy the address again, from the feed icon of the alert"
        ) from error


def _on_the_web(mention: RawMention) -> RawMention:
    return replace(mention, platform="web")


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({"url": place.url},) if place.at(r"/alerts/feeds/\d+/\d+") and "google" in place.host else ()


collector = Collector(
    kind="google_alerts",
    **texts_of(__name__),
    params=Alert,
    address="url",
    ids="feed",
    pages=pages,
    recognise=recognise,
    platform="web",
    group="web",
    rank=4,
    min_interval=timedelta(minutes=30),
)
