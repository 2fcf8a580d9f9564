"""WebSockets and answers that go on for days: judged as every request, bounded, and no way around for others."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from app.http import (
    BadAnswer,
    BadCertificate,
    Blocked,
    CutShort,
    Gate,
    GateError,
    NameNotFound,
    TooLarge,
    TooSlow,
    Unreachable,
)
from tests.collectors.streams import Jet, jetstream

Speak = Callable[[ServerConnection], None]


@contextmanager
def server(speak: Speak, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    def quietly(line: ServerConnection) -> None:
        with suppress(ConnectionClosed, OSError):
            speak(line)

    with serve(quietly, "127.0.0.1", 0, ssl=tls) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made.socket.getsockname()[1]
        made.shutdown()
        thread.join()


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate(allowed_private_hosts=["127.0.0.1"], user_agent="Vigie test", deadline=5) as made:
        yield made


def test_messages_come_in_order_and_a_silence_is_none(gate: Gate) -> None:
    heads: list[str | None] = []

    def speak(line: ServerConnection) -> None:
        assert line.request is not None
        heads.extend([line.request.headers.get("User-Agent"), line.request.headers.get("Authorization")])
        line.send("é")
        line.send(b"\xff")
        line.recv()

    with server(speak) as port:
        line = gate.listen(f"ws://127.0.0.1:{port}/x?a=b", {"Authorization": "Bearer k"})
        assert [line.receive(2), line.receive(2)] == ["é".encode(), b"\xff"]
        assert line.receive(0.05) is None
        line.close()
    assert heads == ["Vigie test", "Bearer k"]


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.1:81/x",
        "ws://10.0.0.1/x",
        "ws://[::1]/x",
        "ws://2130706433/x",
        "wss://169.254.169.254/latest",
        "wss://public.example:6379/",
        "http://public.example/",
        "file:///etc/passwd",
        "ws://ann:pw@public.example/",
        "ws://public.example\\@10.0.0.1/",
        "ws:///x",
    ],
)
def test_what_may_not_be_asked_may_not_be_listened_to(url: str) -> None:
    def dial(address: str, port: int, seconds: float) -> socket.socket:
        raise AssertionError(f"{address}:{port} was dialled")

    with Gate(dial=dial, resolve=lambda host, port: ["93.184.215.14"]) as gate, pytest.raises(Blocked):
        gate.listen(url)


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:192.168.0.1"]])
def test_a_name_that_stands_for_a_private_address_is_not_dialled(addresses: Sequence[str]) -> None:
    def dial(address: str, port: int, seconds: float) -> socket.socket:
        raise AssertionError(f"{address}:{port} was dialled")

    with Gate(dial=dial, resolve=lambda host, port: addresses) as gate, pytest.raises(Blocked):
        gate.listen("wss://rebound.example/stream")


def test_the_address_that_was_judged_is_the_one_that_is_dialled() -> None:
    dialled: list[tuple[str, int]] = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append((address, port))
        raise ConnectionRefusedError

    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    with Gate(dial=dial, resolve=lambda host, port: next(answers)) as gate:
        with pytest.raises(Unreachable):
            gate.listen("wss://rebound.example/stream")
        with pytest.raises(Blocked):
            gate.listen("wss://rebound.example/stream")
    assert dialled == [("93.184.215.14", 443)]


def test_a_name_that_is_not_found_and_a_proxy_are_told() -> None:
    def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError

    with Gate(resolve=nowhere) as gate, pytest.raises(NameNotFound):
        gate.listen("wss://nowhere.example/")
    with Gate(proxy="http://127.0.0.1:3128") as gate, pytest.raises(Unreachable, match="proxy"):
        gate.listen("wss://stream.example/")


def test_a_server_that_refuses_is_read_as_an_answer(gate: Gate) -> None:
    told = json.dumps({"error": "CursorTooOld"})
    refusing = Jet(refuse=(400, told, {"Retry-After": "7"}))
    with jetstream(refusing) as jet, pytest.raises(httpx2.HTTPStatusError) as refused:
        gate.listen(jet.url.replace("http", "ws"))
    answer = refused.value.response
    assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (400, {"error": "CursorTooOld"}, "7")


@pytest.mark.parametrize(
    "place",
    [
        "ws://127.0.0.1:{}/",
        "http://127.0.0.1:{}/",
        "ftp://x",
        "",
        "//",
        "ws://[",
        "ws://a:99999/",
        "ws://u:p@h/#f",
        "::",
    ],
)
def test_no_redirect_is_followed(gate: Gate, place: str) -> None:
    with server(lambda line: line.send("secret")) as inside:
        where = {"Location": place.format(inside)}
        with jetstream(Jet(refuse=(302, "", where))) as jet, pytest.raises(BadAnswer):
            gate.listen(jet.url.replace("http", "ws"))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", BadAnswer),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", BadAnswer),
        (b"SSH-2.0-OpenSSH_9.6\r\n", BadAnswer),
        (b"HTTP/1.1 101 S\r\n" + b"A: b\r\n" * 5_000 + b"\r\n", GateError),
        (b"", GateError),
    ],
)
def test_what_speaks_no_websocket_is_told(serve, gate_to, answer: bytes, error: type[GateError]) -> None:
    def speak(conn: socket.socket) -> None:
        conn.sendall(answer)

    peer = serve({"/": speak})
    with pytest.raises((error, httpx2.HTTPStatusError)):
        gate_to(peer, deadline=3).listen(f"ws://{peer.host}/")


def test_a_server_that_never_answers_ends_with_the_total_time(serve, gate_to) -> None:
    done = threading.Event()
    peer = serve({"/": lambda conn: done.wait(5)})
    began = time.monotonic()
    with pytest.raises(TooSlow):
        gate_to(peer).listen(f"ws://{peer.host}/", seconds=0.4)
    assert time.monotonic() - began < 3
    done.set()


@pytest.mark.parametrize(
    ("speak", "error"),
    [
        (lambda line: line.send("x" * 1_100_000), TooLarge),
        (lambda line: line.send(["x" * 1000] * 1_100), TooLarge),
        (lambda line: line.close(), CutShort),
        (lambda line: line.close(1011, "oops"), CutShort),
        (lambda line: line.socket.shutdown(socket.SHUT_RDWR), CutShort),
        (lambda line: line.socket.sendall(b"\xff\xff\xff\xff garbage"), BadAnswer),
        (lambda line: line.socket.sendall(b"\x81\x7e\x01\x00half") or line.socket.close(), CutShort),
    ],
)
def test_how_it_ends_is_told(gate: Gate, speak: Speak, error: type[GateError]) -> None:
    with server(speak) as port:
        line = gate.listen(f"ws://127.0.0.1:{port}/")
        with pytest.raises(error):
            list(iter(lambda: line.receive(3), None))
        line.close()


def test_certificates_are_verified(certificate: Path, certify, tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with server(lambda line: line.send("hello"), tls) as port:
        url = f"wss://127.0.0.1:{port}/"
        with Gate(allowed_private_hosts=["127.0.0.1"]) as gate, pytest.raises(BadCertificate):
            gate.listen(url, seconds=3)
        with Gate(allowed_private_hosts=["127.0.0.1"], ca_file=str(certificate)) as gate:
            line = gate.listen(url)
            assert line.receive(2) == b"hello"
            line.close()


def drip(pause: float, number: int) -> Callable[[socket.socket], None]:
    def send(conn: socket.socket) -> None:
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for n in range(number):
            threading.Event().wait(pause)
            conn.sendall(b"data: %d\n\n" % n)

    return send


LONG = {"deadline": 60, "limit": 1 << 30, "quiet": 0.5}


def test_an_answer_may_go_on_as_long_as_it_is_not_silent(serve, gate_to) -> None:
    peer = serve({"/goes-on": drip(0.1, 12), "/silent": drip(3, 1)})
    gate = gate_to(peer, deadline=0.6)
    with gate.stream("GET", f"{peer.url}/goes-on", extensions=LONG) as answer:
        assert sum(line.startswith("data") for line in answer.iter_lines()) == 12
    with (
        pytest.raises(TooSlow, match=r"nothing for 0\.5 seconds"),
        gate.stream("GET", f"{peer.url}/silent", extensions=LONG) as answer,
    ):
        list(answer.iter_lines())
    with pytest.raises(TooSlow, match=r"no complete answer within 0\.6 seconds"):
        gate.get(f"{peer.url}/goes-on")


def test_a_long_answer_ends_with_its_own_deadline_and_limit(serve, gate_to) -> None:
    peer = serve({"/": drip(0.02, 500)})
    gate = gate_to(peer)
    with pytest.raises(TooSlow), gate.stream("GET", peer.url, extensions={**LONG, "deadline": 0.4}) as answer:
        list(answer.iter_lines())
    with pytest.raises(TooLarge), gate.stream("GET", peer.url, extensions={**LONG, "limit": 100}) as answer:
        list(answer.iter_lines())


def test_a_long_answer_does_not_keep_others_from_their_turn(serve, gate_to, ok) -> None:
    peer = serve({"/long": drip(0.05, 40), "/": ok(b"hello")})
    gate = gate_to(peer, per_host=1)
    with gate.stream("GET", f"{peer.url}/long", extensions=LONG):
        assert gate.get(peer.url).text == "hello"
