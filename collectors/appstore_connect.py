"""App Store Connect: the reviews of your own app, in every country, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from pydantic import Field, StringConstraints

from ground.notice import Json

from ._kit.answers import Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Line, LongSecret, Params
from ._kit.items import fit_id
from ._kit.newest import Listing, back, forward, look_back, times_of
from ._kit.refusals import Refusal, Refusals, pause_or
from ._kit.stars import SCALE, stars
from ._kit.texts import texts_of
from ._kit.times import moment
from ._kit.tokens import sign
from .base import Collector, Cursor, Page, RawMention, SourceBusy, SourceRefused, Window

PAGE_SIZE, MOST_PAGES = 200, 10
OVERLAP = timedelta(hours=1)
TOKEN_LIFE = timedelta(minutes=15)  # the platform refuses tokens that live longer than 20
AN_HOUR = timedelta(hours=1)
LEFT = re.compile(r"user-hour-rem:\s{0,2}(\d{1,9})")
LEAST_LEFT = 10  # calls of the hour that we leave to others who use the key

WRONG_KEY = "this is not the private key of App Store Connect: paste the whole .p8 file, its first and last lines too"
REFUSALS = Refusals(
    (
        Refusal(
            SourceBusy,
            "the calls that Apple allows in an hour are used up",
            status={429},
            wait=pause_or(AN_HOUR),
        ),
        Refusal(
            SourceRefused,
            "Apple waits for you to accept an agreement: sign in to App Store Connect and accept it, then try again",
            status={403},
            phrase="AGREEMENTS",
        ),
        Refusal(
            SourceRefused,
            "Apple does not accept this key: check the key id, the issuer id and the .p8 file, which belong together, "
            "and that the key was not revoked",
            status={401},
        ),
        Refusal(
            SourceRefused,
            "this key may not read reviews: give it the role Customer Support, App Manager or Admin in App Store "
            "Connect",
            status={403},
        ),
        Refusal(
            SourceRefused,
            "Apple finds no app with this id for this key: check the Apple ID of the app, which has only digits",
            status={404},
        ),
    ),
    words=("errors.*.code",),
)


class App(Params):
    base_url: Interface = Field("https://api.appstoreconnect.apple.com", title="Address of the interface")
    app_id: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{5,15}$")] = Field(
        title="Apple ID of the app", description="Digits only, under «App Information»", examples=["1234567890"]
    )
    key_id: Line = Field(title="Key ID", min_length=1, examples=["2X9R4HXF34"])
    issuer_id: Line = Field(
        "",
        title="Issuer ID",
        description="Empty for an individual key",
        examples=["57246542-96fe-1a63-e053-0824d011072a"],
    )
    private_key: LongSecret = Field(title="Private key", description="The whole text of the .p8 file", max_length=4_000)


class Attributes(Part):
    rating: float | None = None
    title: Text = ""
    body: Text = ""
    nickname: Text = Field("", alias="reviewerNickname")
    created: Any = Field(None, alias="createdDate")
    territory: Text = ""


class Review(Part):
    id: Annotated[str, Field(min_length=1)]
    attributes: Attributes


class Reviews(Part):
    data: Annotated[list[Any], Field(max_length=1_000)]
    links: dict[str, Any] = Field(default_factory=dict)


def pages(params: App, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is newer than the cursor's `newest`, less an hour. The newest 200 are always read, for their changes."""
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    for step in forward(partial(_ask, params, http), before, since, MOST_PAGES):
        state: Cursor = {"newest": step.newest.isoformat()} if step.last and step.newest else cursor
        listing = step.listing
        yield Page(listing.mentions, state, asked=listing.asked, broken=listing.broken, warning=step.warning)


def backfill(params: App, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Back from the newest review to the start of the window."""
    yield from back(partial(_ask, params, http), cursor.get("page"), window)


def _ask(params: App, http: httpx2.Client, mark: str | None) -> Listing:
    query: dict[str, str | int] = {"sort": "-createdDate", "limit": PAGE_SIZE}
    if mark:
        query["cursor"] = mark
    url = f"{params.base_url}/v1/apps/{params.app_id}/customerReviews"
    response = fetch(http, url, headers={"Authorization": f"Bearer {_token(params)}"}, params=query, refusals=REFUSALS)
    reviews = answer_of(Reviews, response)
    mentions, broken = each(Review, reviews.data, partial(mention, params.app_id), host_of(params.base_url))
    return Listing(mentions, broken, _next(reviews.links), times_of(mentions), _used_up(response))


def _token(params: App) -> str:
    now = int(datetime.now(UTC).timestamp())
    claims: dict[str, Json] = {"iss": params.issuer_id} if params.issuer_id else {"sub": "user"}
    claims |= {"iat": now, "exp": now + int(TOKEN_LIFE.total_seconds()), "aud": "appstoreconnect-v1"}
    return sign(claims, params.private_key.get_secret_value(), "ES256", params.key_id, WRONG_KEY)


def _next(links: dict[str, Any]) -> str | None:
    """The cursor of the next answer. We do not follow its address, so that the key goes nowhere else."""
    link = links.get("next")
    try:
        cursors = parse_qs(urlsplit(link).query, max_num_fields=50).get("cursor") if isinstance(link, str) else None
    except ValueError:
        return None
    return cursors[0] if cursors else None


def _used_up(answer: httpx2.Response) -> timedelta | None:
    """Calls are counted over the last hour: `user-hour-lim:3600;user-hour-rem:3545;`."""
    remaining = LEFT.search(answer.headers.get("x-rate-limit", ""))
    return AN_HOUR if remaining and int(remaining[1]) < LEAST_LEFT else None


def mention(app_id: str, review: Review) -> RawMention:
    """A review as a mention. Where it has no words, its text is its stars."""
    attributes = review.attributes
    return RawMention(
        external_id=fit_id(review.id),
        url=f"https://apps.apple.com/app/id{app_id}?see-all=reviews",
        title=attributes.title,
        text=attributes.body or ("" if attributes.title else stars(attributes.rating)),
        author=attributes.nickname,
        platform="app store",
        outlet=attributes.territory,
        published_at=moment(attributes.created),
        thread_id=app_id,
        rating=attributes.rating,
        rating_scale=SCALE if attributes.rating is not None else None,
    )


collector = Collector(
    kind="appstore_connect",
    **texts_of(__name__),
    params=App,
    address="base_url",
    pages=pages,
    platform="app store",
    group="reviews",
    auth="key",
    min_interval=timedelta(minutes=15),
    default_interval=timedelta(hours=1),
    backfill=backfill,
)
