"""A real web server on the loopback, and a client that reads it."""

from __future__ import annotations

import json
import os
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from collectors.__main__ import Client
from tests.collectors.mailhost import MailHost, serving


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site says at a path. With an ETag or a Last-Modified header it answers 304 to who sends it back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Rule:
    """What a platform's interface says to a request, and which requests it is for.

    `path` is without its query; `query` and `form` are fields that the request has among others (a value `*` is any,
    a value `-` means that the field is absent); `needs` are headers without which `otherwise` is said. It serves
    `times` requests, then the next rule that fits does.
    """

    path: str
    answer: Answer
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    otherwise: Answer = field(default_factory=lambda: Answer(status=401))
    times: int = 1_000_000

    def fits(self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> bool:
        return (
            self.times > 0
            and (method, path) == (self.method, self.path)
            and _has(query, self.query)
            and _has(form, self.form)
        )

    def say(self, heard: Mapping[str, str]) -> Answer:
        self.times -= 1
        known = all(heard.get(name.lower()) == value for name, value in self.needs.items())
        return self.answer if known else self.otherwise


def _has(given: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all((name in given) if value == "*" else given.get(name, "-") == value for name, value in wanted.items())


@dataclass(slots=True)
class Site:
    """The answers by path, the rules, and what was asked: (path, headers in lower case)."""

    base: str
    answers: dict[str, Answer] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    drop: bool = False
    always: Answer | None = None
    mail: MailHost = field(default_factory=MailHost)

    def answer(self, method: str, path: str, heard: Mapping[str, str], body: bytes) -> Answer:
        """What is said to a request. `always` goes before everything."""
        if self.always is not None:
            return self.always
        if path in self.answers:
            return self.answers[path]
        where = urlsplit(path)
        query = dict(parse_qsl(where.query, keep_blank_values=True))
        form = _form(body)
        rule = next((rule for rule in self.rules if rule.fits(method, where.path, query, form)), None)
        return rule.say(heard) if rule else Answer(status=404)

    def url(self, path: str) -> str:
        return self.base + path

    def says(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(data, status, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url(path)


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form, or of a JSON object, as text."""
    if body.lstrip()[:1] == b"{":
        with suppress(ValueError):
            return {str(name): str(value) for name, value in json.loads(body).items()}
    return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # else each body waits 40 ms for an acknowledgement of its headers

        def do_GET(self) -> None:
            heard = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(heard.get("content-length", 0)))
            site.asked.append((self.path, heard))
            site.sent.append(body)
            if site.drop:
                self.connection.close()
                return
            answer = site.answer(self.command, self.path, heard, body)
            fresh = any(
                name.lower() in of and heard.get(of[name.lower()]) == value for name, value in answer.headers.items()
            )
            self._say(Answer(b"", 304, answer.headers) if fresh else answer)

        do_POST = do_GET  # noqa: N815  # the name in the standard library

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
    yield from replaying()


def replaying() -> Iterator[Site]:
    """The server runs until the generator goes on."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    made = Site(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(made)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with contextmanager(serving)(made.mail):
        yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def authorities() -> ssl.SSLContext:
    """The certificates that a client trusts: reading them takes longer than most tests."""
    return ssl.create_default_context()


@pytest.fixture
def http(authorities: ssl.SSLContext) -> Iterator[httpx2.Client]:
    with Client(follow_redirects=True, timeout=10, trust_env=False, verify=authorities) as client:
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
