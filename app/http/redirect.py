"""Where a redirect leads, and which headers may go there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2

from .errors import NOT_ALLOWED, BadRedirect, Blocked
from .url import LONGEST, Rules, check_target

_STATUSES = frozenset({301, 302, 303, 307, 308})
_HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "if-modified-since",
        "if-none-match",
        "user-agent",
    }
)
_OF_THE_BODY = frozenset({"content-encoding", "content-length", "content-type", "host", "transfer-encoding"})
_CONTROL = re.compile(r"[\\\x00-\x1f\x7f]")


def next_request(answer: httpx2.Response, rules: Rules) -> httpx2.Request | None:
    """The request an answer redirects to, None when it does not. Only GET and HEAD follow.

    On another origin all headers but a few harmless ones are dropped: not only `Authorization`, but whatever a
    platform calls its key. Raises Blocked, BadRedirect.
    """
    request = answer.request
    location = answer.headers.get("location", "").strip()
    if answer.status_code not in _STATUSES or request.method not in ("GET", "HEAD") or not location:
        return None
    url = _join(request.url, location)
    check_target(url, rules)
    return httpx2.Request(request.method, url, headers=_headers_for(url, request), extensions=request.extensions)


def _headers_for(url: httpx2.URL, request: httpx2.Request) -> list[tuple[bytes, bytes]]:
    """The headers of the request that may go on to this address. Raises BadRedirect."""
    headers = _without(request.headers, _OF_THE_BODY)
    harmless = [(name, value) for name, value in headers if _plain(name) in _HARMLESS]
    if len(harmless) < len(headers) and request.url.scheme == "https" and url.scheme == "http":
        raise BadRedirect(
            "the server redirects from https to http, which would give the key away: Vigie did not follow it"
        )
    return headers if url.origin == request.url.origin else harmless


def _without(headers: httpx2.Headers, names: frozenset[str]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers.raw if _plain(name) not in names]


def _plain(name: bytes) -> str:
    return name.decode("latin-1").lower()


def _join(base: httpx2.URL, location: str) -> httpx2.URL:
    if len(location) > LONGEST or _CONTROL.search(location):
        raise Blocked(NOT_ALLOWED)
    try:
        return base.join(location)
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Blocked(NOT_ALLOWED) from error


def bare(answer: httpx2.Response) -> httpx2.Response:
    """The answer without its body, for the history: status, headers and URL."""
    headers = _without(answer.headers, _OF_THE_BODY)
    return httpx2.Response(answer.status_code, headers=headers, content=b"", request=answer.request)


def drain(answer: httpx2.Response, most: int = 64 * 1024) -> None:
    """Reads a small body to its end, so that the connection can be used again, and closes."""
    try:
        for count in _counts(answer):
            if count > most:
                break
    except httpx2.TransportError:
        pass  # nobody needs this body: a failure to read it is no error
    finally:
        answer.close()


def _counts(answer: httpx2.Response) -> Iterator[int]:
    """How many bytes of the body were read so far, after each piece."""
    count = 0
    for piece in answer.iter_raw():
        count += len(piece)
        yield count
