"""Servers on the loopback that speak the protocols of streams: a Jetstream, and a Mastodon with its events."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

START = 1_790_000_000_000_000
"""Microseconds of the event number 0: the next ones follow by a second."""
POST = "app.bsky.feed.post"


@dataclass
class Jet:
    """A Jetstream server that keeps its events. Either dialect; it begins where the cursor says, or at its end.

    `floor` is the oldest event it still has; `cut_after` ends the connection after so many messages; `raw` is sent
    first, as it is; `refuse` answers instead of opening. `asked` are the addresses asked for, and `open` counts the
    listeners whose place is settled: what is posted from then on reaches them.
    """

    dialects: Sequence[str] = ("new", "old")
    floor: int = 0
    cut_after: int | None = None
    raw: list[str | bytes] = field(default_factory=list)
    refuse: tuple[int, str, dict[str, str]] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._more = threading.Condition()
        self.ended = False
        self.open = 0

    def post(self, text: str, operation: str = "create", rkey: str = "", **record: Any) -> str:
        """Publishes; returns the id of the post."""
        number = len(self.events)
        made = {"$type": POST, "createdAt": "2026-09-01T08:00:00.000Z", "langs": ["fr"], "text": text, **record}
        rkey = rkey or f"3k{number:06}"
        event = {"did": "did:plc:margaux", "operation": operation, "rkey": rkey, "collection": POST, "rev": "3k"}
        with self._more:
            self.events.append(event if operation == "delete" else {**event, "record": made, "cid": "bafy"})
            self._more.notify_all()
        return f"at://did:plc:margaux/{POST}/{rkey}"

    def end(self) -> None:
        with self._more:
            self.ended = True
            self._more.notify_all()

    def judge(self, line: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request.path)
        where = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        if self.refuse:
            status, body, headers = self.refuse
            return answer(status, body, headers)
        if where.path not in {"new": (NEW,), "old": (OLD,)}.get(self.dialects[0], ()) and not (
            len(self.dialects) > 1 and where.path in (NEW, OLD)
        ):
            return answer(404, "404 page not found")
        cursor = int(query.get("cursor", self.floor))
        if where.path == NEW and cursor < min(self.floor, 10**15):
            told = json.dumps({"error": "CursorTooOld", "message": f"the floor is {self.floor}"})
            return answer(400, told, {"Content-Type": "application/json"})
        return None

    def speak(self, line: ServerConnection) -> None:
        assert line.request is not None
        where = urlsplit(line.request.path)
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        new = where.path == NEW
        with suppress(ConnectionClosed):
            for message in self.raw:
                line.send(message)
            for number, event in self.since(query.get("cursor"), line, new):
                line.send(json.dumps(self.told(number, event, new), ensure_ascii=False))
            line.close()

    def since(self, cursor: str | None, line: ServerConnection, new: bool) -> Iterator[tuple[int, dict[str, Any]]]:
        place = len(self.events) if cursor is None else int(cursor)
        if place >= 10**15:
            wanted = -(-(place - START) // 1_000_000)
            place = max(wanted, self.floor)
            if new and wanted < self.floor:
                told = {"$type": f"{NEW[6:]}#info", "name": "OutdatedCursor", "message": f"resumed from {place}"}
                line.send(json.dumps({"$type": "message", "payload": told}))
        self.open += 1
        sent = 0
        while not self.ended and (self.cut_after is None or sent < self.cut_after):
            with self._more:
                if place >= len(self.events):
                    self._more.wait(0.1)
                    if line.state.name != "OPEN":
                        return
                    continue
            yield place, self.events[place]
            place, sent = place + 1, sent + 1

    def told(self, number: int, event: dict[str, Any], new: bool) -> dict[str, Any]:
        at = START + number * 1_000_000
        if not new:
            commit = {name: value for name, value in event.items() if name != "did"}
            return {"did": event["did"], "time_us": at, "kind": "commit", "commit": commit}
        iso = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at / 1e6)) + ".000000Z"
        payload = {"$type": f"{NEW[6:]}#commit", "seq": number, "time": iso, **event}
        return {"$type": "message", "payload": payload}


NEW, OLD = "/xrpc/network.bsky.jetstream.subscribeEvents", "/subscribe"


def answer(status: int, body: str, headers: dict[str, str] | None = None) -> Response:
    data = body.encode()
    told = Headers({"Content-Length": str(len(data)), "Connection": "close", **(headers or {})})
    return Response(status, HTTPStatus(status).phrase, told, data)


@contextmanager
def jetstream(jet: Jet) -> Iterator[Jet]:
    """Serves it until the end of the block."""
    with serve(jet.speak, "127.0.0.1", 0, process_request=jet.judge, compression=None) as server:
        jet.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield jet
        jet.end()
        server.shutdown()
        thread.join()


@dataclass
class Instance:
    """A Mastodon server: timelines by `min_id`, and a stream of events. `token` is asked for where it is set."""

    token: str = ""
    statuses: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    streaming: str = ""

    def __post_init__(self) -> None:
        self._more = threading.Condition()
        self._events: list[tuple[str, str]] = []
        self.open = 0
        self.ended = self.dropped = False
        self.written = 0

    def write(self, text: str, quietly: bool = False, **more: Any) -> dict[str, Any]:
        """Publishes a status, and tells it to who listens unless that is to be missed."""
        self.written += 1
        number = 117_020_593_134_559_450 + self.written
        author = {"id": "1", "acct": "ines", "username": "ines", "display_name": "Inès :blobcat:", "indexable": True}
        status = {
            "id": str(number),
            "uri": f"{self.url}/users/ines/statuses/{number}",
            "url": f"{self.url}/@ines/{number}",
            "created_at": "2026-09-01T08:00:00.000Z",
            "content": f"<p>{text}</p>",
            "visibility": "public",
            "account": author,
            "reblog": None,
            **more,
        }
        self.statuses.append(status)
        if not quietly:
            self.tell("update", json.dumps(status))
        return status

    def tell(self, event: str, data: str) -> None:
        with self._more:
            self._events.append((event, data))
            self._more.notify_all()

    def remove(self, status: dict[str, Any]) -> None:
        """Deletes a status, and tells so."""
        self.statuses.remove(status)
        self.tell("delete", status["id"])

    def drop(self) -> None:
        """Ends every open stream in the middle of an event."""
        with self._more:
            self.dropped = True
            self._more.notify_all()

    def end(self) -> None:
        with self._more:
            self.ended = True
            self._more.notify_all()

    def page(self, query: dict[str, str]) -> list[dict[str, Any]]:
        newest_first = sorted(self.statuses, key=lambda one: int(one["id"]), reverse=True)
        if "min_id" in query:
            newer = [one for one in newest_first if int(one["id"]) > int(query["min_id"])]
            return newer[-40:]
        below = int(query.get("max_id", 1 << 70))
        return [one for one in newest_first if int(one["id"]) < below][:40]


def _speaker(instance: Instance) -> type[BaseHTTPRequestHandler]:  # noqa: C901  # one branch for each path
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(where.query).items()}
            instance.asked.append(self.path)
            if where.path == "/api/v2/instance":
                self.say({"configuration": {"urls": {"streaming": instance.streaming}}})
            elif instance.token and self.headers.get("Authorization") != f"Bearer {instance.token}":
                self.say({"error": "This method requires an authenticated user"}, 401)
            elif where.path.startswith("/api/v1/timelines/"):
                self.say(instance.page(query))
            elif where.path.startswith("/api/v1/streaming/"):
                self.follow()
            else:
                self.say({"error": "Not Found"}, 404)

        def say(self, value: Any, status: int = 200) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def follow(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(b":)\n")
                place = len(instance._events)
                instance.open += 1
                while not instance.ended:
                    with instance._more:
                        if place >= len(instance._events) and not instance.dropped:
                            instance._more.wait(0.1)
                    if instance.dropped:
                        instance.dropped = False
                        self.wfile.write(b'event: update\ndata: {"id": "1170')
                        return
                    self.wfile.write(b":thump\n")
                    for event, data in instance._events[place:]:
                        self.wfile.write(f"event: {event}\ndata: {data}\n\n".encode())
                        place += 1

        def log_message(self, *_: object) -> None: ...

    return Handler


@contextmanager
def mastodon(instance: Instance) -> Iterator[Instance]:
    """Serves it until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _speaker(instance))
    instance.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield instance
    instance.end()
    server.shutdown()
    thread.join()
    server.server_close()


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    """Asks again every 20 ms. Raises AssertionError when it never comes true."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came true"
        threading.Event().wait(0.02)
