"""Mastodon as it is written: one hashtag, or all that is public on a server, by its stream of events."""

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
from .base import Collector, Cursor, Page, RawMention, SourceChanged, SourceError

REMEMBERED, KEPT = 10_000, 50
"""Addresses of statuses by their id here, to follow deletions: in memory, and over a restart."""


class MastodonLive(Params):
    """What is followed of a server: one hashtag, or all that is public."""

    base_url: BaseUrl = Field("https://mastodon.social", title="Server", examples=["https://mastodon.social"])
    tag: Line = Field(
        "", title="Hashtag", description="Without one, all that is public is followed", examples=["#acme"]
    )
    local: bool = Field(False, title="Only what was written on this server")
    all_authors: bool = Field(
        False,
        title="Also authors who did not agree to be searched for",
        description="Most accounts never answered that question: without it, much is left out",
    )
    token: SecretStr = Field(SecretStr(""), title="Access token", description="Most servers ask for one")

    @property
    def name(self) -> str:
        return self.tag.lstrip("#").strip()


@dataclass(slots=True)
class Seen:
    """Where the stream stands: the newest status, and the addresses that a deletion will name by their id only."""

    newest: str
    addresses: OrderedDict[str, str] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, cursor: Cursor) -> Seen:
        kept = cursor.get("recent")
        pairs = kept.items() if isinstance(kept, dict) else ()
        return cls(str(cursor.get("min_id") or ""), OrderedDict((one, str(address)) for one, address in pairs))

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
    """Opens the stream, then asks for what was written while nobody listened, then follows."""
    reader, seen = Reader(params.base_url, params.all_authors), Seen.of(cursor)
    refusals = refusals_of(params.base_url, has_token=bool(headers_of(params.token)))
    heard = events(http, *address(params, http), refusals=refusals)
    next(heard)
    yield from missed(reader, params, http, seen)
    for batch in batches(heard):
        yield page_of(reader, seen, batch)


def missed(reader: Reader, params: MastodonLive, http: httpx2.Client, seen: Seen) -> Iterator[Page]:
    """The timeline since the last status that was seen; its newest page, the first time."""
    path = f"/api/v1/timelines/tag/{params.name}" if params.name else "/api/v1/timelines/public"
    timeline = Timeline(http, params.base_url, path, {"local": "true"} if params.local else {}, params.token)
    first = not seen.newest
    for page in read_back(reader, timeline, Way()) if first else read_on(reader, timeline, seen.newest):
        low = str(page.cursor.get("newest") or page.cursor.get("min_id") or "")
        seen.newest = max(seen.newest, low, key=rank)
        yield Page(page.mentions, seen.cursor, warning=page.warning, broken=page.broken)
        if first:
            return


def address(params: MastodonLive, http: httpx2.Client) -> tuple[str, Mapping[str, str]]:
    """Where the stream is, which may be another host, and the headers to ask it with."""
    path = "hashtag" if params.name else "public"
    local = "/local" if params.local else ""
    asked = httpx2.QueryParams({"tag": params.name} if params.name else {})
    base = streaming_of(params.base_url, http)
    return f"{base}/api/v1/streaming/{path}{local}{'?' if params.name else ''}{asked}", headers_of(params.token)


def streaming_of(base_url: str, http: httpx2.Client) -> str:
    """The address of the stream as the server names it, its own where it names none; never less safe than its own."""
    try:
        value = json_of(fetch(http, f"{base_url}/api/v2/instance"))
    except SourceError:
        return base_url
    for name in ("configuration", "urls", "streaming"):
        value = value.get(name) if isinstance(value, dict) else None
    named = re.fullmatch(r"(?:wss?|https?)(://[^/?#@]+)/?", value) if isinstance(value, str) else None
    return base_url.partition(":")[0] + named[1] if named else base_url


def page_of(reader: Reader, seen: Seen, batch: Sequence[Event]) -> Page:
    """What a batch of events says: new and edited statuses, and what was deleted, in their order."""
    mentions: list[RawMention] = []
    broken: list[tuple[str, str]] = []
    for event in batch:
        if event.event == "delete":
            known = seen.addresses.get(event.data.strip())
            mentions += [RawMention(known, url=known, platform="mastodon", deleted=True)] if known else []
        if event.event not in ("update", "status.update"):
            continue
        try:
            value = from_json(event.data)
            found, bad = reader.mentions([value])
        except (ValueError, SourceChanged) as error:
            broken.append(("", str(error)[:200]))
            continue
        seen.note([value])
        mentions += found
        broken += bad
    return Page(tuple(mentions), seen.cursor, broken=tuple(broken))


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
