"""A TikTok business account of one's own: the comments and replies under its videos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import Field, SecretStr, StringConstraints

from collectors._kit.fields import Interface, Params
from collectors._kit.texts import texts_of
from collectors._kit.watched import Watchlist
from collectors.base import Collector, Cursor, Page, Window
from ground.notice import Json
from ground.place import Place

from .api import TikTok
from .comments import read_comments, read_window


class TikTokAccount(Params):
    """The account, its token, and whether to read hidden comments."""

    business_id: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\w.~-]{3,120}$")] = Field(
        title="Business id",
        description="The open_id that TikTok gave together with the token",
        examples=["dcfd4e1e-0000-4000-8000-000000000001"],
    )
    token: SecretStr = Field(title="Access token", max_length=2_000)
    hidden: bool = Field(default=True, title="Hidden comments", description="Include those hidden from the public")
    base_url: Interface = Field(
        default="https://business-api.tiktok.com/open_api/v1.3", title="Address of the Business API"
    )


def pages(params: TikTokAccount, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The comments under the videos of the last 30 days whose number of comments changed."""
    tiktok, watchlist = _tiktok(params, http), Watchlist.of(cursor)
    yield from read_comments(watchlist, tiktok, _status(params))
    yield replace(watchlist.page(()), asked=tiktok.pause, warning=watchlist.warning)


def backfill(params: TikTokAccount, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The comments under the videos of the window, newest video first."""
    return read_window(_tiktok(params, http), _status(params), cursor, window)


def _status(params: TikTokAccount) -> str:
    return "ALL" if params.hidden else "PUBLIC"


def _tiktok(params: TikTokAccount, http: httpx2.Client) -> TikTok:
    return TikTok(http, params.base_url, params.token.get_secret_value(), params.business_id)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({},) if place.on("tiktok.com") else ()


collector = Collector(
    kind="tiktok",
    **texts_of(__name__),
    params=TikTokAccount,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="tiktok",
    group="video",
    auth="token",
    min_interval=timedelta(minutes=10),
    may_train=False,
)
