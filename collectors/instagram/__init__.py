"""An Instagram business account of one's own: comments, media that tag or mention it; and the media of hashtags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from collectors._kit.fields import Interface, Line, Params
from collectors._kit.signatures import check_hub, hub_challenge
from collectors._kit.texts import texts_of
from collectors._kit.watched import Watchlist
from collectors._platforms.graph import Graph
from collectors.base import Collector, Cursor, Inbound, Page, Received, Window
from ground.notice import Json
from ground.place import Place

from .hashtags import MOST, read_hashtags
from .reading import read_comments, read_inbox, read_tags, read_window
from .webhooks import receive_changes

HASHTAG = re.compile(r"\w{1,100}")


def _hashtags(values: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip().lstrip("#").casefold() for name in values))
    if any(not HASHTAG.fullmatch(name) for name in names):
        raise ValueError("write each hashtag as one word, without spaces or signs")
    if len(names) > MOST:
        raise ValueError("Meta allows 30 different hashtags in 7 days: leave some out")
    return names


class InstagramAccount(Params):
    """The account, which parts of it to read, and the two secrets for webhooks."""

    account: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3,25}$")] = Field(
        title="Account id",
        description="The number of the business account, not its name",
        examples=["17841400000000001"],
    )
    token: SecretStr = Field(title="Access token", max_length=2_000)
    username: Line = Field(
        default="", title="Name of the account", description="So that its own answers are left out", examples=["acme"]
    )
    comments: bool = Field(default=True, title="Comments under the account's own media")
    tags: bool = Field(default=True, title="Media of others in which the account is tagged")
    hashtags: Annotated[tuple[str, ...], AfterValidator(_hashtags)] = Field(
        default=(),
        title="Hashtags",
        description="One per line, at most 30; needs the feature «Instagram Public Content Access»",
        examples=[["acmegrinder"]],
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


def pages(params: InstagramAccount, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What a webhook named, the comments under changed media, tags, hashtags."""
    graph = _graph(params, http)
    watchlist = Watchlist.of(cursor, "hashtags", "ids", "tops", "again")
    yield from read_inbox(watchlist, params.account, params.username, graph, cursor.get("inbox"))
    if params.comments and not graph.pause:
        yield from read_comments(watchlist, params.account, params.username, graph)
    if params.tags and not graph.pause:
        yield from read_tags(watchlist, params.account, graph)
    if not graph.pause:
        yield from read_hashtags(watchlist, params.hashtags, params.account, graph)
    yield replace(watchlist.page(()), asked=graph.pause, warning=watchlist.warning)


def backfill(params: InstagramAccount, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The comments under the account's own media of the window, newest media first."""
    return read_window(params.account, params.username, cursor, window, _graph(params, http))


def receive(params: InstagramAccount, request: Inbound) -> Received:
    """What Meta sends about the account, and its check that the address is ours."""
    if request.method == "GET":
        return Received(reply=hub_challenge(request.query, params.verify_token.get_secret_value()))
    check_hub(params.app_secret.get_secret_value(), request.headers, request.body)
    return receive_changes(request.body, params.account)


def _graph(params: InstagramAccount, http: httpx2.Client) -> Graph:
    return Graph(http, f"{params.base_url}/{params.version}", params.token.get_secret_value())


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    found = place.on("instagram.com") and place.at(r"/([\w.]{2,30})/?$")
    return ({"username": found[1]},) if found else ()


collector = Collector(
    kind="instagram",
    **texts_of(__name__),
    params=InstagramAccount,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    receive=receive,
    platform="instagram",
    group="social",
    auth="token",
    min_interval=timedelta(minutes=10),
    may_train=False,
)
