"""Reads the words of a Bluesky post: its text with links spelt out, the card of a linked page, descriptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from collectors._kit.answers import Part, Text

POST = "app.bsky.feed.post"
LINK = "app.bsky.richtext.facet#link"
MOST_FACETS, MOST_IMAGES = 200, 10


class Ref(Part):
    uri: Text = ""


class Reply(Part):
    parent: Ref = Ref()
    root: Ref = Ref()


class Record(Part):
    """A post as the author's client wrote it. Its date and language are mere claims."""

    text: Text = ""
    createdAt: Any = None  # noqa: N815  # the name on the wire
    langs: Any = None
    reply: Reply | None = None
    facets: Any = None
    embed: Any = None


def text_of(record: Record, view: object = None) -> str:
    """The text with links spelt out, then, each on its own line, the words of its embed.

    `view` is the embed that a search returns. A stream has only the record's own embed.
    """
    parts = [with_links(record.text, record.facets), *words_of_embed(view if isinstance(view, dict) else record.embed)]
    return "\n".join(dict.fromkeys(part for part in parts if part))


def with_links(text: str, facets: object) -> str:
    """The text with each shortened address spelt out, and each other link's address in brackets after its words.

    Facets count in bytes of UTF-8.
    """
    data = text.encode("utf-8", "surrogatepass")
    spans = sorted(_links(facets), reverse=True)
    end = len(data)
    for start, stop, uri in spans:
        if not 0 <= start < stop <= end or _splits(data, start) or _splits(data, stop):
            continue  # a span beyond the text, over another one, or inside a letter is ignored
        label = data[start:stop].decode("utf-8", "replace")
        link = uri if _shortens(label, uri) else f"{label} ({uri})"
        data, end = data[:start] + link.encode("utf-8", "replace") + data[stop:], start
    return data.decode("utf-8", "replace")


def _splits(data: bytes, at: int) -> bool:
    """Whether a cut at this byte would split a letter."""
    return at < len(data) and data[at] & 0xC0 == 0x80


def _shortens(label: str, uri: str) -> bool:
    """Whether the label is the address itself, from which clients cut the https:// and the end."""
    bare = _bare(label).removesuffix("…").rstrip(".")
    return "." in bare and _bare(uri).startswith(bare)


def _bare(link: str) -> str:
    return unquote(link.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www."))


def _links(facets: object) -> Iterable[tuple[int, int, str]]:
    for facet in facets[:MOST_FACETS] if isinstance(facets, list) else ():
        index, features = (facet.get("index"), facet.get("features")) if isinstance(facet, dict) else (None, None)
        if not isinstance(index, dict) or not isinstance(features, list):
            continue
        start, stop = index.get("byteStart"), index.get("byteEnd")
        uri = next((part.get("uri") for part in features if isinstance(part, dict) and part.get("$type") == LINK), None)
        if isinstance(start, int) and isinstance(stop, int) and isinstance(uri, str) and len(uri) <= 2048:
            yield start, stop, uri


def words_of_embed(embed: object) -> Iterable[str]:
    """The words of a card and of the descriptions of images, which a quote nests. A quoted post is its author's."""
    if not isinstance(embed, dict):
        return
    card = embed.get("external")
    if isinstance(card, dict):
        yield from (card[name].strip() for name in ("title", "description") if isinstance(card.get(name), str))
    images = embed.get("images")
    for image in images[:MOST_IMAGES] if isinstance(images, list) else ():
        if isinstance(image, dict) and isinstance(image.get("alt"), str):
            yield image["alt"].strip()
    media = embed.get("media")
    if isinstance(media, dict) and "media" not in media:
        yield from words_of_embed(media)


def language_of(record: Record) -> str | None:
    """The language that the author named, when it is exactly one. It is often wrong."""
    languages = record.langs if isinstance(record.langs, list) else []
    return languages[0] if len(languages) == 1 and isinstance(languages[0], str) else None


def url_of(actor: str, rkey: str) -> str:
    """The page of a post. `actor` is a handle, or the account's id where the handle is no longer valid."""
    return f"https://bsky.app/profile/{actor}/post/{rkey}"
