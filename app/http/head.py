"""Reads the head of a request strictly: what two readers could take for two different requests is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_END = re.compile(rb"\n\r?\n")
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)")
"""A line that ends with a line feed alone, or a carriage return inside one."""


class StrictProtocol(H11Protocol):
    """Uvicorn's reader, which refuses with 400 the head of a request whose lines do not all end with CR LF.

    h11 reads them, as RFC 9112 section 2.2 allows. A proxy in front may take them for one line, and let a header past.
    """

    def handle_events(self) -> None:
        if self.conn.their_state is h11.IDLE and has_bare_line_end(self.conn.trailing_data[0]):
            self.logger.warning("the lines of a request do not end with CR LF")
            self.send_400_response("Every line of a request ends with CR LF.")
            return
        super().handle_events()


def has_bare_line_end(received: bytes) -> bool:
    """Whether a line of the head, as far as it has arrived, ends otherwise than with CR LF."""
    end = _END.search(received)
    return bool(_BARE.search(received[: end.end()] if end else received))


def has_two_lengths(headers: Mapping[str, str]) -> bool:
    """Whether a request says in two ways where its body ends: one reader would find a second request in it."""
    return "content-length" in headers and "transfer-encoding" in headers
