"""A real web server on the loopback, and a client that reads it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site says at a path. With an ETag or a Last-Modified header it answers 304 to who sends it back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Site:
    """The answers by path, and what was asked: (path, headers in lower case)."""

    base: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    drop: bool = False

    def url(self, path: str) -> str:
        return self.base + path

    def says(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(data, status, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url(path)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append((self.path, heard))
            if site.drop:
                self.connection.close()
                return
            answer = site.answers.get(self.path, Answer(status=404))
            fresh = any(
                name.lower() in of and heard.get(of[name.lower()]) == value for name, value in answer.headers.items()
            )
            self._say(Answer(b"", 304, answer.headers) if fresh else answer)

        def _say(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 304 and "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in the standard library
            pass

    of = {"etag": "if-none-match", "last-modified": "if-modified-since"}
    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    made = Site(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(made)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(follow_redirects=True, timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def shared() -> Path:
    """The folder of recorded answers of real platforms, which are no part of this repository."""
    folder = Path(os.environ.get("VIGIE_SHARED") or Path(__file__).parents[3] / "shared") / "fixtures"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the recorded answers are not at {folder}: set VIGIE_SHARED")
        pytest.skip(f"no recorded answers at {folder}")
    return folder


@pytest.fixture
def hostile(shared: Path) -> Callable[[str], bytes]:
    return lambda name: (shared / "hostile" / name).read_bytes()
