"""Mastodon live: one hashtag, or all public statuses of a server, from its stream of events."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import Field, SecretStr
from pydantic_core import from_json

from ground.notice import Json

from ._kit.answers import json_of
from ._kit.fetch import fetch
from ._kit.fields import BaseUrl, Line, Params
from ._kit.live import Event, batches, events, never
from ._kit.texts import texts_of
from ._platforms.mastodon import Reader, headers_of, refusals_of
from ._platforms.mastodon_lists import Timeline, Way, id_of, rank, read_back, read_on
from .base import Broken, Collector, Cursor, Page, RawMention, SourceChanged, SourceError

REMEMBERED, KEPT = 10_000, 50
"""How many addresses of statuses are kept to follow deletions: in memory, and across a restart."""


class MastodonLive(Params):
    """What to follow on a server: one hashtag, or all public statuses."""

    base_url: BaseUrl = Field("https://mastodon.social", title="Server", examples=["https://mastodon.social"])
    tag: Line = Field(
        "", title="Hashtag", description="Without one, Vigie follows everything that is public", examples=["#acme"]
    )
    local: bool = Field(False, title="Only what was written on this server")
    all_authors: bool = Field(
        False,
        title="Include authors who did not agree to appear in searches",
        description="Most accounts never answered that question: without them, you miss a lot",
    )
    token: SecretStr = Field(SecretStr(""), title="Access token", description="Most servers ask for one")

    @property
    def name(self) -> str:
        return self.tag.lstrip("#").strip()


@dataclass(slots=True)
class LivePosition:
    """Where the stream stands: the id of the newest status, and the addresses of the latest ones by their ids.

    A deletion names only the id.
    """

    newest: str
    addresses: OrderedDict[str, str] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, cursor: Cursor) -> LivePosition:
        recent = cursor.get("recent")
        pairs = recent.items() if isinstance(recent, dict) else ()
        return cls(str(cursor.get("min_id") or ""), OrderedDict((name, str(address)) for name, address in pairs))

    def note(self, values: Sequence[Any]) -> None:
        for value in values:
            if id_of(value) and isinstance(value.get("uri"), str):
                self.addresses[id_of(value)] = value["uri"]
                self.newest = max(self.newest, id_of(value), key=rank)
        while len(self.addresses) > REMEMBERED:
            self.addresses.popitem(last=False)

    @property
    def cursor(self) -> dict[str, Json]:
        recent: dict[str, Json] = dict(list(self.addresses.items())[-KEPT:])
        return {"min_id": self.newest, "recent": recent}


def stream(params: MastodonLive, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Opens the stream, reads what was written while it was closed, then follows."""
    reader, position = Reader(params.base_url, params.all_authors), LivePosition.of(cursor)
    refusals = refusals_of(params.base_url, has_token=bool(headers_of(params.token)))
    stream_events = events(http, *address(params, http), refusals=refusals)
    next(stream_events)
    yield from catch_up(reader, params, http, position)
    for batch in batches(stream_events):
        yield page_of(reader, position, batch)


def catch_up(reader: Reader, params: MastodonLive, http: httpx2.Client, position: LivePosition) -> Iterator[Page]:
    """The timeline since the newest status known; on the first run, its newest page."""
    path = f"/api/v1/timelines/tag/{params.name}" if params.name else "/api/v1/timelines/public"
    timeline = Timeline(http, params.base_url, path, {"local": "true"} if params.local else {}, params.token)
    first = not position.newest
    for page in read_back(reader, timeline, Way()) if first else read_on(reader, timeline, position.newest):
        low = str(page.cursor.get("newest") or page.cursor.get("min_id") or "")
        position.newest = max(position.newest, low, key=rank)
        yield Page(page.mentions, position.cursor, warning=page.warning, broken=page.broken)
        if first:
            return


def address(params: MastodonLive, http: httpx2.Client) -> tuple[str, Mapping[str, str]]:
    """The address of the stream, which may be on another host, and the headers to send."""
    path = "hashtag" if params.name else "public"
    local = "/local" if params.local else ""
    query = httpx2.QueryParams({"tag": params.name} if params.name else {})
    base = streaming_of(params.base_url, http)
    return f"{base}/api/v1/streaming/{path}{local}{'?' if params.name else ''}{query}", headers_of(params.token)


def streaming_of(base_url: str, http: httpx2.Client) -> str:
    """The base address of the stream as the server names it, else the server's own. Never http where that is https."""
    try:
        value = json_of(fetch(http, f"{base_url}/api/v2/instance"))
    except SourceError:
        return base_url
    for name in ("configuration", "urls", "streaming"):
        value = value.get(name) if isinstance(value, dict) else None
    match = re.fullmatch(r"(?:wss?|https?)(://[^/?#@]+)/?", value) if isinstance(value, str) else None
    return base_url.partition(":")[0] + match[1] if match else base_url


def page_of(reader: Reader, position: LivePosition, batch: Sequence[Event]) -> Page:
    """A batch of events as a page: new, edited and deleted statuses, in their order."""
    mentions: list[RawMention] = []
    broken: list[Broken] = []
    for event in batch:
        if event.event == "delete":
            uri = position.addresses.get(event.data.strip())
            mentions += [RawMention(uri, url=uri, platform="mastodon", deleted=True)] if uri else []
        if event.event not in ("update", "status.update"):
            continue
        try:
            value = from_json(event.data)
            statuses, unreadable = reader.mentions([value])
        except (ValueError, SourceChanged) as error:
            broken.append(Broken("", str(error)[:200]))
            continue
        position.note([value])
        mentions += statuses
        broken += unreadable
    return Page(tuple(mentions), position.cursor, broken=tuple(broken))


collector = Collector(
    kind="mastodon_live",
    **texts_of(__name__),
    params=MastodonLive,
    address="base_url",
    pages=never,
    stream=stream,
    family="mastodon",
    platform="mastodon",
    group="social",
    auth="token",
    polled=False,
    deletions=True,
)
