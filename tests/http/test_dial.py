from __future__ import annotations

import socket
import threading

import pytest

from app.http import Blocked, NameNotFound, TooSlow, Unreachable
from app.http.dial import system_dial, system_resolve

PUBLIC = "93.184.215.14"


class Names:
    """A name server under the thumb of the test: gives its answers in turn, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Route:
    """A network on which the public addresses lead to one loopback server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.dialled: list[str] = []

    def __call__(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append(address)
        return system_dial("127.0.0.1", self.port, seconds)


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["::1"],
        ["::ffff:169.254.169.254"],
        ["64:ff9b::7f00:1"],
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
        [PUBLIC, "2606:4700::1", "fe80::1%eth0"],
        [PUBLIC, "nonsense"],
    ],
)
def test_one_answer_that_is_not_public_is_enough_to_refuse(serve, gate_to, ok, answers: list[str]) -> None:
    canary = serve({"/": ok(b"secret")})
    route = Route(canary.port)
    with pytest.raises(Blocked) as refused:
        gate_to(resolve=Names(answers), dial=route).get("http://rebind.example/")
    assert str(refused.value) == "this address is not allowed"
    assert route.dialled == []


def test_the_address_that_was_judged_is_the_one_dialled(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"here")})
    names, route = Names([PUBLIC], ["127.0.0.1"]), Route(peer.port)
    gate = gate_to(resolve=names, dial=route)
    assert [gate.get("http://rebind.example/").text for _ in range(2)] == ["here", "here"]
    assert names.asked == ["rebind.example"]
    assert route.dialled == [PUBLIC]


def test_a_name_is_judged_anew_for_each_connection(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"here", "Connection: close")})
    names, route = Names([PUBLIC], ["127.0.0.1"]), Route(peer.port)
    gate = gate_to(resolve=names, dial=route)
    assert gate.get("http://rebind.example/").text == "here"
    for _ in range(3):
        with pytest.raises(Blocked):
            gate.get("http://rebind.example/")
    assert route.dialled == [PUBLIC]
    assert len(peer.requests) == 1


def test_a_name_is_judged_anew_after_a_redirect(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"", "Location: http://rebind.example/", "Connection: close", status="302 Found")})
    names, route = Names([PUBLIC], ["127.0.0.1"]), Route(peer.port)
    with pytest.raises(Blocked):
        gate_to(resolve=names, dial=route).get("http://rebind.example/")
    assert len(peer.requests) == 1


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:7f00:1]", "127.0.0.1"])
def test_a_spelled_address_is_never_given_to_the_resolver(gate_to, host: str) -> None:
    names = Names([PUBLIC])
    with pytest.raises(Blocked):
        gate_to(resolve=names).get(f"http://{host}/")
    assert names.asked == []


def test_a_host_opened_by_the_operator_may_resolve_to_anything(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"intranet")})
    gate = gate_to(allowed_private_hosts=[f"intranet:{peer.port}"], resolve=Names(["127.0.0.1"]))
    assert gate.get(f"http://intranet:{peer.port}/").text == "intranet"


def test_the_next_address_is_tried_when_the_first_does_not_answer(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"here")})
    dialled = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append(address)
        if len(dialled) < 3:
            raise OSError("no route")
        return system_dial("127.0.0.1", peer.port, seconds)

    addresses = [f"2606:4700::{n}" for n in range(1, 10)]
    assert gate_to(resolve=Names(addresses), dial=dial).get("http://many.example/").text == "here"
    assert dialled == addresses[:3]


def test_no_more_than_four_addresses_are_tried(gate_to) -> None:
    dialled = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append(address)
        raise OSError("no route")

    with pytest.raises(Unreachable, match="the server could not be reached"):
        gate_to(resolve=Names([f"2606:4700::{n}" for n in range(1, 10)]), dial=dial).get("http://many.example/")
    assert len(dialled) == 4


def test_a_name_server_that_hangs_costs_only_the_time_allowed(gate_to) -> None:
    hang = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        hang.wait(30)
        return [PUBLIC]

    try:
        with pytest.raises(TooSlow, match="could not be looked up in time"):
            gate_to(resolve=resolve, deadline=0.2).get("http://slow.example/")
    finally:
        hang.set()


def test_a_connection_that_hangs_costs_only_the_time_allowed(gate_to) -> None:
    def dial(address: str, port: int, seconds: float) -> socket.socket:
        raise TimeoutError("timed out")

    with pytest.raises(TooSlow, match="no complete answer within 3 seconds"):
        gate_to(resolve=Names([PUBLIC]), dial=dial, deadline=3).get("http://slow.example/")


def test_the_system_resolves_a_spelling_to_what_it_spells() -> None:
    assert system_resolve("127.1", 80) == ["127.0.0.1"]


def test_a_long_name_is_told(gate_to) -> None:
    with pytest.raises(NameNotFound):
        gate_to().get(f"http://{'a.' * 126}a/")
