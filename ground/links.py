"""Cleans and resolves the addresses in what others wrote, and finds the feeds that a web page names."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urljoin, urlsplit, urlunsplit

from ground.tracking import tracks_in_ids

LONGEST_LINK = 2048
PAGE_HEAD = 65_536  # characters of a page in which its feeds are looked for

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")

# No part matches across a "<", and every repetition is bounded, so that the time is linear in the page.
LINK_TAG = re.compile(r"<link\s([^<>]{1,1000})>", re.IGNORECASE)
ATTRIBUTE = re.compile(
    r"""([a-z][a-z-]{0,20})\s{0,4}=\s{0,4}("[^"]{0,900}"|'[^']{0,900}'|[^\s"'>]{1,900})""", re.IGNORECASE
)
DISCOURSE = re.compile(r"""<meta\s{1,4}name=["']?generator["']?\s{1,4}content=["']Discourse""", re.IGNORECASE)
PHPBB = re.compile(r"""\bid=["']phpbb["']|phpbb_alert""", re.IGNORECASE)
OF_COMMENTS = re.compile(r"comment", re.IGNORECASE)
GOOGLE = re.compile(r"(?:www\.)?google(?:\.[a-z]{2,3}){1,2}")
WRAPPED = re.compile(r"[ \xa0]*[\x00-\x1f\x7f-\x9f][\x00-\x20\x7f-\xa0]*")
ESCAPED = str.maketrans({" ": "%20", "\xa0": "%C2%A0"})


def clean_link(link: str, base: str = "") -> str | None:
    """An absolute http(s) address without user name, resolved against `base`; None for anything else, or over 2 KB.

    A space inside it is part of the address and is escaped, as browsers do; a line break around which it was wrapped is
    not.
    """
    try:
        parts = urlsplit(urljoin(base, WRAPPED.sub("", link).strip(" \xa0").translate(ESCAPED)))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if not link.strip() or parts.scheme not in ("http", "https") or not parts.hostname or "%" in parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    whole = urlunsplit((parts.scheme, host + port, parts.path, parts.query, parts.fragment))
    return whole if len(whole) <= LONGEST_LINK else None


def unwrap(link: str) -> str:
    """The target of a Google redirect (`google.com/url?…&url=…`); any other address as it is."""
    parts = urlsplit(link)
    if parts.path != "/url" or not GOOGLE.fullmatch(parts.hostname or ""):
        return link
    query = parse_qs(parts.query, max_num_fields=50)
    target = next((query[name][0] for name in ("url", "q") if name in query), "")
    return clean_link(target) or link


def without_tracking(link: str) -> str:
    """The address without the parameters that only say where a reader came from. Stored ids contain it: see
    `tracking`."""
    address, mark, query = link.partition("?")
    pairs = [(pair.partition("="), pair) for pair in query.split("&") if pair]
    kept = "&".join(pair for (name, equals, _), pair in pairs if not (equals and tracks_in_ids(name)))
    return address + (mark + kept if kept else "")


def feed_links(page: str, address: str) -> tuple[str, ...]:
    """The feeds that the head of a web page names, its comment feeds last; else the usual one of its forum software."""
    head = page[:PAGE_HEAD]
    tags = (dict(_attributes(tag[1])) for tag in LINK_TAG.finditer(head))
    named = [
        tag for tag in tags if tag.get("type", "").lower() in FEED_TYPES and "alternate" in tag.get("rel", "").lower()
    ]
    named.sort(key=lambda tag: bool(OF_COMMENTS.search(tag.get("title", "") + tag.get("href", ""))))
    links = [clean_link(tag.get("href", ""), address) for tag in named] or [_usual(head, address)]
    return tuple(dict.fromkeys(link for link in links if link and link != address))


def _attributes(inside: str) -> list[tuple[str, str]]:
    return [(name.lower(), html.unescape(value.strip("\"'"))) for name, value in ATTRIBUTE.findall(inside)]


def _usual(head: str, address: str) -> str | None:
    if DISCOURSE.search(head):
        return clean_link("/latest.rss", address)
    if PHPBB.search(head):
        return clean_link("app.php/feed", address)
    return None
