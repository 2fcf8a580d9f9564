"""The secrets that stand in an address, and the address without them, which may be shown: host and parameters stay.

Whoever knows `https://example.org/feed?api_key=k1` may read that feed as its owner does, so such an address is a secret
as a password is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

MASK = "**********"
_QUERY = re.compile(r"([?&;])([^=&;#]*)=([^&;#]*)")
_USERINFO = re.compile(r"(?<=://)[^/?#@]*@")
_PARTS = re.compile(r"token|secret|passw|apikey|signature|credential|session|jwt|bearer")
_WORDS = frozenset({"key", "auth", "sig", "pwd", "pass", "code", "hash", "hmac", "sid", "authkey", "userkey", "rsskey"})
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def names_secret(name: str) -> bool:
    """Whether a parameter of this name carries a secret: `api_key`, `access_token`, `X-Amz-Signature`, `feedKey` …"""
    words = _SEPARATORS.split(_CAMEL.sub("_", name.replace("%5B", "_").replace("%5D", "_")).lower())
    return not _WORDS.isdisjoint(words) or bool(_PARTS.search("".join(words)))


def masked(url: str) -> str:
    """The address with a mask for the value of each parameter that carries a secret, and for a name and a password."""
    return _rewritten(url, lambda _name, _value: MASK)


def masked_whole(url: str) -> str:
    """The scheme and the host of an address whose path is the secret, such as that of an incoming webhook."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{MASK}"


def credentials(url: str) -> dict[str, str]:
    """The values in the address that carry secrets, by the names of their parameters."""
    found: dict[str, str] = {}

    def note(name: str, value: str) -> str:
        found[name] = value
        return value

    _rewritten(url, note)
    return {name: value for name, value in found.items() if value != MASK}


def filled_in(url: str, known: str) -> str:
    """A masked address with the secrets of the known one. What the known one lacks stays masked.

    The caller makes sure that both lead to the same server.
    """
    if url == masked_whole(known):
        return known
    values = credentials(known)
    return _rewritten(url, lambda name, value: values.get(name, value) if value == MASK else value)


def masked_as(url: str, known: str) -> str:
    """The address with a mask for what the known one carries as well; `filled_in` undoes it."""
    values = credentials(known)
    return _rewritten(url, lambda name, value: MASK if values.get(name) == value else value)


def without_secret(text: str, url: str) -> str:
    """A text that may quote the address, with a mask wherever it does: the whole address, or its path alone."""
    parts = urlsplit(url)
    quoted = {url, f"{parts.path}?{parts.query}", parts.path, *credentials(url).values()}
    for secret in sorted((each for each in quoted if len(each) >= 6), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _rewritten(url: str, value_of: Callable[[str, str], str]) -> str:
    """The address, each secret of which `value_of` replaces, given its name; a name and password are called `@`."""

    def parameter(match: re.Match[str]) -> str:
        sign, name, value = match.groups()
        return f"{sign}{name}={value_of(name, value)}" if value and names_secret(name) else match[0]

    bare = _USERINFO.sub(lambda match: value_of("@", match[0][:-1]) + "@", url, count=1)
    return _QUERY.sub(parameter, bare)
