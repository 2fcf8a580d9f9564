"""Trustpilot: the reviews of a business, newest first, and what Trustpilot sends when one changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hmac import compare_digest
from typing import Annotated, Any

import httpx2
from pydantic import Field, SecretStr, StringConstraints, ValidationError
from pydantic_core import from_json

from ground.notice import Json
from ground.place import Place

from ._kit.answers import Count, Part, Text, answer_of, each, excerpt_of, reason_of
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Params
from ._kit.items import fit_id
from ._kit.limits import used_up
from ._kit.newest import Listing, back, forward, look_back
from ._kit.refusals import Refusal, Refusals
from ._kit.stars import SCALE, stars
from ._kit.texts import texts_of
from ._kit.times import moment
from .base import (
    Broken,
    Collector,
    Cursor,
    Inbound,
    Page,
    RawMention,
    Received,
    SourceChanged,
    SourceRefused,
    Unsigned,
    Window,
)

PAGE_SIZE, MOST_PAGES = 100, 20
OVERLAP = timedelta(hours=1)
MOST_EVENTS = 1_000
HOST = "trustpilot.com"

REFUSALS = Refusals(
    (
        Refusal(
            SourceRefused,
            "Trustpilot has no business named {domain}: write its address as on its Trustpilot page, such as "
            "example.com",
            status={404},
        ),
        Refusal(
            SourceRefused,
            "Trustpilot does not accept this API key: copy it again from your Trustpilot Business account",
            status={401},
        ),
        Refusal(
            SourceRefused,
            "this API key may not read these reviews: your Trustpilot plan needs the API module",
            status={403},
        ),
    )
)


class Business(Params):
    base_url: Interface = Field("https://api.trustpilot.com/v1", title="Address of the interface")
    api_key: SecretStr = Field(title="API key", max_length=200)
    domain: Annotated[
        str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^\s/:]+\.[^\s/:]+$", max_length=253)
    ] = Field(title="Business", description="As on its Trustpilot page", examples=["cobalt.example"])
    webhook_secret: SecretStr = Field(
        SecretStr(""), title="Secret of the webhook", description="Only if Trustpilot sends events here", max_length=200
    )


class Unit(Part):
    id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9]+$")]


class Consumer(Part):
    """The name is `displayName` in answers and `name` in events."""

    id: Text = ""
    display: Text = Field("", alias="displayName")
    name: Text = ""


class Review(Part):
    """A review, without the reply of the company, which is no mention."""

    id: Annotated[str, Field(min_length=1)]
    stars: float | None = None
    title: Text = ""
    text: Text = ""
    language: Text = ""
    created: Any = Field(None, alias="createdAt")
    updated: Any = Field(None, alias="updatedAt")
    consumer: Consumer = Consumer()
    likes: Count = Field(None, alias="numberOfLikes")


class Reviews(Part):
    reviews: Annotated[list[Any], Field(max_length=1_000)]


class Event(Part):
    name: Text = Field("", alias="eventName")
    data: Any = Field(None, alias="eventData")


class Events(Part):
    events: Annotated[list[Any], Field(max_length=MOST_EVENTS)]


def pages(params: Business, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is newer than the cursor's `newest`, less an hour. `unit` is the id of the business, looked up once."""
    unit = _unit(params, cursor, http)
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    unit_state: Cursor = {**cursor, "unit": unit, "domain": params.domain}
    for step in forward(partial(_ask, params, http, unit), before, since, MOST_PAGES):
        state: Cursor = {**unit_state, "newest": step.newest.isoformat()} if step.last and step.newest else unit_state
        listing = step.listing
        yield Page(listing.mentions, state, asked=listing.asked, broken=listing.broken, warning=step.warning)


