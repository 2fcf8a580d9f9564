"""Bluesky live: every post of the network, from a Jetstream server.

Servers speak two dialects. The newer one, `subscribeEvents`, numbers its events; the older one, `subscribe`, gives the
microsecond of each. We speak the older one where a server does not know the newer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from pydantic import Field, ValidationError
from pydantic_core import from_json

from ground.notice import Json, Notice
from ground.place import Place

from ._kit.answers import Part, excerpt_of, reason_of
from ._kit.fields import Interface, Params
from ._kit.live import batches, messages, never
from ._kit.refusals import Complaint, Refusal, Refusals
from ._kit.texts import texts_of
from ._kit.times import earlier, moment
from ._platforms.atproto import POST, Record, language_of, text_of, url_of
from .base import Broken, Collector, Cursor, Page, RawMention, SourceBusy, SourceChanged, SourceError

NEW, OLD = "/xrpc/network.bsky.jetstream.subscribeEvents", "/subscribe"
LARGEST = 900_000
"""Bytes. We ask the server to leave out larger messages, because one would end the stream."""
FIRST_TIME = 10**15
"""Microseconds since 1970. The server takes a smaller cursor for the number of an event."""
REWIND = timedelta(seconds=5)
GAP = timedelta(minutes=2)
"""An older server does not say that events are missing: a first event so much later than asked for means a gap."""
MOST_BROKEN = 20
ALL_BROKEN = 500


class Jetstream(Params):
    """The server to listen to. It sends every post; the queries of the brands choose."""

    base_url: Interface = Field(
        "https://jetstream.us-east.bsky.network",
        title="Server",
        description="A Jetstream server. If the address ends with /subscribe, Vigie uses the older dialect",
        examples=["https://jetstream2.us-east.bsky.network"],
    )


class Commit(Part):
    """The creation, edit or deletion of one post."""

    did: str = Field(pattern=r"^did:[a-z]+:[^/\s]{1,300}$")
    operation: str
    rkey: str = Field(pattern=r"^[^/\s]{1,512}$")
    record: Record | None = None
    at: Any = None


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """The last event that was read: its number, where the server numbers them, and its time in microseconds."""

    old: bool = False
    seq: int | None = None
    time_us: int | None = None

    @classmethod
    def of(cls, cursor: Cursor) -> StreamPosition:
        seq, time_us = cursor.get("seq"), cursor.get("time_us")
        return cls(
            cursor.get("dialect") == "subscribe",
            seq if isinstance(seq, int) else None,
            time_us if isinstance(time_us, int) else None,
        )

    @property
    def cursor(self) -> dict[str, Json]:
        dialect: dict[str, Json] = {"dialect": "subscribe" if self.old else "subscribeEvents"}
        return {**dialect, **{name: value for name, value in (("seq", self.seq), ("time_us", self.time_us)) if value}}

    @property
    def at(self) -> datetime | None:
        return moment(self.time_us)


class TooOld(SourceError):
    """The server no longer holds what follows the last event that was read."""


class NotThere(SourceError):
    """The server does not speak this dialect."""


def is_newer_dialect(complaint: Complaint) -> bool:
    return urlsplit(complaint.url).path.endswith(NEW)


def names_no_reason(complaint: Complaint) -> bool:
    """Whether we asked in the newer dialect and the server does not say what is wrong."""
    return is_newer_dialect(complaint) and not complaint.codes


NO_DIALECT = "the server does not speak this dialect"
REFUSALS = Refusals(
    (
        Refusal(
            TooOld, "the server no longer holds what comes after the last post that was read", codes={"CursorTooOld"}
        ),
        Refusal(NotThere, NO_DIALECT, status={404, 405, 501}, when=is_newer_dialect),
        Refusal(NotThere, NO_DIALECT, status={400}, when=names_no_reason),
    ),
    codes=("error",),
)


def stream(params: Jetstream, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Follows from the last event that was stored; on the first run, from now on."""
    position = StreamPosition.of(cursor)
    base = params.base_url.removesuffix(OLD)
    if base != params.base_url or position.old:
        yield from follow(base, replace(position, old=True), http)
        return
    try:
        yield from follow(base, position, http)
    except NotThere:
        yield from follow(base, StreamPosition(old=True, time_us=position.time_us), http)
    except TooOld:  # a time is accepted however old it is: the server then begins with the oldest it has
        yield from follow(
            base, StreamPosition(time_us=position.time_us or FIRST_TIME), http, warning=gap_notice(position.at)
        )


def follow(base: str, position: StreamPosition, http: httpx2.Client, warning: Notice | None = None) -> Iterator[Page]:
    """The pages of one connection. Raises SourceError."""
    reading = EventReader(position, warning)
    for batch in batches(messages(http, address(base, position), refusals=REFUSALS)):
        yield reading.page(batch)


