"""What a receiver may answer to any channel that posts, and what is to be made of it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from alerts.base import DeliveryError

GENERAL: list[tuple[int, dict[str, str], set[str]]] = [
    (302, {"location": "/elsewhere"}, {"permanent"}),
    (410, {}, {"permanent", "gone"}),
    (429, {"retry-after": "120"}, {"wait"}),
    (500, {}, set()),
    (503, {"retry-after": "120"}, {"wait"}),
]
"""A status, its headers, and the flags of the error."""


def failure(send: Callable[[Any, Any, Any], None], params: Any, message: Any, wire: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(params, message, wire)
    return caught.value


def flags(error: DeliveryError) -> set[str]:
    return {name for name in ("permanent", "gone", "wait", "ambiguous") if getattr(error, name)}


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def breaks(send: Callable[[Any, Any, Any], None], params: Any, message: Any, wired: Any) -> None:
    """A certificate that is not valid sent nothing; an answer that does not come may have arrived."""
    refused = httpx2.ConnectError("the certificate is not valid")
    refused.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    for raised, expected in ((refused, set()), (httpx2.ReadTimeout("slow"), {"ambiguous"})):

        def handle(request: httpx2.Request, raised: Exception = raised) -> httpx2.Response:
            raise raised

        error = failure(send, params, message, wired(httpx2.MockTransport(handle)))
        assert flags(error) == expected
