"""The App Store's feed of reviews, in both its forms: JSON that wraps every value, and Atom."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

ATOM, ITUNES = "{http://www.w3.org/2005/Atom}", "{http://itunes.apple.com/rss}"
NAMES = {
    f"{ATOM}id": "id",
    f"{ATOM}title": "title",
    f"{ATOM}updated": "updated",
    f"{ITUNES}rating": "im:rating",
    f"{ITUNES}version": "im:version",
    f"{ITUNES}voteSum": "im:voteSum",
}
MOST_ENTRIES = 1_000
Entry = dict[str, Any]


def of_json(body: Any) -> list[Entry] | None:
    """The reviews as `{"id", "title", "content", "author", "updated", "im:rating", …}`; None for any other JSON.

    A single review comes as an object instead of a list. The app itself, which has no rating, may come first.
    """
    feed = body.get("feed") if isinstance(body, dict) else None
    if not isinstance(feed, dict):
        return None
    entries = feed.get("entry", [])
    listed = entries if isinstance(entries, list) else [entries]
    flat = [_flat(entry) if isinstance(entry, dict) else {"": entry} for entry in listed[:MOST_ENTRIES]]
    return [entry for entry in flat if "im:rating" in entry or "im:name" not in entry]


def of_xml(body: bytes) -> list[Entry] | None:
    """The same from Atom; None when it cannot be read. Hostile XML: call this in a process that can be killed."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    if root.tag != f"{ATOM}feed":
        return None
    entries = [_of_element(entry) for entry in root.findall(f"{ATOM}entry")[:MOST_ENTRIES]]
    return [entry for entry in entries if "im:rating" in entry]


def _flat(entry: Entry) -> Entry:
    author = entry.get("author")
    author = author if isinstance(author, dict) else {}
    names = [name for name in (*NAMES.values(), "content", "im:name") if name in entry]
    wrapped = {**{name: entry[name] for name in names}, "author": author.get("name"), "profile": author.get("uri")}
    return {name: value.get("label") if isinstance(value, dict) else value for name, value in wrapped.items()}


def _of_element(entry: Element) -> Entry:
    """An entry of the Atom form. Its text comes twice: plain, which is taken, and as HTML."""
    values = {NAMES[part.tag]: part.text for part in entry if part.tag in NAMES}
    plain = next((part for part in entry.findall(f"{ATOM}content") if part.get("type") == "text"), None)
    author = entry.find(f"{ATOM}author")
    names = {"author": f"{ATOM}name", "profile": f"{ATOM}uri"}
    profile = {name: author.findtext(tag) for name, tag in names.items()} if author is not None else {}
    return {**values, **profile, "content": plain.text if plain is not None else None}