def address(base: str, position: StreamPosition) -> str:
    """The address to listen at, from a certain event on; both dialects send that event again."""
    server = "ws" + base.removeprefix("http")
    since = max(position.time_us - int(REWIND.total_seconds() * 1e6), FIRST_TIME) if position.time_us else None
    size = ("maxMessageSizeBytes", LARGEST)
    if position.old:
        query = [("wantedCollections", POST), size, ("cursor", since)]
        return f"{server}{OLD}?{urlencode([pair for pair in query if pair[1] is not None])}"
    query = [
        ("kinds", "commit"),
        ("collections", POST),
        size,
        ("cursor", since if position.seq is None else position.seq),
    ]
    return f"{server}{NEW}?{urlencode([pair for pair in query if pair[1] is not None])}"


def gap_notice(since: datetime | None) -> Notice:
    """The warning when the server does not go back to the last event that was read."""
    text = f"{since:%Y-%m-%d %H:%M}" if since else "?"
    return Notice(
        "some of what was posted after {since} (UTC) is missing: the server keeps only the last hours. Add the "
        "source «Bluesky», whose search goes back further",
        {"since": text},
    )


class EventReader:
    """Makes pages of the events of one connection, and keeps track of the last event."""

    def __init__(self, position: StreamPosition, warning: Notice | None = None) -> None:
        self._position, self._warning = position, warning
        self._resumed_at = position.at if position.old else None
        self._broken_in_a_row = 0

    def page(self, batch: Sequence[bytes]) -> Page:
        """A batch of messages as a page.

        Raises SourceError when the server ends the stream, or after 500 unreadable messages in a row.
        """
        mentions: list[RawMention] = []
        broken: list[Broken] = []
        last: dict[str, Any] = {}
        for message in batch:
            try:
                event = self._event(from_json(message))
                last = event or last
                mentions += filter(None, [mention(event) if event else None])
                self._broken_in_a_row = 0
            except ValidationError as error:
                broken.append(Broken("", reason_of(error), excerpt_of(from_json(message))))
            except ValueError:
                broken.append(Broken("", "the message is not JSON"))
        self._count(len(broken), bool(batch) and len(broken) == len(batch))
        self._move(last)
        warning, self._warning = self._warning, None
        return Page(tuple(mentions), self._position.cursor, warning=warning, broken=tuple(broken[:MOST_BROKEN]))

    def _event(self, value: Any) -> dict[str, Any] | None:
        """The event of a message, under the same names for both dialects; None for other messages.

        Raises SourceBusy when the server ends the stream.
        """
        if not isinstance(value, dict):
            raise ValueError("not an object")
        if value.get("$type") == "error":
            raise SourceBusy(
                "{server} ends the stream: {reason}", server="Jetstream", reason=str(value.get("error"))[:100]
            )
        if isinstance(value.get("payload"), dict):
            return self._new(value["payload"])
        commit = value.get("commit")
        return {**(commit if isinstance(commit, dict) else {}), "did": value.get("did"), "at": value.get("time_us")}

    def _new(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        if str(payload.get("$type")).endswith("#info"):
            if payload.get("name") in ("OutdatedCursor", "FutureCursor"):
                self._warning = self._warning or gap_notice(self._position.at)
            return None
        return {**payload, "at": payload.get("witnessedAt") or payload.get("time")}

    def _move(self, last: dict[str, Any]) -> None:
        at, seq = moment(last.get("at")), last.get("seq")
        if at is None:
            return
        if self._resumed_at and at - self._resumed_at > GAP + timedelta(seconds=10):
            self._warning = self._warning or gap_notice(self._resumed_at)
        self._resumed_at = None
        self._position = StreamPosition(
            self._position.old, seq if isinstance(seq, int) else None, int(at.timestamp() * 1e6)
        )

    def _count(self, broken: int, all_broken: bool) -> None:
        self._broken_in_a_row = self._broken_in_a_row + broken if all_broken else 0
        if self._broken_in_a_row >= ALL_BROKEN:
            raise SourceChanged("Jetstream changed its messages: none can be read. Update Vigie, or report it")


def mention(event: dict[str, Any]) -> RawMention | None:
    """A post that was written, edited or deleted, as a mention; None for other events. Raises ValidationError."""
    if event.get("collection") != POST:
        return None
    commit = Commit.model_validate(event)
    uri, url = f"at://{commit.did}/{POST}/{commit.rkey}", url_of(commit.did, commit.rkey)
    if commit.operation == "delete":
        return RawMention(uri, url=url, platform="bluesky", deleted=True)
    record, at = commit.record, moment(commit.at)
    if record is None:
        return None
    text, reply = text_of(record), record.reply
    if not text:
        return None
    return RawMention(
        external_id=uri,
        url=url,
        text=text,
        author_id=commit.did,
        platform="bluesky",
        language=language_of(record),
        published_at=earlier(moment(record.createdAt), at),
        edited_at=at if commit.operation == "update" else None,
        thread_id=(reply.root.uri if reply else "") or uri,
        parent_id=(reply.parent.uri if reply else "") or None,
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({},) if place.is_search or place.on("bsky.app", "bsky.social") else ()


collector = Collector(
    kind="jetstream",
    **texts_of(__name__),
    params=Jetstream,
    address="base_url",
    pages=never,
    stream=stream,
    recognise=recognise,
    family="bluesky",
    platform="bluesky",
    group="social",
    polled=False,
    deletions=True,
)
