"""The body of an answer: uncompressed piece by piece, counted, and checked to be complete."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import httpcore2
import httpx2

from .allowance import megabytes
from .errors import BadAnswer, CutShort, TooLarge, as_gate_error

_PIECE = 256 * 1024  # bytes uncompressed at once, at most: a bomb is noticed long before it fills the memory
_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def coding_of(headers: httpx2.Headers) -> str | None:
    """The compression of a body, None when it has none. Raises BadAnswer for one that we did not ask for, or for
    several."""
    names = [coding.strip().lower() for coding in headers.get("content-encoding", "").split(",")]
    codings = [coding for coding in names if coding not in ("", "identity")]
    if len(codings) > 1:
        raise BadAnswer("the server compressed its answer several times over, which is not accepted")
    if codings and codings[0] not in _WINDOW:
        raise BadAnswer("the server compressed its answer in a way that Vigie did not ask for")
    return codings[0] if codings else None


class Inflater:
    """Uncompresses gzip, also of several members; zlib; and the bare deflate that some servers send as `deflate`."""

    def __init__(self, coding: str) -> None:
        self._window = _WINDOW[coding]
        self._zlib = zlib.decompressobj(self._window)
        self._head = b""
        self._began = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The uncompressed pieces, none above 256 KB. Raises BadAnswer on bytes that are not of the coding."""
        if not self._began:
            data = self._head = self._head + data
            if len(data) < 2:
                return
            self._began = True
            if self._window == zlib.MAX_WBITS and not _has_zlib_header(data):
                self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
        yield from self._inflate(data)

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        while True:
            if self._zlib.eof:
                if self._window == zlib.MAX_WBITS or not data.startswith(b"\x1f"):
                    return  # the rest is padding, which some servers send
                self._zlib = zlib.decompressobj(self._window)
            try:
                piece = self._zlib.decompress(data, _PIECE)
            except zlib.error as error:
                raise BadAnswer("the compressed answer could not be uncompressed") from error
            yield piece
            data = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
            if not data and len(piece) < _PIECE:
                return

    def finish(self) -> None:
        """Raises CutShort when data came but their end did not."""
        if self._head and not self._zlib.eof:
            raise CutShort("the answer was cut short: the compressed data ends too early")


def _has_zlib_header(data: bytes) -> bool:
    """RFC 1950: method 8 in the low four bits, and both bytes together a multiple of 31."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0


class Body(httpx2.SyncByteStream):
    """The uncompressed body. `release` is called once, when the body is closed."""

    def __init__(
        self, answer: httpcore2.Response, inflater: Inflater | None, limit: int, release: Callable[[], None]
    ) -> None:
        self._answer = answer
        self._inflater = inflater
        self._limit = limit
        self._release = release
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        """Raises GateError, of which TooLarge when more than `limit` bytes come out."""
        count = 0
        for piece in self._pieces():
            count += len(piece)
            if count > self._limit:
                raise TooLarge(too_large(self._limit))
            yield piece

    def _pieces(self) -> Iterator[bytes]:
        try:
            for wire in self._answer.iter_stream():
                if self._inflater is None:
                    yield wire
                else:
                    yield from self._inflater.feed(wire)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            failure = as_gate_error(error)
            raise failure from failure.__cause__
        if self._inflater is not None:
            self._inflater.finish()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            self._answer.close()
        finally:
            self._release()


def too_large(limit: int) -> str:
    return f"the answer is too large: no more than {megabytes(limit)} are read"
