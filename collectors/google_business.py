"""Google Business Profile: the reviews of your own places, most recently changed first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import Field, SecretStr, StringConstraints

from ground.notice import Json, Notice

from ._kit.answers import Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import BaseUrl, Interface, Line, Params
from ._kit.items import fit_id
from ._kit.newest import Listing, back, forward, look_back, times_of
from ._kit.refusals import Refusal
from ._kit.stars import SCALE, stars
from ._kit.texts import texts_of
from ._kit.times import moment
from ._kit.walk import in_turn
from ._platforms.google import TOKEN_URL, consented_token
from ._platforms.google_refusals import GOOGLE, quota_is_zero
from .base import Collector, Cursor, Page, RawMention, SourceRefused, Window

PAGE_SIZE, MOST_PAGES = 50, 20
OVERLAP = timedelta(hours=1)
STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
TRANSLATED = re.compile(r"\s*\(Translated by Google\)", re.IGNORECASE)
ORIGINAL = re.compile(r"\(Original\)\s*", re.IGNORECASE)

NO_ACCESS = (
    "this Google account may not read the reviews of this place, or Google has not granted your project access to the "
    "Business Profile interface: check both"
)
SOME_UNKNOWN = (
    "there is no place {locations} in the account {account}: check the numbers, or take them out; the others were read"
)

Number = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3,30}$")]


class Places(Params):
    base_url: Interface = Field("https://mybusiness.googleapis.com/v4", title="Address of the interface")
    account: Number = Field(title="Account number", description="Digits only", examples=["104236487623487650001"])
    locations: tuple[Number, ...] = Field(
        title="Place numbers",
        description="One per line, digits only",
        min_length=1,
        max_length=100,
        examples=["7713398"],
    )
    client_id: Line = Field(title="Client ID", min_length=1, examples=["1234-abcd.apps.googleusercontent.com"])
    client_secret: SecretStr = Field(title="Client secret", max_length=500)
    token: SecretStr = Field(title="Refresh token", description="Begins with 1//", max_length=2_000)
    token_url: BaseUrl = Field(TOKEN_URL, title="Address of tokens", description="Leave it as it is")


class UnknownPlace(SourceRefused):
    """The account has no such place, or no longer."""


REFUSALS = replace(
    GOOGLE,
    rows=(
        Refusal(SourceRefused, NO_ACCESS, when=quota_is_zero),
        *GOOGLE.rows,
        Refusal(SourceRefused, NO_ACCESS, status={403}),
        Refusal(
            UnknownPlace, "there is no place {location} in the account {account}: check both numbers", status={404}
        ),
    ),
)


class Reviewer(Part):
    name: Text = Field("", alias="displayName")


class Review(Part):
    id: Annotated[str, Field(min_length=1, alias="reviewId")]
    reviewer: Reviewer = Reviewer()
    rating: Text = Field("", alias="starRating")
    comment: Text = ""
    created: Any = Field(None, alias="createTime")
    updated: Any = Field(None, alias="updateTime")


class Answer(Part):
    """A page of reviews. Google leaves the list out when there is none."""

    reviews: Annotated[list[Any], Field(max_length=1_000)] = Field(default_factory=list)
    next: Text = Field("", alias="nextPageToken")


def pages(params: Places, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Reads each place in turn: what was written or changed since its time in the cursor's `newest`, less an hour.

    A place that Google no longer knows is skipped with a warning. Raises UnknownPlace when none of them is left.
    """
    token = _access(params, http)
    newest = _newest_of(cursor)
    unknown: list[str] = []
    for location in params.locations:
        try:
            for page in _place(params, http, token, location, newest):
                newest = _newest_of(page.cursor)
                yield page
        except UnknownPlace:
            if len(unknown) == len(params.locations) - 1:
                raise
            unknown.append(location)
    if unknown:
        facts: dict[str, Json] = {"locations": ", ".join(unknown), "account": params.account}
        yield Page((), {"newest": newest}, warning=Notice(SOME_UNKNOWN, facts))


def _place(params: Places, http: httpx2.Client, token: str, location: str, newest: dict[str, Json]) -> Iterator[Page]:
    """The pages of one place. Its time in the cursor moves with the last of them."""
    before = moment(newest.get(location))
    since = look_back(before, OVERLAP)
    for step in forward(partial(_ask, params, http, token, location), before, since, MOST_PAGES):
        times = {**newest, location: step.newest.isoformat()} if step.last and step.newest else newest
        listing = step.listing
        yield Page(listing.mentions, {"newest": times}, broken=listing.broken, warning=step.warning)


def backfill(params: Places, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Reads each place in turn, back to the start of the window.

    The cursor holds the `place` being read, as its number in the list, and the `page` to ask for next.
    """
    token = _access(params, http)

    def back_through(number: int, mark: Cursor) -> Iterator[Page]:
        try:
            yield from back(partial(_ask, params, http, token, params.locations[number]), mark.get("page"), window)
        except UnknownPlace:  # `pages` warns about it
            yield Page((), {}, reached=window.since)

    yield from in_turn(len(params.locations), "place", cursor, window, back_through)


def _newest_of(cursor: Cursor) -> dict[str, Json]:
    """The time of the newest review that was read, for each place by its number."""
    times = cursor.get("newest")
    return dict(times) if isinstance(times, dict) else {}


def _access(params: Places, http: httpx2.Client) -> str:
    """A new access token. Raises SourceError."""
    consent = {
        "client_id": params.client_id,
        "client_secret": params.client_secret.get_secret_value(),
        "refresh_token": params.token.get_secret_value(),
    }
    return consented_token(http, consent, params.token_url)


def _ask(params: Places, http: httpx2.Client, token: str, location: str, mark: str | None) -> Listing:
    """One page of the reviews of a place, most recently changed first. Raises SourceError."""
    query: dict[str, str | int] = {"pageSize": PAGE_SIZE, "orderBy": "updateTime desc"}
    if mark:
        query["pageToken"] = mark
    url = f"{params.base_url}/accounts/{params.account}/locations/{location}/reviews"
    refusals = REFUSALS.about(account=params.account, location=location)
    response = fetch(http, url, headers={"Authorization": f"Bearer {token}"}, params=query, refusals=refusals)
    answer = answer_of(Answer, response)
    to_mention = partial(mention, location)
    mentions, broken = each(Review, answer.reviews, to_mention, host_of(params.base_url), "reviewId")
    return Listing(mentions, broken, answer.next or None, times_of(mentions))


def mention(location: str, review: Review) -> RawMention:
    """A review as a mention. One that gives only stars gets them as its text."""
    created, updated = moment(review.created), moment(review.updated)
    rating = STARS.get(review.rating.upper())
    return RawMention(
        external_id=fit_id(review.id),
        text=original(review.comment) or stars(rating),
        author=review.reviewer.name,
        platform="google maps",
        published_at=created or updated,
        edited_at=updated if created and updated and updated > created else None,
        thread_id=location,
        rating=rating,
        rating_scale=SCALE if rating is not None else None,
    )


def original(comment: str) -> str:
    """What the author wrote, without the translation that Google adds before or after it."""
    if not TRANSLATED.search(comment):
        return comment.strip()
    parts = ORIGINAL.split(comment, maxsplit=1)
    return parts[1].strip() if len(parts) == 2 else TRANSLATED.split(comment, maxsplit=1)[0].strip()


collector = Collector(
    kind="google_business",
    **texts_of(__name__),
    params=Places,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="google maps",
    group="reviews",
    auth="oauth",
    min_interval=timedelta(minutes=10),
    default_interval=timedelta(minutes=30),
)
