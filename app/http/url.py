"""Decides which URLs may be requested at all, by their text, their scheme, their port, and literal addresses."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import httpx2

from .address import is_public
from .errors import NOT_ALLOWED, Blocked

LONGEST = 2048  # characters in an address that a person, a feed or a redirect gave
_LONGEST_WITH_PARAMS = 16_384  # bytes: percent-encoding makes searches in Arabic or Japanese three times as long
WEB_PORTS = frozenset({80, 443})
ANY_PORT = 0
_DEFAULT = {"http": 80, "https": 443}

_FORBIDDEN = re.compile(r"[\\\s\x00-\x20\x7f-\x9f]")
_USERINFO = re.compile(r"[^/?#]*//[^/?#]*@")
_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,252}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator opened: ports of public hosts, and private hosts, at one port or at ANY_PORT."""

    ports: frozenset[int] = WEB_PORTS
    private: frozenset[tuple[str, int]] = frozenset()

    def open_to(self, host: str, port: int) -> bool:
        """Whether the operator let this host through."""
        return (host, port) in self.private or (host, ANY_PORT) in self.private


OPEN_WEB = Rules()


def rules_for(allowed_private_hosts: Collection[str] = (), ports: Iterable[int] = ()) -> Rules:
    """Reads the operator's lists. A private `host` is open at every port, a `host:port` at that port only.

    Raises ValueError, with a sentence for the operator, on an entry that is neither.
    """
    private: set[tuple[str, int]] = set()
    for entry in allowed_private_hosts:
        host, port = _entry(entry)
        private.add((host, ANY_PORT if port is None else port))
    return Rules(ports=WEB_PORTS | frozenset(ports), private=frozenset(private))


def _entry(entry: str) -> tuple[str, int | None]:
    wrong = f"{entry!r} is neither a host nor a host:port (an IPv6 address is written in brackets)"
    try:
        url = httpx2.URL(f"private://{entry}")  # a scheme without a default port, so that :80 stays visible
    except (httpx2.InvalidURL, UnicodeError):
        raise ValueError(wrong) from None
    if url.port is not None and not 0 < url.port < 65536:
        raise ValueError(wrong)
    if not _is_host(_host(url)) or url.raw_path not in (b"", b"/") or "@" in entry or "#" in entry:
        raise ValueError(wrong)
    return _host(url), url.port


def check_url(url: str, rules: Rules = OPEN_WEB) -> str:
    """The canonical form of an absolute http(s) URL, the one to store. Raises Blocked with a sentence for a form.

    Names are not resolved here: their addresses are judged whenever a connection is made.
    """
    check_text(url)
    parsed = _parse(str(_parse(url)))  # twice: httpx2 drops the default port only after a scheme in lower case
    check_target(parsed, rules)
    return str(parsed)


def host_of(url: str) -> str:
    """The host of a URL, without its port; empty when the URL has none or cannot be read."""
    try:
        return httpx2.URL(url).host
    except httpx2.InvalidURL:
        return ""


def origin_of(url: str) -> str:
    """`scheme://host:port`, with the default port where none is written; empty when the URL cannot be read."""
    try:
        parsed = httpx2.URL(str(httpx2.URL(url)))  # twice, as in check_url
        host = _host(parsed)
    except (httpx2.InvalidURL, UnicodeError):
        return ""
    return f"{parsed.scheme}://{host}:{parsed.port or _DEFAULT.get(parsed.scheme, 0)}" if host else ""


def check_text(url: str) -> None:
    """Refuses what browsers, urllib and httpx2 read in different ways. Raises Blocked."""
    if len(url) > LONGEST:
        raise Blocked(f"{NOT_ALLOWED}: it is longer than {LONGEST} characters")
    if _FORBIDDEN.search(url):
        raise Blocked(f"{NOT_ALLOWED}: it holds a space, a backslash or a control character")
    if _USERINFO.match(url):
        raise Blocked(f"{NOT_ALLOWED}: a user name or password does not belong in it")


def _parse(url: str) -> httpx2.URL:
    try:
        return httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Blocked(f"{NOT_ALLOWED}: it is not well formed") from error


def check_target(url: httpx2.URL, rules: Rules) -> None:
    """Refuses a parsed URL by its form, its scheme, its host or its port. Raises Blocked."""
    if url.scheme not in _DEFAULT:
        raise Blocked(f"{NOT_ALLOWED}: it must start with http:// or https://")
    host = _host(url)
    if not host:
        raise Blocked(f"{NOT_ALLOWED}: it names no host")
    if url.userinfo:
        raise Blocked(f"{NOT_ALLOWED}: a user name or password does not belong in it")
    if not _is_host(host) or b"\\" in url.raw_path:
        raise Blocked(f"{NOT_ALLOWED}: it is not well formed")
    if len(url.raw_path) > _LONGEST_WITH_PARAMS:
        raise Blocked(f"{NOT_ALLOWED}: it is too long")
    if not _may_ask(host, _DEFAULT[url.scheme] if url.port is None else url.port, rules):
        raise Blocked(NOT_ALLOWED)


def _may_ask(host: str, port: int, rules: Rules) -> bool:
    if not 0 < port < 65536:
        return False
    if rules.open_to(host, port):
        return True
    address = literal(host)
    return port in rules.ports and (address is None or is_public(address))


def literal(host: str) -> str | None:
    """The address that `host` spells (dotted, decimal, hexadecimal, octal, IPv6), or None when it is a name."""
    if not (host[0].isdigit() or ":" in host):
        return None
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    return str(entries[0][4][0])


def _host(url: httpx2.URL) -> str:
    return url.raw_host.decode("ascii")


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _NAME.fullmatch(host) is not None
    try:
        return ipaddress.IPv6Address(host).scope_id is None
    except ValueError:
        return False
