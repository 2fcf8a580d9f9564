"""YouTube: the videos that a search finds and their comments, or all comments on one's own channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Literal

import httpx2
from pydantic import Field, SecretStr, StringConstraints, ValidationInfo, field_validator

from collectors._kit.fields import Interface, Line, Params
from collectors._kit.texts import texts_of
from collectors._platforms.google import ZONE
from collectors.base import Collector, Cursor, Meter, Page, Window
from ground.notice import Json
from ground.place import Place

from .calls import Api
from .channel import past_channel, read_channel
from .search import Search, past_search, read_search


class Videos(Params):
    base_url: Interface = Field("https://www.googleapis.com/youtube/v3", title="Address of the interface")
    api_key: SecretStr = Field(title="API key", max_length=200)
    mode: Literal["search", "channel"] = Field(
        "search",
        title="What to read",
        description="search: videos and their comments; channel: comments on your channel",
    )
    query: Line = Field(
        "", title="Search", description="For a search; a | between words means or", examples=["cobalt bikes"],
        validate_default=True,
    )  # fmt: skip
    channel: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(UC[A-Za-z0-9_-]{22})?$")] = Field(
        "", title="Channel id", description="For your own channel; it begins with UC", validate_default=True
    )
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = Field(
        "", title="Language", description="Two letters: videos in it come first", examples=["fr"]
    )
    searches_per_day: int = Field(
        4, ge=1, le=48, title="Searches a day", description="Google allows 100 a day for all sources of a key"
    )
    videos: int = Field(50, ge=1, le=300, title="Videos followed", description="The newest and the liveliest")

    @field_validator("query", "channel")
    @classmethod
    def _check_filled(cls, value: str, info: ValidationInfo) -> str:
        needs = {"search": "query", "channel": "channel"}.get(info.data.get("mode", ""))
        if needs == info.field_name and not value:
            raise ValueError("fill this in: what you chose to read needs it")
        return value


def pages(params: Videos, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is new; each mode keeps its own things in the cursor."""
    if params.mode == "channel":
        return read_channel(_api(params, http), params.channel, cursor)
    return read_search(_api(params, http), _search(params), cursor)


def backfill(params: Videos, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was published in the window, newest first."""
    if params.mode == "channel":
        return past_channel(_api(params, http), params.channel, cursor, window)
    return past_search(_api(params, http), _search(params), cursor, window)


def _api(params: Videos, http: httpx2.Client) -> Api:
    return Api(http, params.base_url, params.api_key.get_secret_value())


def _search(params: Videos) -> Search:
    language = {"relevanceLanguage": params.language} if params.language else {}
    return Search({"q": params.query, **language}, params.searches_per_day, params.videos)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({"query": place.words},) if place.words and (place.is_search or place.on("youtube.com", "youtu.be")) else ()


collector = Collector(
    kind="youtube",
    **texts_of(__name__),
    params=Videos,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="youtube",
    group="video",
    auth="key",
    min_interval=timedelta(minutes=15),
    default_interval=timedelta(hours=1),
    meters={
        "searches": Meter(100, "day", whose="key", zone=ZONE),
        "units": Meter(10_000, "day", whose="key", zone=ZONE),
    },
    retention_days=30,
    deletions=True,
)
