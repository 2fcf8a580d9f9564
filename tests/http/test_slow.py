from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from app.http import Crowded, TooSlow


def drip(start: bytes, pieces: bytes) -> Callable[[socket.socket], None]:
    """Sends `start`, then one byte every 50 ms: each read is answered long before any time-out of one read."""

    def send(conn: socket.socket) -> None:
        pause = Event()
        conn.sendall(start)
        for byte in pieces:
            conn.sendall(bytes([byte]))
            pause.wait(0.05)

    return send


@pytest.mark.parametrize(
    ("start", "pieces"),
    [
        (b"", b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 10_000),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a" * 10_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 3000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
)
def test_a_slow_drip_ends_with_the_total_time(serve, gate_to, start: bytes, pieces: bytes) -> None:
    peer = serve({"/": drip(start, pieces)})
    with pytest.raises(TooSlow, match=r"no complete answer within 0\.4 seconds"):
        gate_to(peer, deadline=0.4).get(peer.url)


def test_a_server_that_says_nothing_ends_with_the_total_time(serve, gate_to) -> None:
    peer = serve({"/": lambda conn: conn.recv(1)})
    with pytest.raises(TooSlow):
        gate_to(peer, deadline=0.3).get(peer.url)


def test_slow_redirects_share_one_total_time(serve, gate_to) -> None:
    def hop(conn: socket.socket) -> None:
        Event().wait(0.3)
        conn.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    peer = serve({"/": hop})
    with pytest.raises(TooSlow):
        gate_to(peer, deadline=0.9).get(peer.url)
    assert len(peer.requests) > 1


def test_a_body_that_nobody_takes_ends_with_the_total_time(serve, gate_to) -> None:
    ended = Event()
    peer = serve({"/": lambda conn: ended.wait(20)})
    try:
        with pytest.raises(TooSlow):
            gate_to(peer, deadline=0.5).post(peer.url, content=b"a" * 30_000_000)
    finally:
        ended.set()


@pytest.mark.parametrize("given", [{"timeout": 0.3}, {"extensions": {"deadline": 0.3}}])
def test_a_request_may_set_its_own_total_time(serve, gate_to, given: dict[str, object]) -> None:
    peer = serve({"/": drip(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 10_000)})
    with pytest.raises(TooSlow, match=r"within 0\.3 seconds"):
        gate_to(peer, deadline=60).get(peer.url, **given)


def test_no_more_than_two_requests_go_to_one_host_at_once(serve, gate_to) -> None:
    lock, now, seen = Lock(), [0], []

    def count(step: int) -> None:
        with lock:
            now[0] += step
            seen.append(now[0])

    def answer(conn: socket.socket) -> None:
        count(+1)
        Event().wait(0.02)
        count(-1)  # before the answer leaves: after it, the next request may come at once
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    peer = serve({"/": answer})
    gate = gate_to(peer)
    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(lambda _: gate.get(peer.url).status_code, range(36))) == {200}
    assert max(seen) == 2


def test_waiting_for_a_turn_is_not_counted_as_slowness(serve, gate_to) -> None:
    def answer(conn: socket.socket) -> None:
        Event().wait(0.1)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    peer = serve({"/": answer})
    gate = gate_to(peer, deadline=1.0, per_host=1)
    with ThreadPoolExecutor(50) as pool:  # 50 × 0.1 s one after the other: five times the deadline
        assert set(pool.map(lambda _: gate.get(peer.url).status_code, range(50))) == {200}


def test_a_turn_that_does_not_come_is_told(serve, gate_to) -> None:
    free = Event()
    peer = serve({"/": lambda conn: free.wait(20)})
    gate = gate_to(peer, deadline=0.2, per_host=1)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(gate.get, peer.url, extensions={"deadline": 20.0})
        while not peer.requests:
            Event().wait(0.01)
        with pytest.raises(Crowded, match="waiting for their turn"):
            gate.get(peer.url)
        free.set()
        with pytest.raises(Exception, match="cut short"):
            held.result()


def test_another_host_does_not_wait(serve, gate_to, ok) -> None:
    free = Event()
    slow, quick = serve({"/": lambda conn: free.wait(20)}), serve({"/": ok(b"here")})
    gate = gate_to(slow, per_host=1, allowed_private_hosts=[slow.host, f"localhost:{quick.port}"])
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(gate.get, slow.url)
        while not slow.requests:
            Event().wait(0.01)
        assert gate.get(f"http://localhost:{quick.port}/").text == "here"
        free.set()
        with pytest.raises(Exception, match="cut short"):
            held.result()


def test_many_threads_share_one_gate(serve, gate_to, ok) -> None:
    peer = serve({f"/{n}": ok(str(n).encode()) for n in range(20)})
    gate = gate_to(peer, per_host=8)
    with ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda n: gate.get(f"{peer.url}/{n % 20}").text, range(400)))
    assert got == [str(n % 20) for n in range(400)]
    assert peer.connections <= 8
