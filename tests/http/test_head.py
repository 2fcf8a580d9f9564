"""The head of a request, sent as bytes to the real application on a real server."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from app.http.head import StrictProtocol, has_bare_line_end
from app.main import create_app
from app.services import build
from app.settings import Settings


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    """The port of the whole application."""
    services = build(settings)
    running = uvicorn.Server(uvicorn.Config(create_app(services), http=StrictProtocol, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=running.run, args=([listening],), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        running.should_exit = True
        thread.join(10)
    services.close()


def statuses(port: int, *parts: bytes) -> list[int]:
    """The statuses of the answers to these bytes, each part sent by itself, until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", answer)]


GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
TWO_LENGTHS = GET[:-2] + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([LAST], [200]),
        ([GET, LAST], [200, 200]),
        ([GET + LAST], [200, 200]),
        ([bytes([byte]) for byte in LAST], [200]),
        ([LAST.replace(b"\r\n", b"\n")], [400]),
        ([LAST.replace(b"localhost\r\n", b"localhost\n")], [400]),
        ([LAST[:30], LAST[30:].replace(b"\r\n", b"\n")], [400]),
        ([LAST.replace(b"localhost", b"local\rhost")], [400]),
        ([GET + LAST.replace(b"\r\n", b"\n")], [200, 400]),
        ([b"POST /in/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n\n\n\r\n", LAST], [404, 200]),
        ([TWO_LENGTHS + GET], [400]),
    ],
    ids=[
        "one", "one after the other", "two at once", "byte by byte", "line feeds", "one line feed", "in a later part",
        "a carriage return inside", "the second of two", "line feeds in a body", "two lengths, one request smuggled",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_refused(port: int, parts: list[bytes], expected: list[int]) -> None:
    assert statuses(port, *parts) == expected


def test_a_head_is_judged_as_far_as_it_has_arrived() -> None:
    assert not has_bare_line_end(b"GET / HTTP/1.1\r")
    assert has_bare_line_end(b"GET / HTTP/1.1\rX")
    assert not has_bare_line_end(b"GET / HTTP/1.1\r\n\r\nthe body\nmay")
    assert has_bare_line_end(b"GET / HTTP/1.1\nHost: x\r\n\r\n")
