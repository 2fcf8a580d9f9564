from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx2
import pytest

from app.http import BadAnswer, BadRequest, Blocked, CutShort, Gate, GateError, NameNotFound, Unreachable, allowing


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_it_is_a_plain_client_for_those_who_use_it(serve, gate_to, ok) -> None:
    peer = serve({"/feed": ok(b'{"a": 1}', "Content-Type: application/json", 'ETag: "x"')})
    gate = gate_to(peer, user_agent="Vigie (contact@example.org)")
    assert isinstance(gate, httpx2.Client)
    got = gate.get(f"{peer.url}/feed", params={"q": "é"}, headers={"X-Api-Key": "k"})
    assert (got.status_code, got.json(), got.headers["etag"]) == (200, {"a": 1}, '"x"')
    assert "GET /feed?q=%C3%A9 HTTP/1.1" in peer.requests[0]
    assert peer.heads("user-agent") == ["vigie (contact@example.org)"]
    assert peer.heads("x-api-key") == ["k"]


def test_only_gzip_and_deflate_are_advertised_whatever_the_caller_says(serve, gate_to, ok) -> None:
    peer = serve({"/": ok()})
    gate_to(peer).get(peer.url, headers={"Accept-Encoding": "br, zstd"})
    assert peer.heads("accept-encoding") == ["gzip, deflate"]


def test_a_connection_is_kept_for_the_next_request(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"hello")})
    gate = gate_to(peer)
    assert [gate.get(peer.url).text for _ in range(3)] == ["hello"] * 3
    assert peer.connections == 1


def test_a_body_may_be_streamed(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"a" * 100_000)})
    gate = gate_to(peer)
    with gate.stream("GET", peer.url) as answer:
        assert sum(len(piece) for piece in answer.iter_bytes()) == 100_000
    assert gate.get(peer.url).status_code == 200
    assert peer.connections == 1


def test_a_post_is_sent_with_its_body(serve, gate_to, ok) -> None:
    peer = serve({"/hook": ok(b"ok", "Connection: close")})
    assert gate_to(peer).post(f"{peer.url}/hook", json={"a": "é"}).text == "ok"
    assert peer.requests[0].startswith("POST /hook")


@pytest.mark.parametrize("status", ["304 Not Modified", "204 No Content"])
def test_an_answer_without_a_body_may_name_a_coding(serve, gate_to, status: str) -> None:
    peer = serve({"/": f"HTTP/1.1 {status}\r\nContent-Encoding: br\r\n\r\n".encode()})
    assert gate_to(peer).get(peer.url).content == b""


def test_the_head_of_a_large_thing_may_be_asked(serve, gate_to) -> None:
    peer = serve({"/": b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\nContent-Encoding: gzip\r\n\r\n"})
    assert gate_to(peer).head(peer.url).headers["content-length"] == "999999999"


def test_cookies_are_never_kept(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"", "Set-Cookie: session=1; Path=/"), "/next": ok()})
    gate = gate_to(peer)
    assert gate.get(peer.url).cookies["session"] == "1"
    gate.get(f"{peer.url}/next")
    assert peer.heads("cookie") == [None, None]
    assert not gate.cookies


def test_cookies_are_not_kept_between_the_hops_of_a_redirect(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"", "Set-Cookie: a=1", "Location: /next", status="302 Found"), "/next": ok()})
    gate_to(peer).get(peer.url)
    assert peer.heads("cookie") == [None, None]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_not_used(serve, gate_to, ok, monkeypatch, variable: str) -> None:
    proxy, peer = serve({}), serve({"/": ok(b"direct")})
    monkeypatch.setenv(variable, proxy.url)
    assert gate_to(peer).get(peer.url).text == "direct"
    assert proxy.connections == 0


def test_the_proxy_of_the_operator_is_used_and_is_no_way_into_private_networks(serve, gate_to, ok) -> None:
    proxy = serve({"http://example.com/feed": ok(b"by proxy")})
    gate = gate_to(proxy=proxy.url)
    assert gate.get("http://example.com/feed").text == "by proxy"
    for url in ("http://127.0.0.1/", "http://0x7f.1/", f"http://127.0.0.1:{proxy.port}/"):
        with pytest.raises(Blocked):
            gate.get(url)
    assert len(proxy.requests) == 1


