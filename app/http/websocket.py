"""Opens WebSockets, over connections that are judged like those of every request, reads them within bounds, and
closes them."""

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
    InvalidURI,
    PayloadTooBig,
    TooManyFragments,
    WebSocketException,
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
"""Seconds between two pings, and within which the server must answer one."""
QUIET = 600.0
"""After so many seconds without a message we give a stream up, even if the server answers our pings."""
WAITING = (256, 64)
"""Frames that wait for `receive`: reading stops at the first number of them, and goes on at the second."""
NO_STREAM = "the server does not send a valid WebSocket stream"
REDIRECTED = "the server redirects this stream, which is not followed: give its final address"
_CLOSE = 1.0
_SCHEMES = {"ws": "http", "wss": "https"}

# At INFO and below it logs whole addresses and headers, with the keys in them.
logging.getLogger("websockets.client").setLevel(logging.WARNING)


def as_http(url: str) -> httpx2.URL:
    """The address with http or https in place of ws or wss, so that it can be judged. Raises Blocked."""
    try:
        parsed = httpx2.URL(url)
        return parsed.copy_with(scheme=_SCHEMES[parsed.scheme])
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Blocked(f"{NOT_ALLOWED}: it is not well formed") from error
    except KeyError:
        raise Blocked(f"{NOT_ALLOWED}: it must start with ws:// or wss://") from None


class WebSockets:
    """Opens WebSockets over sockets that the gate dialled."""

    def __init__(self, backend: Backend, context: ssl.SSLContext, user_agent: str) -> None:
        self._backend = backend
        self._context = context
        self._user_agent = user_agent

    def open(self, url: str, target: httpx2.URL, headers: Mapping[str, str], allowance: Allowance) -> WebSocket:
        """Opens a WebSocket. Raises GateError; httpx2.HTTPStatusError with the answer when the server refuses."""
        host, secure = target.raw_host.decode("ascii"), target.scheme == "https"
        try:
            sock = self._backend.judged_socket(host, target.port or (443 if secure else 80), allowance)
            return WebSocket(self._shake_hands(url, sock, host, secure, headers, allowance))
        except InvalidStatus as error:
            raise _refusal(error, url) from error
        except (OSError, WebSocketException, ValueError, EOFError) as error:
            raise _failure(error, allowance) from error

    def _shake_hands(
        self, url: str, sock: socket.socket, host: str, secure: bool, headers: Mapping[str, str], allowance: Allowance
    ) -> ClientConnection:
        """Follows no redirect: the library refuses to, with a socket that it was given."""
        return connect(
            url,
            sock=sock,
            ssl=self._context if secure else None,
            server_hostname=host if secure else None,
            compression=None,  # compression costs a server with many clients most, and saves us little
            additional_headers=dict(headers),
            user_agent_header=self._user_agent,
            proxy=None,
            open_timeout=allowance.seconds_left(),
            ping_interval=PING,
            ping_timeout=PING,
            close_timeout=_CLOSE,
            max_size=LARGEST,
            max_queue=WAITING,
            legacy=True,
        )


class WebSocket:
    """An open WebSocket that is only read."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._latest = time.monotonic()

    def receive(self, seconds: float) -> bytes | None:
        """The next message, text as UTF-8; None when none comes within `seconds`. Raises GateError at the end."""
        try:
            message = self._connection.recv(seconds, decode=False)
        except TimeoutError:
            if time.monotonic() - self._latest > QUIET:
                raise TooSlow(f"the server sent nothing for {QUIET:g} seconds") from None
            return None
        except ConnectionClosed as error:
            raise _end(error) from error
        except WebSocketException as error:
            raise BadAnswer(NO_STREAM) from error
        self._latest = time.monotonic()
        return bytes(message)

    def close(self) -> None:
        """Says goodbye, for a second at most."""
        self._connection.close()


def _end(error: ConnectionClosed) -> GateError:
    """Why a stream has ended: who closed it, and with which code of RFC 6455."""
    cause, ours = error.__cause__, error.sent
    if isinstance(cause, PayloadTooBig | TooManyFragments) or (ours and ours.code == 1009):
        return TooLarge(f"a message of the stream is too large: no more than {LARGEST // 2**20} MB are read")
    if isinstance(cause, TimeoutError) or (ours and "keepalive" in ours.reason):
        return TooSlow("the server no longer answers")
    if isinstance(error, ConnectionClosedOK):
        return CutShort("the server ended the stream")
    if ours and not error.rcvd and ours.code != 1006:
        return BadAnswer(NO_STREAM)
    return CutShort("the stream was cut short: the connection was lost")


def _refusal(error: InvalidStatus, url: str) -> httpx2.HTTPStatusError:
    """The refusal to open a WebSocket as an answer of httpx2, which collectors read like any other."""
    refusal = error.response
    request = httpx2.Request("GET", as_http(url))
    headers = [(name, value) for name, value in refusal.headers.raw_items() if name.lower() != "content-encoding"]
    answer = httpx2.Response(refusal.status_code, headers=headers, content=bytes(refusal.body or b""), request=request)
    return httpx2.HTTPStatusError(f"refused with {refusal.status_code}", request=request, response=answer)


def _failure(error: Exception, allowance: Allowance) -> GateError:
    match error:
        case GateError():
            return error
        case ssl.SSLCertVerificationError():
            return BadCertificate(f"the certificate of the server is not valid: {error.verify_message.rstrip('.')}")
        case ssl.SSLError():
            return BadCertificate("no secure connection could be made: the server must offer TLS 1.2 or newer")
        case TimeoutError():
            return allowance.too_slow()
        case ConnectionRefusedError():
            return Unreachable("the server refused the connection")
        case InvalidHandshake() if isinstance(error.__cause__, EOFError):
            return CutShort("the answer was cut short: the server closed the connection")
        case OSError():
            return Unreachable("the server could not be reached")
        case ValueError() if "redirect" in str(error):
            return BadAnswer(REDIRECTED)
        case InvalidURI():  # the redirect leads to an address of another kind
            return BadAnswer(REDIRECTED)
    return BadAnswer("the server does not speak WebSocket at this address")
