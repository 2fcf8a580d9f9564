"""Turns the bytes of an answer into mentions, or into the reason why there are none, in a process of its own."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from collectors._kit.items import Item, identify, newest
from collectors.base import Broken, RawMention
from ground import charsets
from ground.links import clean_link, feed_links

from .bridges import split_errors
from .entities import mend
from .jsonfeed import is_json_feed, items_of, read_json
from .xmlfeed import OF_RSS, own_links_first, read_xml

MOST_ITEMS = 10_000

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, which its first two bytes look like
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
CHARSET = re.compile(r"charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
ENCODING = re.compile(rb"^\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,4}=\s{0,4}[\"']([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ROOT = re.compile(r"<([A-Za-z][\w.:-]{0,60})")
ITEM_END = re.compile(r"</(?:[\w.-]{1,30}:)?(?:item|entry)\s*>", re.IGNORECASE)
ITEM_START = re.compile(r"<(?:[\w.-]{1,30}:)?(?:item|entry)[\s>]", re.IGNORECASE)
EMPTY_ROOTS = ("rss", "feed", "rdf:rdf", "channel")
CLOSED_BY = {"rss": "</channel></rss>", "feed": "</feed>", "rdf:rdf": "</rdf:RDF>"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. `pause` is the pause that it asks for, in seconds; `left_out` counts the items over the cap.

    `next` is the address of its older items, where it gives one. `trouble` is what the service that makes the feed says
    of its own failure, "" when it reports none.
    """

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...] = ()
    pause: int | None = None
    flaw: Literal["", "truncated", "malformed"] = ""
    left_out: int = 0
    next: str | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class NoFeed:
    """No feed: a web page, with the feeds that it links to, or a document that cannot be read as a feed."""

    what: Literal["empty", "page", "json", "broken json", "truncated", "unknown"]
    feeds: tuple[str, ...] = ()


def read_feed(data: bytes, content_type: str, address: str) -> Feed | NoFeed:
    """Reads the bytes that the address of a feed returned. Never raises, whatever they hold."""
    text = decode(data, content_type)
    if not text:
        return NoFeed("empty")
    if text[0] in '{["' or ("json" in content_type.lower() and text[0] != "<"):
        return _from_json(text, address)
    if _is_page(text):
        return NoFeed("page", feed_links(text, address))
    return _from_xml(text, address)


def decode(data: bytes, content_type: str) -> str:
    """The text of a document in its most likely charset, without control characters and surrounding space.

    A byte order mark decides. Without one, what is UTF-8 but for a few bytes counts as UTF-8, whatever the labels say;
    then come the label of HTTP, that of XML, and Windows-1252, which is what a wrong "UTF-8" usually turns out to be.
    """
    return CONTROLS.sub("", _characters(data, content_type).lstrip("\ufeff")).strip()


def _characters(data: bytes, content_type: str) -> str:
    for mark, name in BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    over_http, in_xml = CHARSET.search(content_type), ENCODING.match(data)
    labels = (over_http[1] if over_http else "", in_xml[1].decode("ascii") if in_xml else "")
    return charsets.decode(data, labels)


def _is_page(text: str) -> bool:
    opening = re.sub(r"<\?[^>]{0,300}>|<!--.{0,2000}?-->", "", text[:4096], flags=re.DOTALL).lstrip().lower()
    return opening.startswith(("<!doctype html", "<html", "<head", "<body"))


def _from_json(text: str, address: str) -> Feed | NoFeed:
    try:
        document = read_json(text)
    except ValueError:
        return NoFeed("broken json")
    if not is_json_feed(document) or not isinstance(document, dict):
        return NoFeed("json")
    items, broken = items_of(document, address)
    older = document.get("next_url")
    further = clean_link(older, address) if isinstance(older, str) else None
    return _feed(items, broken, address, older=further)


def _from_xml(text: str, address: str) -> Feed | NoFeed:
    whole, cut = _complete(text)
    if not whole:
        return NoFeed("truncated")
    whole = own_links_first(whole) if _root(whole) in OF_RSS else whole
    try:
        document = read_xml(whole, address)
        if not document.well_formed and (mended := read_xml(mend(whole), address)).well_formed:
            document = mended
    except Exception:  # feedparser raises anything on hostile input: then this is no feed
        return NoFeed("unknown")
    if not document.dialect and not document.items and _root(whole) not in EMPTY_ROOTS:
        return NoFeed("unknown")
    flaw: Literal["", "truncated", "malformed"] = "truncated" if cut else "" if document.well_formed else "malformed"
    return _feed(document.items, document.broken, address, document.pause, flaw, document.next)


def _complete(text: str) -> tuple[str, bool]:
    """The document up to its last complete item, with its root closed again, and whether anything was cut off.

    Empty when the document breaks off inside its first item.
    """
    root = _root(text)
    if not root or re.search(rf"</{re.escape(root)}\s*>", text[-100_000:], re.IGNORECASE):
        return text, False
    last = max((end.end() for end in ITEM_END.finditer(text)), default=0)
    if not last:
        return ("", True) if ITEM_START.search(text) and not text.endswith("/>") else (text, False)
    return text[:last] + CLOSED_BY.get(root, ""), True


def _root(text: str) -> str:
    """The name of the first element, in lower case; comments before it are skipped."""
    at = 0
    while (start := text.find("<!--", at)) >= 0 and not ROOT.search(text, at, start):
        end = text.find("-->", start)
        if end < 0:
            break
        at = end + 3
    root = ROOT.search(text, at)
    return root[1].lower() if root else ""


def _feed(
    items: list[Item],
    broken: list[Broken],
    address: str,
    pause: int | None = None,
    flaw: Literal["", "truncated", "malformed"] = "",
    older: str | None = None,
) -> Feed:
    mentions, trouble = split_errors(identify(items), address)
    latest = newest(mentions, MOST_ITEMS)
    left_out = len(mentions) - len(latest)
    return Feed(latest, tuple(broken[:MOST_ITEMS]), pause, flaw, left_out=left_out, next=older, trouble=trouble)
