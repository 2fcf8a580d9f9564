"""A real HTTP server and a real mail server on loopback, and the simplest way out to them."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers every POST with `status`, `headers`, `body`, and keeps what it was given."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    hang_up: bool = False
    requests: list[Request] = field(default_factory=list)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["content-length"]))
        receiver.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        if receiver.hang_up:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(receiver.status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(receiver.body)))
        self.end_headers()
        self.wfile.write(receiver.body)

    do_GET = do_POST  # noqa: N815 — the names are those of http.server

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.receiver = Receiver(url=f"http://127.0.0.1:{server.server_port}/hook")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.receiver
        server.shutdown()
        thread.join()


@dataclass
class Mailbox:
    port: int
    mails: list[bytes] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 — aiosmtpd's name
        self.mails.append(envelope.content)
        self.to.append(envelope.rcpt_tos)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box
    controller.stop()


@dataclass(frozen=True)
class PlainWire:
    http: httpx2.Client
    port: int = 0

    def mail(self, message: EmailMessage) -> None:
        message["From"] = "vigie@vigie.example"
        with smtplib.SMTP("127.0.0.1", self.port) as server:
            server.send_message(message)


@pytest.fixture
def wire() -> Iterator[PlainWire]:
    with httpx2.Client() as http:
        yield PlainWire(http)


@pytest.fixture
def wired() -> Iterator[Callable[[httpx2.BaseTransport], PlainWire]]:
    """A way out over a transport of one's own."""
    clients = []

    def make(transport: httpx2.BaseTransport) -> PlainWire:
        clients.append(httpx2.Client(transport=transport))
        return PlainWire(clients[-1])

    yield make
    for client in clients:
        client.close()
