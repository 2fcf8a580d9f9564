"""Reads streams (WebSockets, server-sent events) through the client of the collectors, and cuts them into batches.

During a silence a stream yields None several times a second, so that the caller can store its batch, or stop.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar, runtime_checkable

import httpx2

from collectors.base import Cursor, Page, SourceError

from .fetch import connection_error, host_of, refusal_of
from .refusals import NONE, Refusals

T = TypeVar("T")

MOST, SECONDS = 500, 1.0
"""A batch ends after this many messages or this many seconds, whichever comes first."""
TICK = 0.2
"""Seconds of silence after which a batch is yielded as it is."""
OPENING = 20.0
"""Seconds that opening a stream may take."""
LARGEST = 1024 * 1024
"""Bytes of the largest event that is read."""
LONGEST, WIDEST = 24 * 3600.0, 4 * 1024**3
"""Seconds and bytes after which a stream of events is opened again."""
WAITING = 10_000
"""Events that may wait in memory while a batch is stored."""


class Line(Protocol):
    """An open WebSocket."""

    def receive(self, seconds: float) -> bytes | None:
        """The next message as UTF-8; None when none came in time. Raises httpx2.RequestError once it has ended."""

    def close(self) -> None: ...


@runtime_checkable
class Listens(Protocol):
    """A client that can open WebSockets: the one that collectors get in production, or that of the command line."""

    def listen(self, url: str, headers: Mapping[str, str] | None = None, seconds: float | None = None) -> Line:
        """Raises httpx2.RequestError; httpx2.HTTPStatusError with the answer when the server refuses."""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event. `id` is the last one that the server gave, with this event or before."""

    data: str
    event: str = "message"
    id: str = ""


def never(params: object, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:  # noqa: ARG001  # the seam's signature
    """The `pages` of a kind that is only followed: none, since nothing is ever fetched."""
    return iter(())


def messages(
    http: httpx2.Client, url: str, headers: Mapping[str, str] | None = None, *, refusals: Refusals = NONE
) -> Iterator[bytes | None]:
    """The messages of a WebSocket as they arrive, without end. The first value is None, once it is open.

    `refusals` is the table for the answer of a server that refuses to open it. Raises SourceError when it cannot be
    opened, or when the server closes it.
    """
    if not isinstance(http, Listens):
        raise SourceError("a stream cannot be followed from here")
    with closing(_open(http, url, headers, refusals)) as line:
        yield None
        while True:
            try:
                message = line.receive(TICK)
            except httpx2.RequestError as error:
                raise connection_error(error, url) from error
            yield message


def _open(http: Listens, url: str, headers: Mapping[str, str] | None, refusals: Refusals) -> Line:
    try:
        return http.listen(url, headers, OPENING)
    except httpx2.HTTPStatusError as error:
        raise refusal_of(error.response, datetime.now(UTC), refusals) from error
    except httpx2.RequestError as error:
        raise connection_error(error, url) from error


def events(
    http: httpx2.Client,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    quiet: float = 90.0,
    refusals: Refusals = NONE,
) -> Iterator[Event | None]:
    """Server-sent events as they arrive, without end. The first value is None, once the stream is open.

    A thread reads them, so that none is lost while the caller stores a batch. After `quiet` seconds of silence the
    connection counts as broken. Raises SourceError when it cannot be opened, breaks, or is ended by the server.
    """
    reader = _EventReader(http, url, headers or {}, quiet, refusals)
    threading.Thread(target=reader.run, name="events", daemon=True).start()
    try:
        while True:
            try:
                item = reader.queue.get(timeout=TICK)
            except queue.Empty:
                if not reader.open:
                    continue
                item = None
            if isinstance(item, SourceError):
                raise item
            yield item
    finally:
        reader.stop.set()


class _EventReader:
    """Puts the events of one answer, then the error that ended it, into `queue`, until `stop` is set."""

    def __init__(
        self, http: httpx2.Client, url: str, headers: Mapping[str, str], quiet: float, refusals: Refusals
    ) -> None:
        self._http, self._url, self._quiet, self._refusals = http, url, quiet, refusals
        self._headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", **headers}
        self.queue: queue.Queue[Event | SourceError | None] = queue.Queue(WAITING)
        self.stop, self.open = threading.Event(), False

    def run(self) -> None:
        try:
            self._read()
        except httpx2.RequestError as error:
            self._put(connection_error(error, self._url))
        except SourceError as error:
            self._put(error)
        except Exception:
            self._put(SourceError("the stream of {host} cannot be read", host=host_of(self._url)))
            raise

    def _read(self) -> None:
        timeout = httpx2.Timeout(OPENING, read=self._quiet)
        extensions = {"deadline": LONGEST, "limit": WIDEST, "quiet": self._quiet}
        with self._http.stream(
            "GET", self._url, headers=self._headers, timeout=timeout, extensions=extensions
        ) as answer:
            if not answer.is_success:
                answer.read()
                raise refusal_of(answer, datetime.now(UTC), self._refusals)
            self.open = True
            self._put(None)
            for event in parse_events(answer.iter_bytes()):
                if not self._put(event):
                    return
        raise SourceError("{host} ended the stream", host=host_of(self._url))

    def _put(self, item: Event | SourceError | None) -> bool:
        """Waits for room in the queue; False when the caller has stopped listening."""
        while not self.stop.is_set():
            try:
                self.queue.put(item, timeout=SECONDS)
            except queue.Full:
                continue
            return True
        return False


def parse_events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """The events of a text/event-stream (WHATWG HTML 9.2). One that breaks off in the middle is left out.

    Raises SourceError on one that is larger than 1 MB.
    """
    data: list[str] = []
    kind, last_id, size = "", "", 0
    for line in _lines(pieces):
        size += len(line)
        if size > LARGEST:
            raise SourceError("an event of the stream is too large: no more than 1 MB are read")
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "" if not line:
                if data:
                    yield Event("\n".join(data), kind or "message", last_id)
                data, kind, size = [], "", 0
            case "data":
                data.append(value)
            case "event":
                kind = value
            case "id" if "\0" not in value:
                last_id = value
            case _:
                size -= len(line)  # comments keep the connection alive, and may arrive for days between two events


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines, which end with CR LF, LF or CR. What follows the last LF waits for the next piece."""
    rest: list[bytes] = []
    size, first = 0, True
    for piece in pieces:
        rest.append(piece)
        size += len(piece)
        if b"\n" not in piece:
            if size > 2 * LARGEST:
                raise SourceError("an event of the stream is too large: no more than 1 MB are read")
            continue
        done, _, left = b"".join(rest).rpartition(b"\n")
        rest, size = [left], len(left)
        if first:
            done, first = done.removeprefix(b"\xef\xbb\xbf"), False
        yield from (
            done.replace(b"\r\n", b"\n")
            .removesuffix(b"\r")
            .replace(b"\r", b"\n")
            .decode("utf-8", "replace")
            .split("\n")
        )


def batches(stream: Iterator[T | None], most: int = MOST, seconds: float = SECONDS) -> Iterator[list[T]]:
    """Cuts a stream into lists, each of which ends after `most` items, after `seconds`, or at a silence. May be empty.

    Raises SourceError after yielding the items before it.
    """
    batch: list[T] = []
    began = time.monotonic()
    try:
        for item in stream:
            if item is not None:
                batch.append(item)
            if (batch and item is None) or len(batch) >= most or time.monotonic() - began >= seconds:
                yield batch
                batch, began = [], time.monotonic()
    except SourceError:
        if batch:
            yield batch
        raise
