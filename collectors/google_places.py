"""Google Maps: up to five reviews of any place, those that Google finds most relevant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import Field, SecretStr, StringConstraints, ValidationInfo, field_validator

from ground.links import clean_link
from ground.notice import Json, Notice
from ground.place import Place

from ._kit.answers import Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Line, Params
from ._kit.items import fit_id
from ._kit.refusals import Refusal
from ._kit.stars import SCALE, stars
from ._kit.texts import texts_of
from ._kit.times import moment
from ._platforms.google import ZONE
from ._platforms.google_refusals import GOOGLE
from .base import Collector, Cursor, Meter, Page, RawMention, SourceError, SourceRefused, Spend

FIELDS = ("id", "displayName", "googleMapsUri", "reviews")
ONE_CALL = Spend("calls", 1)
NOT_THERE = "Google Maps no longer has the place {place}: look its id up again"
SOME_GONE = "Google Maps no longer has the places {places}: look these ids up again; the others were read"

PlaceId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9_-]{10,300}$")]


class Places(Params):
    base_url: Interface = Field("https://places.googleapis.com/v1", title="Address of the interface")
    api_key: SecretStr = Field(title="API key", max_length=200)
    query: Line = Field("", title="Search", description="Or the ids below", examples=["Cobalt Bikes Lyon"])
    places: tuple[PlaceId, ...] = Field(
        (), title="Place ids", description="One per line", max_length=50, examples=["ChIJN1t_tDeuEmsRUsoyG83frY4"],
        validate_default=True,
    )  # fmt: skip
    calls_per_month: int = Field(
        1_000, ge=1, le=1_000_000, title="Most calls a month", description="The first 1,000 are free"
    )

    @field_validator("places")
    @classmethod
    def _something(cls, places: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not places and not info.data.get("query"):
            raise ValueError("give a search or at least one place id")
        return places


class Gone(SourceError):
    """Google does not know this place, or not any more."""


BY_ID = replace(
    GOOGLE,
    rows=(
        *GOOGLE.rows,
        Refusal(Gone, "no such place", status={404}),
        Refusal(Gone, "no such place", status={400}, phrase="place id"),
    ),
    words=(*GOOGLE.words, "error.details.*.fieldViolations.*.description"),
)
"""Google answers 404 for a place that is closed for ever, 400 for an id that never was one."""


class LocalText(Part):
    text: Text = ""
    language: Text = Field("", alias="languageCode")


class Author(Part):
    name: Text = Field("", alias="displayName")
    uri: Text = ""


class Review(Part):
    name: Annotated[str, Field(min_length=1)]
    rating: float | None = None
    text: LocalText | None = None
    original: LocalText | None = Field(None, alias="originalText")
    author: Author = Field(Author(), alias="authorAttribution")
    published: Any = Field(None, alias="publishTime")
    url: Text = Field("", alias="googleMapsUri")


class GooglePlace(Part):
    id: Text = ""
    name: LocalText = Field(LocalText(), alias="displayName")
    url: Text = Field("", alias="googleMapsUri")
    reviews: Annotated[list[Any], Field(max_length=100)] = Field(default_factory=list)


class SearchResult(Part):
    places: Annotated[list[GooglePlace], Field(max_length=100)] = Field(default_factory=list)


def pages(params: Places, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The reviews of each place as they are now. Google returns five at most, in no useful order: there is no cursor.

    A place that is closed for ever does not stop the others. Raises SourceRefused where all of them are.
    """
    ids, gone = set[str](), list[str]()
    for place in _places(params, http, gone):
        mentions, broken = each(Review, place.reviews, partial(mention, place), host_of(params.base_url), "name")
        fresh = tuple(review for review in mentions if review.external_id not in ids)
        ids.update(review.external_id for review in fresh)
        yield Page(fresh, cursor, broken=broken)
    if gone and len(gone) == len(params.places) and not params.query:
        raise SourceRefused(NOT_THERE, place=", ".join(gone))
    if gone:
        yield Page((), cursor, warning=Notice(SOME_GONE, {"places": ", ".join(gone)}))
    elif not ids:
        yield Page((), cursor, warning=Notice("Google Maps gave no review: check the search and the place ids"))


def _places(params: Places, http: httpx2.Client, gone: list[str]) -> Iterator[GooglePlace]:
    """The places; adds to `gone` the ids that Google does not know."""
    key = params.api_key.get_secret_value()
    for place in params.places:
        headers = {"X-Goog-Api-Key": key, "X-Goog-FieldMask": ",".join(FIELDS)}
        url = f"{params.base_url}/places/{place}"
        try:
            answer = fetch(http, url, headers=headers, spend=ONE_CALL, refusals=BY_ID)
        except Gone:
            gone.append(place)
            continue
        yield answer_of(GooglePlace, answer)
    if params.query:
        headers = {"X-Goog-Api-Key": key, "X-Goog-FieldMask": ",".join(f"places.{field}" for field in FIELDS)}
        url, body = f"{params.base_url}/places:searchText", {"textQuery": params.query}
        answer = fetch(http, url, method="POST", headers=headers, json=body, spend=ONE_CALL, refusals=GOOGLE)
        yield from answer_of(SearchResult, answer).places


def mention(place: GooglePlace, review: Review) -> RawMention:
    """A review as a mention, in its author's own words rather than in Google's translation."""
    versions = (version for version in (review.original, review.text) if version and version.text)
    text = next(versions, LocalText())
    contributor = review.author.uri.partition("/contrib/")[2].partition("/")[0]
    return RawMention(
        external_id=fit_id(review.name),
        url=clean_link(review.url) or clean_link(place.url),
        text=text.text or stars(review.rating),
        author=review.author.name,
        author_id=contributor,
        platform="google maps",
        outlet=place.name.text,
        language=text.language or None,
        published_at=moment(review.published),
        thread_id=place.id or review.name.partition("/reviews/")[0].removeprefix("places/") or None,
        rating=review.rating,
        rating_scale=SCALE if review.rating is not None else None,
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    maps = (place.on("google.com", "google.fr") and place.at(r"/maps\b")) or place.on("maps.app.goo.gl")
    return ({"query": place.words},) if place.words and maps else ()


collector = Collector(
    kind="google_places",
    **texts_of(__name__),
    params=Places,
    address="base_url",
    pages=pages,
    recognise=recognise,
    platform="google maps",
    group="reviews",
    auth="key",
    min_interval=timedelta(hours=1),
    default_interval=timedelta(hours=12),
    meters={
        "calls": Meter(
            "calls_per_month",
            "month",
            whose="key",
            zone=ZONE,
        )
    },
    retention_days=30,
    may_train=False,
)
