"""Google Play: the reviews of your own app, those of the last week, which is all that Google gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import Field, StringConstraints

from ground.notice import Json
from ground.place import Place

from ._kit.answers import Count, Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import BaseUrl, Interface, LongSecret, Params
from ._kit.items import fit_id
from ._kit.newest import Listing, forward, look_back
from ._kit.refusals import Refusal
from ._kit.stars import SCALE, stars
from ._kit.texts import texts_of
from ._kit.times import moment
from ._platforms.google import TOKEN_URL, service_token
from ._platforms.google_refusals import GOOGLE
from .base import Collector, Cursor, Page, RawMention, SourceRefused

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
PAGE_SIZE, MOST_PAGES = 100, 50  # 200 calls an hour are allowed for one app
OVERLAP = timedelta(days=1)

REFUSALS = replace(
    GOOGLE,
    rows=(
        *GOOGLE.rows,
        Refusal(
            SourceRefused,
            "this service account may not read reviews: in the Play Console, «Users and permissions», give it the "
            "right «Reply to reviews» for the app",
            status={403},
        ),
        Refusal(
            SourceRefused,
            "Google Play shows this service account no app named {package}: check the name of its package, and "
            "invite the account in the Play Console",
            status={404},
        ),
    ),
)


class App(Params):
    base_url: Interface = Field("https://androidpublisher.googleapis.com", title="Address of the interface")
    package: Annotated[
        str,
        StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$", max_length=200),
    ] = Field(title="Package name", description="As in the address of its page", examples=["com.example.bikes"])
    service_account: LongSecret = Field(
        title="Service account", description="The whole text of its JSON file", max_length=10_000
    )
    token_url: BaseUrl = Field(TOKEN_URL, title="Address of tokens", description="Leave it as it is")


class Modified(Part):
    seconds: Any = None


class UserComment(Part):
    text: Text = ""
    original: Text = Field("", alias="originalText")
    modified: Modified | None = Field(None, alias="lastModified")
    stars: float | None = Field(None, alias="starRating")
    language: Text = Field("", alias="reviewerLanguage")
    version: Text = Field("", alias="appVersionName")
    thumbs_up: Count = Field(None, alias="thumbsUpCount")
    thumbs_down: Count = Field(None, alias="thumbsDownCount")


class Comment(Part):
    """What a user wrote, or what the publisher answered: the answer is no mention."""

    user: UserComment | None = Field(None, alias="userComment")


class Review(Part):
    id: Annotated[str, Field(min_length=1, alias="reviewId")]
    author: Text = Field("", alias="authorName")
    comments: list[Comment] = Field(default_factory=list)


class Tokens(Part):
    next: Text = Field("", alias="nextPageToken")


class Reviews(Part):
    """Without any review, Google leaves out the list."""

    reviews: Annotated[list[Any], Field(max_length=1_000)] = Field(default_factory=list)
    tokens: Tokens | None = Field(None, alias="tokenPagination")


def pages(params: App, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was written or changed since the cursor's `newest`, less a day."""
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    token = service_token(http, params.service_account, params.token_url, SCOPE)
    for step in forward(partial(_ask, params, http, token), before, since, MOST_PAGES):
        state: Cursor = {"newest": step.newest.isoformat()} if step.last and step.newest else cursor
        listing = step.listing
        yield Page(listing.mentions, state, broken=listing.broken, warning=step.warning)


def _ask(params: App, http: httpx2.Client, token: str, mark: str | None) -> Listing:
    query: dict[str, str | int] = {"maxResults": PAGE_SIZE, **({"token": mark} if mark else {})}
    url = f"{params.base_url}/androidpublisher/v3/applications/{params.package}/reviews"
    refusals = REFUSALS.about(package=params.package)
    response = fetch(http, url, headers={"Authorization": f"Bearer {token}"}, params=query, refusals=refusals)
    reviews = answer_of(Reviews, response)
    to_mention = partial(mention, params.package)
    mentions, broken = each(Review, reviews.reviews, to_mention, host_of(params.base_url), "reviewId")
    times = tuple(review.published_at for review in mentions if review.published_at)
    return Listing(mentions, broken, reviews.tokens.next or None if reviews.tokens else None, times)


def mention(package: str, review: Review) -> RawMention | None:
    """A review as a mention; None without words. A tab separates its title from its text."""
    comment = next((comment.user for comment in review.comments if comment.user), None)
    if comment is None:
        return None
    title, tab, text = (comment.original or comment.text).partition("\t")
    title, text = (title.strip(), text.strip()) if tab else ("", title.strip())
    return RawMention(
        external_id=fit_id(review.id),
        url=f"https://play.google.com/store/apps/details?id={package}&reviewId={review.id}",
        title=title,
        text=text or ("" if title else stars(comment.stars)),
        author=review.author,
        platform="google play",
        language=comment.language or None,
        published_at=moment(comment.modified.seconds) if comment.modified else None,
        thread_id=package,
        rating=comment.stars,
        rating_scale=SCALE if comment.stars is not None else None,
        engagement={"likes": comment.thumbs_up} if comment.thumbs_up is not None else {},
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    found = place.asked("id") if place.on("play.google.com") else ""
    return ({"package": found},) if found else ()


collector = Collector(
    kind="google_play",
    **texts_of(__name__),
    params=App,
    address="base_url",
    pages=pages,
    recognise=recognise,
    platform="google play",
    group="reviews",
    auth="oauth",
    min_interval=timedelta(minutes=30),
    default_interval=timedelta(hours=2),
    history_days=7,
)
