"""What can go wrong outside, in sentences for whoever set up the source or the channel."""

from __future__ import annotations

import ssl

import httpcore2
import httpx2

NOT_ALLOWED = "this address is not allowed"
"""All that we say about a refused target, whatever listens there: anything more would make us a port scanner."""


class GateError(httpx2.TransportError):
    """The base of every error of the gate; `str()` is the sentence to show."""


class Blocked(GateError, httpx2.UnsupportedProtocol):
    """The gate does not allow this address. The text starts with `this address is not allowed`."""


class BadRequest(GateError, httpx2.LocalProtocolError):
    """Something that was typed, such as a key or a token, cannot be sent over HTTP."""


class NameNotFound(GateError, httpx2.ConnectError):
    """The host name has no address."""


class Unreachable(GateError, httpx2.ConnectError):
    """Nothing answers there, or a proxy is in the way."""


class BadCertificate(GateError, httpx2.ConnectError):
    """No secure connection: the certificate is not valid, or the server speaks only an old TLS."""


class BadRedirect(GateError, httpx2.TooManyRedirects):
    """Too many redirects, or one that would give a secret away."""


class TooSlow(GateError, httpx2.TimeoutException):
    """The total time for the request is over."""


class Crowded(TooSlow):
    """Too many requests to the same host are waiting for their turn: nothing was sent."""


class TooLarge(GateError):
    """The answer has more bytes, on the wire or once uncompressed, than this request may read."""


class CutShort(GateError, httpx2.RemoteProtocolError):
    """The connection was closed before the answer was complete."""


class BadAnswer(GateError, httpx2.RemoteProtocolError):
    """The answer is not valid HTTP, or is compressed in a way that we did not ask for."""


def as_gate_error(error: Exception) -> GateError:
    """An error of the HTTP libraries as one of ours, with its cause attached.

    The pool of httpcore2 clears `__cause__`, but keeps what it caught as the first argument.
    """
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    if isinstance(cause, GateError):
        return cause
    failure = _from_cause(error, cause) or _from_kind(error) or _from_protocol(cause)
    failure.__cause__ = cause
    return failure


def _from_cause(error: Exception, cause: Exception) -> GateError | None:
    match cause:
        case ssl.SSLCertVerificationError():
            return BadCertificate(f"the certificate of the server is not valid: {cause.verify_message.rstrip('.')}")
        case ssl.SSLError() if isinstance(error, httpcore2.ConnectError):
            return BadCertificate("no secure connection could be made: the server must offer TLS 1.2 or newer")
        case TimeoutError() | httpcore2.TimeoutException():
            return TooSlow("the server did not answer in time")
        case ConnectionRefusedError():
            return Unreachable("the server refused the connection")
    return None


def _from_kind(error: Exception) -> GateError | None:
    match error:
        case httpcore2.ConnectError():
            return Unreachable("the server could not be reached")
        case httpcore2.ProxyError():
            return Unreachable("the proxy refused the connection")
        case httpcore2.NetworkError():
            return CutShort("the answer was cut short: the connection was lost")
        case httpcore2.LocalProtocolError():
            return BadRequest("the key, the token or a header holds characters that cannot be sent")
    return None


def _from_protocol(cause: Exception) -> GateError:
    if getattr(cause, "error_status_hint", None) == 431:  # so h11 says that the headers pass its 100 KB
        return TooLarge("the headers of the answer are too large")
    if any(sign in str(cause) for sign in ("peer closed", "disconnected", "without sending")):
        return CutShort("the answer was cut short: the server closed the connection")
    return BadAnswer("the server did not answer in valid HTTP")
