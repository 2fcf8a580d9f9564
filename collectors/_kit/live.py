"""Streams: WebSockets and server-sent events, read from the client that is given, and cut into batches.

Whatever waits for something to happen gives None several times a second, so that a batch is not held back and whoever
reads can stop in time.
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

from .fetch import broken, host_of, refused
from .refusals import NONE, Refusals

T = TypeVar("T")

MOST, SECONDS = 500, 1.0
"""A batch holds so many messages, or what came in so many seconds."""
TICK = 0.2
"""After a silence of so many seconds a batch is given as it is."""
OPENING = 20.0
LARGEST = 1024 * 1024
LONGEST = 24 * 3600.0
"""Seconds and bytes that a stream of events may take before it is opened again."""
WIDEST = 4 * 1024**3
WAITING = 10_000


class Line(Protocol):
    """An open WebSocket."""

    def receive(self, seconds: float) -> bytes | None:
        """The next message as UTF-8; None when none came in time. Raises httpx2.RequestError when it ended."""

    def close(self) -> None: ...


@runtime_checkable
class Listens(Protocol):
    """A client that can open WebSockets: the one that production gives to collectors, or that of the command."""

    def listen(self, url: str, headers: Mapping[str, str] | None = None, seconds: float | None = None) -> Line:
        """Raises httpx2.RequestError; httpx2.HTTPStatusError with the answer when the server refuses."""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event. `id` is the last one that the server gave, with this event or before."""

    data: str
    event: str = "message"
    id: str = ""


def never(params: object, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:  # noqa: ARG001  # the seam's signature
    """The `pages` of a kind that is followed only: nothing is ever fetched."""
    return iter(())


def messages(
    http: httpx2.Client, url: str, headers: Mapping[str, str] | None = None, *, refusals: Refusals = NONE
) -> Iterator[bytes | None]:
    """The messages of a WebSocket as they come, without end; the first value is None, once it is open.

    `refusals` say what the answer of a server means that refuses to open it. Raises SourceError, also when the server
    ends it.
    """
    if not isinstance(http, Listens):
        raise SourceError("a stream cannot be followed from here")
    with closing(_opened(http, url, headers, refusals)) as line:
        yield None
        while True:
            try:
                message = line.receive(TICK)
            except httpx2.RequestError as error:
                raise broken(error, url) from error
            yield message


def _opened(http: Listens, url: str, headers: Mapping[str, str] | None, refusals: Refusals) -> Line:
    try:
        return http.listen(url, headers, OPENING)
    except httpx2.HTTPStatusError as error:
        raise refused(error.response, datetime.now(UTC), refusals) from error
    except httpx2.RequestError as error:
        raise broken(error, url) from error


def events(
    http: httpx2.Client,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    quiet: float = 90.0,
    refusals: Refusals = NONE,
) -> Iterator[Event | None]:
    """Server-sent events as they come, without end; the first value is None, once the stream is open.

    A thread reads them meanwhile, so that what comes while a batch is stored is not lost. `quiet` is the longest
    silence that is no fault, in seconds. Raises SourceError, also when the server ends the stream.
    """
    reading = _Reading(http, url, headers or {}, quiet, refusals)
    threading.Thread(target=reading.run, name="events", daemon=True).start()
    try:
        while True:
            try:
                one = reading.got.get(timeout=TICK)
            except queue.Empty:
                if not reading.open:
                    continue
                one = None
            if isinstance(one, SourceError):
                raise one
            yield one
    finally:
        reading.ended.set()


class _Reading:
    """Puts the events of one answer, and how it ended, into the queue `got`, until `ended` is set."""

    def __init__(
        self, http: httpx2.Client, url: str, headers: Mapping[str, str], quiet: float, refusals: Refusals
    ) -> None:
        self._http, self._url, self._quiet, self._refusals = http, url, quiet, refusals
        self._headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", **headers}
        self.got: queue.Queue[Event | SourceError | None] = queue.Queue(WAITING)
        self.ended, self.open = threading.Event(), False

    def run(self) -> None:
        try:
            self._read()
        except httpx2.RequestError as error:
            self._give(broken(error, self._url))
        except SourceError as error:
            self._give(error)
        except Exception:
            self._give(SourceError("the stream of {host} cannot be read", host=host_of(self._url)))
            raise

    def _read(self) -> None:
        timeout = httpx2.Timeout(OPENING, read=self._quiet)
        extensions = {"deadline": LONGEST, "limit": WIDEST, "quiet": self._quiet}
        with self._http.stream(
            "GET", self._url, headers=self._headers, timeout=timeout, extensions=extensions
        ) as answer:
            if not answer.is_success:
                answer.read()
                raise refused(answer, datetime.now(UTC), self._refusals)
            self.open = True
            self._give(None)
            for event in parsed(answer.iter_bytes()):
                if not self._give(event):
                    return
        raise SourceError("{host} ended the stream", host=host_of(self._url))

    def _give(self, one: Event | SourceError | None) -> bool:
        """Waits for room; False when nobody wants it any more."""
        while not self.ended.is_set():
            try:
                self.got.put(one, timeout=SECONDS)
            except queue.Full:
                continue
            return True
        return False


def parsed(pieces: Iterable[bytes]) -> Iterator[Event]:
    """The events of a text/event-stream (WHATWG HTML 9.2). What breaks off in the middle is no event.

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
                size -= len(line)  # comments keep the line alive: they may come for days between two events


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Lines that end with CR LF, LF or CR, without their ends; what comes after the last LF waits for the next one."""
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
    """What a stream gives: `most` at once, or what came within `seconds`, or before a silence; else an empty list.

    Raises SourceError, after what came before it.
    """
    batch: list[T] = []
    began = time.monotonic()
    try:
        for one in stream:
            if one is not None:
                batch.append(one)
            if (batch and one is None) or len(batch) >= most or time.monotonic() - began >= seconds:
                yield batch
                batch, began = [], time.monotonic()
    except SourceError:
        if batch:
            yield batch
        raise
