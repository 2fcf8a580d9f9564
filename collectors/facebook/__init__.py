"""A Facebook Page of one's own: visitors' posts and comments, posts that tag the Page, and recommendations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import Field, SecretStr, StringConstraints

from collectors._kit.fields import Interface, Params
from collectors._kit.signatures import check_hub, hub_challenge
from collectors._kit.texts import texts_of
from collectors._platforms.graph import Graph
from collectors.base import Collector, Cursor, Inbound, Page, Received, Window
from ground.notice import Json
from ground.place import Place

from .reading import PageScope, read_page, read_window
from .webhooks import receive_changes


class FacebookPage(Params):
    """The Page, which parts of it to read, and the two secrets for webhooks."""

    page: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3,25}$")] = Field(
        title="Page id",
        description="The number under «About», «Page transparency» on the Page",
        examples=["102030405060708"],
    )
    token: SecretStr = Field(title="Page access token", max_length=2_000)
    posts: bool = Field(default=True, title="What visitors post on the Page")
    comments: bool = Field(default=True, title="Comments under the posts of the Page")
    tagged: bool = Field(default=True, title="Posts of others in which the Page is tagged")
    ratings: bool = Field(
        default=False,
        title="Recommendations",
        description="Meta gives them up to version v21.0 only; with later ones they arrive by the webhook «ratings»",
    )
    own: bool = Field(
        default=False, title="What the Page itself writes", description="Its own posts and answers, as mentions too"
    )
    app_secret: SecretStr = Field(
        default=SecretStr(""),
        title="App secret",
        description="For what Meta sends by itself (webhooks)",
        max_length=200,
    )
    verify_token: SecretStr = Field(
        default=SecretStr(""),
        title="Verify token",
        description="A word you make up, and give to Meta with the address of the webhook",
        max_length=200,
    )
    version: Annotated[str, StringConstraints(pattern=r"^v[0-9]{1,2}\.[0-9]$")] = Field(
        default="v26.0", title="Version of the Graph API"
    )
    base_url: Interface = Field(default="https://graph.facebook.com", title="Address of the Graph API")


def pages(params: FacebookPage, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What a webhook named, the posts of the last 30 days, the comments under changed posts, tags and ratings."""
    return read_page(_scope(params), cursor, _graph(params, http))


def backfill(params: FacebookPage, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The posts of the window with their comments, newest first."""
    return read_window(_scope(params), cursor, window, _graph(params, http))


def receive(params: FacebookPage, request: Inbound) -> Received:
    """What Meta sends about the Page, and its check that the address is ours."""
    if request.method == "GET":
        return Received(reply=hub_challenge(request.query, params.verify_token.get_secret_value()))
    check_hub(params.app_secret.get_secret_value(), request.headers, request.body)
    return receive_changes(request.body, params.page, params.own)


def _scope(params: FacebookPage) -> PageScope:
    return PageScope(params.page, params.posts, params.comments, params.tagged, params.ratings, params.own)


def _graph(params: FacebookPage, http: httpx2.Client) -> Graph:
    return Graph(http, f"{params.base_url}/{params.version}", params.token.get_secret_value())


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    found = place.on("facebook.com", "fb.com") and place.at(r"/([\w.-]{2,100})/?$")
    return ({"page": found[1]},) if found else ()


collector = Collector(
    kind="facebook",
    **texts_of(__name__),
    params=FacebookPage,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    receive=receive,
    platform="facebook",
    group="social",
    auth="token",
    min_interval=timedelta(minutes=10),
    may_train=False,
    deletions=True,
)