def test_a_proxy_that_refuses_is_told(serve, gate_to) -> None:
    proxy = serve({"example.com:443": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"})
    with pytest.raises(Unreachable, match="the proxy refused the connection"):
        gate_to(proxy=proxy.url).get("https://example.com/")


def test_open_and_closed_private_ports_get_the_same_sentence(serve, ok, closed_port: int) -> None:
    peer = serve({"/": ok(b"secret")})
    with Gate(ports=[peer.port, closed_port]) as gate:
        told = []
        for url in (f"http://127.0.0.1:{peer.port}/", f"http://127.0.0.1:{closed_port}/", "http://localhost/"):
            with pytest.raises(Blocked) as refused:
                gate.get(url)
            told.append((type(refused.value), str(refused.value)))
    assert set(told) == {(Blocked, "this address is not allowed")}
    assert peer.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:80\\@example.com/",
        "http://user:password@example.com/",
        "http://[::1",
        "http://example.com/\n",
        "file:///etc/passwd",
        "/relative",
    ],
)
def test_a_url_is_judged_before_anything_is_sent(gate_to, url: str) -> None:
    with pytest.raises(Blocked, match="this address is not allowed"):
        gate_to().get(url)


def test_a_request_built_elsewhere_is_judged_too(gate_to) -> None:
    for url in ("http://user:password@8.8.8.8/", "http://10.0.0.1/", "https://8.8.8.8:22/"):
        with pytest.raises(Blocked):
            gate_to().send(httpx2.Request("GET", url))


def garbage() -> Iterator[bytes]:
    yield b"SSH-2.0-OpenSSH_9.6\r\n\r\n"
    yield b"\x00\x01\x02\r\n\r\n"
    yield b"HTTP/1.1 abc\r\n\r\n"
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"
    yield b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"
    yield b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"
    yield b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n"


@pytest.mark.parametrize("given", list(garbage()))
def test_what_is_no_http_is_told_as_such(serve, gate_to, given: bytes) -> None:
    peer = serve({"/": lambda conn: conn.sendall(given)})
    with pytest.raises(BadAnswer, match="valid HTTP"):
        gate_to(peer).get(peer.url)


@pytest.mark.parametrize("given", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_a_server_that_hangs_up_is_told(serve, gate_to, given: bytes) -> None:
    peer = serve({"/": lambda conn: conn.sendall(given)})
    with pytest.raises(CutShort, match="the answer was cut short"):
        gate_to(peer).get(peer.url)


def test_a_refused_connection_is_told_with_its_cause(gate_to, closed_port: int) -> None:
    gate = gate_to(allowed_private_hosts=[f"127.0.0.1:{closed_port}"])
    with pytest.raises(Unreachable, match="the server refused the connection") as refused:
        gate.get(f"http://127.0.0.1:{closed_port}/")
    assert isinstance(refused.value.__cause__, ConnectionRefusedError)
    assert isinstance(refused.value, httpx2.ConnectError)


def no_such_name(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("resolve", [no_such_name, lambda host, port: [], lambda host, port: "é".encode("ascii")])
def test_an_unknown_name_is_told(gate_to, resolve) -> None:
    with pytest.raises(NameNotFound, match="the name of the host was not found"):
        gate_to(resolve=resolve).get("http://nowhere.example/")


def test_a_name_that_no_resolver_could_hold_is_told(gate_to) -> None:
    for host in ("a" * 64 + ".example", "a..example"):
        with pytest.raises(NameNotFound):
            gate_to().get(f"http://{host}/")


@pytest.mark.parametrize("key", ["clé", "line\nbreak"])
def test_a_key_that_cannot_be_sent_is_told_without_showing_it(serve, gate_to, key: str) -> None:
    peer = serve({})
    with pytest.raises(BadRequest) as refused:
        gate_to(peer).get(peer.url, headers={"Authorization": key})
    assert key not in str(refused.value)


def test_every_error_is_a_transport_error_and_carries_its_request(serve, gate_to) -> None:
    peer = serve({"/": b"nonsense\r\n\r\n"})
    with pytest.raises(httpx2.TransportError) as failed:
        gate_to(peer).get(peer.url)
    assert isinstance(failed.value, GateError)
    assert failed.value.request.url == peer.url


def test_allowing_names_only_what_is_given() -> None:
    assert allowing() == {}
    assert allowing(limit=5) == {"limit": 5}
    assert allowing(limit=5, deadline=2.5) == {"limit": 5, "deadline": 2.5}


def test_another_kind_of_proxy_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="http://host:port"):
        Gate(proxy="https://proxy.example:3128")
