"""A WebSocket by the same judged connections as every request: opened, read with bounds, closed."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Mapping

import httpx2
from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedOK,
    InvalidHandshake,
    InvalidStatus,
    PayloadTooBig,
    TooManyFragments,
)
from websockets.sync.client import ClientConnection, connect

from .allowance import Allowance
from .dial import Backend
from .errors import (
    NOT_ALLOWED,
    BadAnswer,
    BadCertificate,
    Blocked,
    CutShort,
    GateError,
    TooLarge,
    TooSlow,
    Unreachable,
)

LARGEST = 1024 * 1024
"""Bytes of one message."""
PING = 20.0
"""Seconds between two questions whether the peer is still there, and for its answer."""
QUIET = 600.0
"""Seconds without any message after which a line is held to be dead, although it answers our pings."""
WAITING = (256, 64)
"""Frames that wait to be taken: at the first number reading stops, at the second it goes on."""
_CLOSE = 1.0
_SCHEMES = {"ws": "http", "wss": "https"}

# Its lines at INFO and below hold whole addresses and headers, and so the keys in them.
logging.getLogger("websockets.client").setLevel(logging.WARNING)


def as_http(url: str) -> httpx2.URL:
    """The address as http(s), which is what it is judged as. Raises Blocked."""
    try:
        parsed = httpx2.URL(url)
        return parsed.copy_with(scheme=_SCHEMES[parsed.scheme])
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Blocked(f"{NOT_ALLOWED}: it is not well formed") from error
    except KeyError:
        raise Blocked(f"{NOT_ALLOWED}: it must start with ws:// or wss://") from None


class Sockets:
    """Opens lines over sockets that were dialled by the gate."""

    def __init__(self, backend: Backend, context: ssl.SSLContext, user_agent: str) -> None:
        self._backend = backend
        self._context = context
        self._user_agent = user_agent

    def open(self, url: str, target: httpx2.URL, headers: Mapping[str, str], whole: Allowance) -> Line:
        """Raises GateError; httpx2.HTTPStatusError when the server answers and refuses."""
        host, secure = target.raw_host.decode("ascii"), target.scheme == "https"
        try:
            sock = self._backend.judged_socket(host, target.port or (443 if secure else 80), whole)
            return Line(self._shake_hands(url, sock, host, secure, headers, whole))
        except InvalidStatus as error:
            raise _refused(error, url) from error
        except (OSError, InvalidHandshake, ValueError, EOFError) as error:
            raise _told(error, whole) from error

    def _shake_hands(
        self, url: str, sock: socket.socket, host: str, secure: bool, headers: Mapping[str, str], whole: Allowance
    ) -> ClientConnection:
        """No redirect is followed: the library refuses to with a socket that it was given."""
        return connect(
            url,
            sock=sock,
            ssl=self._context if secure else None,
            server_hostname=host if secure else None,
            compression=None,  # it costs the server most where it serves many, and saves us little
            additional_headers=dict(headers),
            user_agent_header=self._user_agent,
            proxy=None,
            open_timeout=whole.left(),
            ping_interval=PING,
            ping_timeout=PING,
            close_timeout=_CLOSE,
            max_size=LARGEST,
            max_queue=WAITING,
            legacy=True,
        )


class Line:
    """An open WebSocket that is only read."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._heard = time.monotonic()

    def receive(self, seconds: float) -> bytes | None:
        """The next message, text as UTF-8; None when none came within `seconds`. Raises GateError when it ended."""
        try:
            message = self._connection.recv(seconds, decode=False)
        except TimeoutError:
            if time.monotonic() - self._heard > QUIET:
                raise TooSlow(f"the server sent nothing for {QUIET:g} seconds") from None
            return None
        except ConnectionClosed as error:
            raise _ended(error) from error
        self._heard = time.monotonic()
        return bytes(message)

    def close(self) -> None:
        """Says goodbye, for a second at most."""
        self._connection.close()


def _ended(error: ConnectionClosed) -> GateError:
    cause = error.__cause__
    if isinstance(cause, PayloadTooBig | TooManyFragments) or (error.sent and error.sent.code == 1009):
        return TooLarge(f"a message of the stream is too large: no more than {LARGEST // 2**20} MB are read")
    if isinstance(cause, TimeoutError) or (error.sent and "keepalive" in error.sent.reason):
        return TooSlow("the server does not answer any more")
    if isinstance(error, ConnectionClosedOK):
        return CutShort("the server ended the stream")
    if error.sent and not error.rcvd and error.sent.code != 1006:
        return BadAnswer("the server does not send a valid WebSocket stream")
    return CutShort("the stream was cut short: the connection was lost")


def _refused(error: InvalidStatus, url: str) -> httpx2.HTTPStatusError:
    """The refusal as an answer to a request, so that it is read as any other."""
    told = error.response
    request = httpx2.Request("GET", as_http(url))
    headers = [(name, value) for name, value in told.headers.raw_items() if name.lower() != "content-encoding"]
    answer = httpx2.Response(told.status_code, headers=headers, content=bytes(told.body or b""), request=request)
    return httpx2.HTTPStatusError(f"refused with {told.status_code}", request=request, response=answer)


def _told(error: Exception, whole: Allowance) -> GateError:
    match error:
        case GateError():
            return error
        case ssl.SSLCertVerificationError():
            return BadCertificate(f"the certificate of the server is not valid: {error.verify_message.rstrip('.')}")
        case ssl.SSLError():
            return BadCertificate("no secure connection could be made: the server must offer TLS 1.2 or newer")
        case TimeoutError():
            return whole.too_slow()
        case ConnectionRefusedError():
            return Unreachable("the server refused the connection")
        case InvalidHandshake() if isinstance(error.__cause__, EOFError):
            return CutShort("the answer was cut short: the server closed the connection")
        case OSError():
            return Unreachable("the server could not be reached")
        case ValueError() if "redirect" in str(error):
            return BadAnswer("the server redirects this stream, which is not followed: give its final address")
    return BadAnswer("the server does not speak WebSocket at this address")
