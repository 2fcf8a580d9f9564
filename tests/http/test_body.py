from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http import BadAnswer, CutShort, TooLarge
from app.http.body import Inflater

TEXT = b"Bonjour, le monde. " * 500


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP", gzip.compress),
    ("identity, gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("identity", bytes),
    ("", bytes),
]


@pytest.mark.parametrize(("coding", "pack"), CODINGS)
def test_a_body_is_uncompressed(serve, gate_to, ok, coding: str, pack: Callable[[bytes], bytes]) -> None:
    peer = serve({"/": ok(pack(TEXT), f"Content-Encoding: {coding}")})
    assert gate_to(peer).get(peer.url).content == TEXT


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "deflate, gzip", "gzip, identity, gzip", "gzip, br", "x" * 50]
)
def test_a_coding_that_was_not_asked_for_is_refused(serve, gate_to, ok, coding: str) -> None:
    peer = serve({"/": ok(gzip.compress(gzip.compress(TEXT)), f"Content-Encoding: {coding}")})
    with pytest.raises(BadAnswer, match="compressed its answer"):
        gate_to(peer).get(peer.url)


def test_codings_in_two_headers_count_together(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(gzip.compress(TEXT), "Content-Encoding: gzip", "Content-Encoding: gzip")})
    with pytest.raises(BadAnswer, match="several times over"):
        gate_to(peer).get(peer.url)


@pytest.mark.parametrize(("coding", "pack"), CODINGS[:6])
@pytest.mark.parametrize("lost", [1, 9, 30])
def test_compressed_data_that_end_too_early_are_told(serve, gate_to, ok, coding: str, pack, lost: int) -> None:
    peer = serve({"/": ok(pack(TEXT)[:-lost], f"Content-Encoding: {coding}")})
    with pytest.raises(CutShort, match="cut short"):
        gate_to(peer).get(peer.url)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compressed_nothing_is_nothing(serve, gate_to, ok, coding: str) -> None:
    peer = serve({"/": ok(b"", f"Content-Encoding: {coding}")})
    assert gate_to(peer).get(peer.url).content == b""


def test_what_is_not_of_its_coding_is_told(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"plain text after all", "Content-Encoding: gzip")})
    with pytest.raises(BadAnswer, match="could not be uncompressed"):
        gate_to(peer).get(peer.url)


def test_members_of_gzip_are_joined_and_padding_is_left_out() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two") + b"\0" * 100
    inflater = Inflater("gzip")
    assert b"".join(inflater.feed(packed)) == b"onetwo"
    inflater.finish()


@given(st.binary(max_size=3000), st.sampled_from([gzip.compress, zlib.compress, raw_deflate]), st.integers(1, 50))
def test_where_the_network_cuts_its_pieces_makes_no_difference(data: bytes, pack, size: int) -> None:
    packed = pack(data)
    inflater = Inflater("gzip" if pack is gzip.compress else "deflate")
    pieces = [piece for at in range(0, len(packed), size) for piece in inflater.feed(packed[at : at + size])]
    inflater.finish()
    assert b"".join(pieces) == data


@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate"]))
def test_noise_gives_bytes_or_an_error_of_the_gate(noise: bytes, coding: str) -> None:
    inflater = Inflater(coding)
    with suppress(BadAnswer, CutShort):
        assert all(len(piece) <= 256 * 1024 for piece in inflater.feed(noise))
        inflater.finish()


def test_a_bomb_comes_out_in_small_pieces() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    sizes = [len(piece) for piece in Inflater("gzip").feed(bomb)]
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 256 * 1024


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_a_bomb_is_stopped_at_the_limit(serve, gate_to, ok, pack) -> None:
    coding = "gzip" if pack is gzip.compress else "deflate"
    peer = serve({"/": ok(pack(b"\0" * 50_000_000), f"Content-Encoding: {coding}")})
    with pytest.raises(TooLarge, match="no more than 8 MB are read"):
        gate_to(peer).get(peer.url)


def endless(start: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def send(conn: socket.socket) -> None:
        conn.sendall(start)
        while True:
            conn.sendall(piece)

    return send


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 65536),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 10000),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"", mtime=0)),
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n" * 1000),
        (b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000),
    ],
)
def test_what_never_ends_is_stopped(serve, gate_to, start: bytes, piece: bytes) -> None:
    peer = serve({"/": endless(start, piece)})
    with pytest.raises(TooLarge, match="too large"):
        gate_to(peer, limit=300_000).get(peer.url)


def test_a_length_above_the_limit_is_refused_before_a_byte_is_read(serve, gate_to) -> None:
    peer = serve({"/": b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"})
    with pytest.raises(TooLarge, match="no more than 8 MB"):
        gate_to(peer).get(peer.url)


def test_a_request_may_set_its_own_limit(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"a" * 2048)})
    gate = gate_to(peer, limit=100)
    assert len(gate.get(peer.url, extensions={"limit": 2048}).content) == 2048
    with pytest.raises(TooLarge, match="no more than 1 kB are read"):
        gate.get(peer.url, extensions={"limit": 1024})


@pytest.mark.parametrize(
    "given",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nff\r\nhello",
    ],
)
def test_a_body_shorter_than_announced_is_told(serve, gate_to, given: bytes) -> None:
    peer = serve({"/": lambda conn: conn.sendall(given)})
    with pytest.raises(CutShort, match="cut short"):
        gate_to(peer).get(peer.url)


def test_a_body_longer_than_announced_ends_where_it_was_announced(serve, gate_to) -> None:
    peer = serve({"/": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello, world"})
    assert gate_to(peer).get(peer.url).text == "hello"


def test_the_gate_works_on_after_every_kind_of_failure(serve, gate_to, ok) -> None:
    peer = serve(
        {
            "/cut": ok(gzip.compress(TEXT)[:-9], "Content-Encoding: gzip"),
            "/br": ok(TEXT, "Content-Encoding: br"),
            "/bomb": ok(gzip.compress(b"\0" * 5_000_000), "Content-Encoding: gzip"),
            "/bad": b"nonsense\r\n\r\n",
            "/good": ok(b"here"),
        }
    )
    gate = gate_to(peer, limit=1_000_000, per_host=1)
    for path, error in (("cut", CutShort), ("br", BadAnswer), ("bomb", TooLarge), ("bad", BadAnswer)) * 2:
        with pytest.raises(error):
            gate.get(f"{peer.url}/{path}")
        assert gate.get(f"{peer.url}/good").text == "here"