def backfill(params: Business, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Back page by page. A backfill that was stopped begins with the last page it read, since new reviews push others
    to later pages, and deletions pull them to earlier ones."""
    unit = _unit(params, cursor, http)
    for page in back(partial(_ask, params, http, unit), cursor.get("page"), window):
        mark = page.cursor.get("page")
        again = str(max(1, int(mark) - 1)) if isinstance(mark, str) and page.reached != window.since else mark
        at = {"unit": unit, "domain": params.domain, "page": again}
        yield Page(page.mentions, at, asked=page.asked, broken=page.broken, reached=page.reached)


def _unit(params: Business, cursor: Cursor, http: httpx2.Client) -> str:
    """The id of the business: from the cursor, else looked up. Raises SourceRefused when Trustpilot knows none."""
    saved = cursor.get("unit")
    if isinstance(saved, str) and saved.isalnum() and cursor.get("domain") == params.domain:
        return saved
    url = f"{params.base_url}/business-units/find"
    query, refusals = {"name": params.domain}, REFUSALS.about(domain=params.domain)
    return answer_of(Unit, fetch(http, url, headers=_key(params), params=query, refusals=refusals)).id


def _key(params: Business) -> dict[str, str]:
    return {"apikey": params.api_key.get_secret_value()}


def _ask(params: Business, http: httpx2.Client, unit: str, mark: str | None) -> Listing:
    number = int(mark) if mark and mark.isdecimal() and len(mark) < 9 else 1
    query: dict[str, str | int] = {"page": number, "perPage": PAGE_SIZE, "orderBy": "createdat.desc"}
    url = f"{params.base_url}/business-units/{unit}/reviews"
    response = fetch(http, url, headers=_key(params), params=query, refusals=REFUSALS.about(domain=params.domain))
    reviews = answer_of(Reviews, response)
    mentions, broken = each(Review, reviews.reviews, mention, host_of(params.base_url))
    more = str(number + 1) if reviews.reviews else None
    times = tuple(review.published_at for review in mentions if review.published_at)
    return Listing(mentions, broken, more, times, used_up(response.headers, datetime.now(UTC)))


def mention(review: Review) -> RawMention:
    created, updated = moment(review.created), moment(review.updated)
    return RawMention(
        external_id=fit_id(review.id),
        url=_link(review.id),
        title=review.title,
        text=review.text or ("" if review.title else stars(review.stars)),
        author=review.consumer.display or review.consumer.name,
        author_id=review.consumer.id,
        platform="trustpilot",
        language=review.language or None,
        published_at=created,
        edited_at=updated if created and updated and updated > created else None,
        rating=review.stars,
        rating_scale=SCALE if review.stars is not None else None,
        engagement={"likes": review.likes} if review.likes is not None else {},
    )


def _link(review: str) -> str:
    return f"https://www.{HOST}/reviews/{review}"


def receive(params: Business, request: Inbound) -> Received:
    """New, revised and deleted reviews. Trustpilot does not sign: the address that it calls holds a secret."""
    secret = params.webhook_secret.get_secret_value()
    if not secret or not compare_digest(request.query.get("secret", "").encode(), secret.encode()):
        raise Unsigned
    try:
        events = Events.model_validate(from_json(request.body)).events
    except (ValueError, ValidationError, RecursionError):
        raise SourceChanged("this is not an event from Trustpilot: Vigie did not read it") from None
    mentions: dict[str, RawMention] = {}
    broken: list[Broken] = []
    for event in events:
        try:
            review = _of_event(Event.model_validate(event))
        except ValidationError as error:
            broken.append(Broken("", reason_of(error), excerpt_of(event)))
            continue
        mentions |= {review.external_id: review} if review else {}
    return Received(tuple(mentions.values()), broken=tuple(broken))


def _of_event(event: Event) -> RawMention | None:
    """The review of an event; None for a review of a product, whose text has another shape."""
    subject, _, what = event.name.rpartition("-")
    if subject != "service-review":
        return None
    if what == "deleted":
        review_id = Unit.model_validate(event.data).id
        return RawMention(external_id=review_id, url=_link(review_id), platform="trustpilot", deleted=True)
    return mention(Review.model_validate(event.data))


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    found = place.on("trustpilot.com") and place.at(r"/review/([^/:]+\.[^/:]+)")
    return ({"domain": found[1].lower()},) if found else ()


collector = Collector(
    kind="trustpilot",
    **texts_of(__name__),
    params=Business,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    receive=receive,
    platform="trustpilot",
    group="reviews",
    auth="key",
    min_interval=timedelta(minutes=15),
    default_interval=timedelta(hours=1),
    deletions=True,
)
