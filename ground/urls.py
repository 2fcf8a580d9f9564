"""Links that may be shown, and the canonical form under which two links are the same page.

The canonical form is a key, not an address to open: it leaves out what does not change the page. Host in lower case and
punycode, no user, no default port, dots and percent-escapes resolved (RFC 3986, 6.2.2), known redirectors replaced by
the address they carry, tracking parameters and session ids removed, the others sorted by name (values of one name keep
their order), no trailing slash but the root's, no fragment unless it is a route of an application (#!/… or #/…). The
scheme stays: http and https may be two sites.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote_plus

import idna

from ground.tracking import names_session, tracks

LINK_LIMIT = 2048
_LINK = re.compile(r"(?i)(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d*))?", re.ASCII)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?|[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")
_PORT = re.compile(r":\d+$")
_MIRRORS = re.compile(r"^(www|m|old|mobile)\.")
_PORTS = {"http": "80", "https": "443"}

_REDIRECTORS = (
    (re.compile(r"(?:www\.|news\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?"), re.compile(r"/(?:news/)?url"), ("url", "q")),
    (re.compile(r"lm?\.(?:facebook|instagram)\.com|l\.(?:messenger|threads)\.(?:com|net)"), re.compile("/.*"), ("u",)),
    (re.compile(r"(?:www\.|m\.)?youtube\.com"), re.compile("/redirect"), ("q",)),
    (re.compile(r"out\.reddit\.com"), re.compile("/.*"), ("url",)),
    (re.compile(r"(?:www\.)?linkedin\.com"), re.compile("/(?:redir/redirect|safety/go)"), ("url",)),
    (re.compile(r"(?:www\.)?bing\.com"), re.compile(r"/news/apiclick\.aspx"), ("url",)),
    (re.compile(r"(?:html\.)?duckduckgo\.com"), re.compile("/l"), ("uddg",)),
    (re.compile(r"t\.umblr\.com"), re.compile("/redirect"), ("z",)),
    (re.compile(r"(?:m\.)?vk\.com"), re.compile(r"/away\.php"), ("to",)),
    (re.compile(r"slack-redir\.net"), re.compile("/link"), ("url",)),
    (re.compile(r"steamcommunity\.com"), re.compile("/linkfilter"), ("url", "u")),
    (re.compile(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com"), re.compile("/.*"), ("url",)),
)
_REDIRECTING = re.compile("|".join(f"(?:{names.pattern})" for names, _, _ in _REDIRECTORS))
_CODERS = frozenset({"news.google.com"})
_AMP = re.compile(r"/(?:amp|c|v)/s/([^/].*)")
_AMP_HOST = re.compile(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?|[a-z0-9-]+\.cdn\.ampproject\.org")


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    host: str
    path: str
    query: str | None
    fragment: str

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{self.host}{self.path or '/'}{query}{fragment}"

    @property
    def name(self) -> str:
        """The host without its port."""
        return _PORT.sub("", self.host)


def link(url: str | None) -> str | None:
    """The address behind a link, safe to show: absolute, http or https, without user, 2,048 characters at most.

    A redirector is replaced by the address it carries; parameters and fragment stay. None for anything else.
    """
    parts = _open(url or "")
    return None if parts is None else _within_limit(parts)


def canonical(url: str | None) -> str:
    """The canonical form of a link, as described above; "" for what is no link. Idempotent."""
    parts = _open(url or "")
    return "" if parts is None else _within_limit(_bare(parts)) or ""


def page_key(url: str | None) -> str:
    """The page that a link leads to: its canonical form without the scheme and `www.`, which change when a site moves
    to https or drops its prefix. "" for what is no link.
    """
    return canonical(url).partition("://")[2].removeprefix("www.")


def is_coded(url: str | None) -> bool:
    """Whether a link names its page by a code that the site makes anew from day to day: Google News."""
    parts = _open(url or "")
    return parts is not None and parts.name in _CODERS and parts.path.startswith(("/rss/", "/articles/", "/read/"))


def host(url: str | None) -> str:
    """The host of a link without port or www., in punycode; "" for what is no link."""
    parts = _open(url or "")
    return "" if parts is None else parts.name.removeprefix("www.")


def _within_limit(parts: _Parts) -> str | None:
    written = str(parts)
    return written if len(written) <= LINK_LIMIT else None


def _read(url: str) -> _Parts | None:
    """Parses by the grammar of RFC 3986 (appendix B), and refuses what different parsers are known to read
    differently."""
    if len(url) > 2 * LINK_LIMIT:
        return None
    url = url.strip(" \t\r\n")
    if _FORBIDDEN.search(url) or not (match := _LINK.fullmatch(url)):
        return None
    scheme, authority, path, query, fragment = match.groups()
    address = None if "\\" in authority else _host(authority.rpartition("@")[2], scheme.lower())
    if address is None:
        return None
    return _Parts(
        scheme.lower(),
        address,
        _without_dots(_escape(path)),
        None if query is None else _escape(query),
        _escape(fragment or ""),
    )


def _host(authority: str, scheme: str) -> str | None:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        return None
    name, port = match.groups()
    if port and not 0 < int(port[:6]) < 65536:
        return None
    host = _ipv6(name) if name.startswith("[") else _domain(name)
    if not host:
        return None
    return host if not port or port == _PORTS[scheme] else f"{host}:{int(port)}"


def _ipv6(name: str) -> str | None:
    try:
        return f"[{ipaddress.IPv6Address(name[1:-1]).compressed}]" if name.endswith("]") and "%" not in name else None
    except ValueError:
        return None


def _domain(name: str) -> str | None:
    name = name.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii").removesuffix(".")
        except idna.IDNAError:
            return None
    return name if _HOST.fullmatch(name) and len(name) <= 253 and ".." not in name else None


def _escape(part: str) -> str:
    """Escapes what a link may not hold as it is, and writes every escape in the one form of RFC 3986."""

    def escape(match: re.Match[str]) -> str:
        if not match[0].startswith("%"):
            return "".join(f"%{byte:02X}" for byte in match[0].encode())
        if match[1] is None:
            return "%25"
        char = chr(int(match[1], 16))
        return char if _UNRESERVED.fullmatch(char) else match[0].upper()

    return _ESCAPE.sub(escape, part)


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


@lru_cache(maxsize=256)
def _open(url: str) -> _Parts | None:
    """The address behind a link. Cached, because each mention needs its link, its key and its host."""
    parts = _read(url)
    while parts is not None and (inner := _inner(parts)) is not None:
        parts = inner  # shorter than the address around it, so this ends
    return parts


def _inner(parts: _Parts) -> _Parts | None:
    """The address that a redirector or an AMP cache carries; None for any other address."""
    if (amp := _AMP.fullmatch(parts.path)) and _AMP_HOST.fullmatch(parts.name):
        return _read(f"https://{amp[1]}" + ("" if parts.query is None else f"?{parts.query}"))
    if not parts.query or not _REDIRECTING.fullmatch(parts.name):
        return None
    for names, paths, parameters in _REDIRECTORS:
        if names.fullmatch(parts.name) and paths.fullmatch(parts.path.rstrip("/") or "/"):
            return _first_link(parts.query, parameters)
    return None


def _first_link(query: str, parameters: tuple[str, ...]) -> _Parts | None:
    values: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        values.setdefault(name, value)
    links = (_read(unquote_plus(values[name])) for name in parameters if name in values)
    return next((each for each in links if each is not None), None)


def _bare(parts: _Parts) -> _Parts:
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return replace(
        parts,
        path=_without_session(parts.path).rstrip("/"),
        query=_without_tracking(parts.query, parts.name),
        fragment=fragment,
    )


def _without_session(path: str) -> str:
    """The path without the parameters of its segments that name the visit (`/list;jsessionid=1F2E`)."""
    if ";" not in path:
        return path
    segments = (segment.split(";") for segment in path.split("/"))
    return "/".join(";".join([name, *(p for p in more if not names_session(p))]) for name, *more in segments)


def _without_tracking(query: str | None, name: str) -> str | None:
    host = _MIRRORS.sub("", name)
    pairs = [(pair.partition("=")[0], pair) for pair in (query or "").split("&") if pair]
    kept = sorted(
        ((key, pair) for key, pair in pairs if not (tracks(key, host) or names_session(pair))),
        key=lambda named: named[0],
    )
    return "&".join(pair for _, pair in kept) or None
