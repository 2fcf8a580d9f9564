"""Errors of the HTTP libraries as sentences for people."""

from __future__ import annotations

import ssl

import httpcore2
import pytest

from app.http.errors import (
    BadAnswer,
    BadCertificate,
    BadRequest,
    CutShort,
    GateError,
    TooLarge,
    TooSlow,
    Unreachable,
    as_gate_error,
)


class HeadersTooLarge(Exception):
    error_status_hint = 431


CASES: list[tuple[Exception, type[GateError], str]] = [
    (httpcore2.ConnectError(ssl.SSLError("old")), BadCertificate, "TLS 1.2 or newer"),
    (httpcore2.ReadError(TimeoutError()), TooSlow, "did not answer in time"),
    (httpcore2.ReadTimeout("slow"), TooSlow, "did not answer in time"),
    (httpcore2.ConnectError(ConnectionRefusedError()), Unreachable, "refused the connection"),
    (httpcore2.ConnectError(OSError("no route")), Unreachable, "could not be reached"),
    (httpcore2.ProxyError("407"), Unreachable, "the proxy refused"),
    (httpcore2.ReadError(OSError("reset")), CutShort, "the connection was lost"),
    (httpcore2.LocalProtocolError("illegal header"), BadRequest, "cannot be sent"),
    (httpcore2.RemoteProtocolError(HeadersTooLarge()), TooLarge, "headers of the answer"),
    (httpcore2.RemoteProtocolError("peer closed connection"), CutShort, "the server closed the connection"),
    (httpcore2.RemoteProtocolError("illegal status line"), BadAnswer, "valid HTTP"),
]


@pytest.mark.parametrize(("error", "kind", "text"), CASES)
def test_each_error_is_one_sentence_of_its_kind(error: Exception, kind: type[GateError], text: str) -> None:
    failure = as_gate_error(error)
    assert type(failure) is kind
    assert text in str(failure)
    assert failure.__cause__ is not None


def test_one_of_ours_passes_through_the_pool_as_it_is() -> None:
    ours = TooSlow("the name of the host could not be looked up in time")
    assert as_gate_error(httpcore2.ConnectError(ours)) is ours
    assert as_gate_error(ours) is ours
