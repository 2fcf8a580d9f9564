"""Reads the reviews and comments that a page describes for programs, in JSON-LD (schema.org)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json
from selectolax.lexbor import LexborHTMLParser

KINDS = {
    "Review", "UserReview", "CriticReview", "EmployerReview", "Comment", "Answer", "Question", "DiscussionForumPosting",
    "SocialMediaPosting", "UserComments",
}  # fmt: skip
INSIDE = ("@graph", "review", "reviews", "comment", "itemReviewed", "mainEntity", "itemListElement", "item",
          "acceptedAnswer", "suggestedAnswer", "hasPart", "subjectOf")  # fmt: skip
MOST, DEEPEST = 2_000, 12
FRAME = re.compile(
    r"^\s*(?:/[/*]\s*)?(?:<!--|<!\[CDATA\[)(?:\s*\*/)?|(?:/[/*]\s*)?(?:-->|\]\]>)(?:\s*\*/)?[;\s]*$", re.ASCII
)


@dataclass(frozen=True, slots=True)
class SchemaItem:
    """One review or comment as the page describes it; what the page leaves out is empty."""

    id: str
    url: str
    title: str
    text: str
    author: str
    date: str
    language: str
    rating: str
    scale: str


def schema_items(page: LexborHTMLParser) -> list[SchemaItem]:
    """The reviews and comments that the page describes, in its order."""
    items: list[SchemaItem] = []
    for script in page.css('script[type="application/ld+json"]'):
        try:
            whole = _json(script.text() or "")
        except (ValueError, RecursionError):
            continue
        scale = next(_scales(whole, 0), "")
        items += [_schema_item(item, scale) for item in _items(whole, 0)]
    return [item for item in items if item.text or item.title][:MOST]


def _json(text: str) -> Any:
    """JSON as pages write it in the wild: between comment marks, with line breaks inside its texts."""
    bare = FRAME.sub("", text).strip()
    try:
        return from_json(bare)
    except ValueError:
        return json.loads(bare, strict=False)


def _items(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for part in value[:MOST]:
            yield from _items(part, depth + 1)
    elif isinstance(value, dict):
        if _types(value) & KINDS:
            yield value
        for name in INSIDE:
            if name in value:
                yield from _items(value[name], depth + 1)


def _scales(value: Any, depth: int) -> Iterator[str]:
    """The best ratings of the averages on the page; its single reviews have the same scale, and often leave it out."""
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict) or depth > DEEPEST:
            continue
        total = part.get("aggregateRating")
        if isinstance(total, dict) and total.get("bestRating") is not None:
            yield _text(total["bestRating"])
        for name in ("@graph", "itemReviewed", "mainEntity"):
            if name in part:
                yield from _scales(part[name], depth + 1)


def _types(value: dict[str, Any]) -> set[str]:
    types = value.get("@type")
    return {str(name).rpartition("/")[2] for name in (types if isinstance(types, list) else [types])}


def _schema_item(item: dict[str, Any], scale: str) -> SchemaItem:
    rating = _first(item.get("reviewRating"))
    return SchemaItem(
        id=_text(item.get("@id")) or _text(item.get("identifier")),
        url=_text(item.get("url")),
        title=_text(item.get("headline")) or _text(item.get("name")),
        text=_text(item.get("reviewBody")) or _text(item.get("text")) or _text(item.get("description")),
        author=_name(item.get("author")),
        date=_text(item.get("datePublished")) or _text(item.get("dateCreated")),
        language=_text(item.get("inLanguage")),
        rating=_text(rating.get("ratingValue")),
        scale=_text(rating.get("bestRating")) or scale,
    )


def _first(value: Any) -> dict[str, Any]:
    part = value[0] if isinstance(value, list) and value else value
    return part if isinstance(part, dict) else {}


def _name(value: Any) -> str:
    return _text(_first(value).get("name")) if isinstance(value, dict | list) else _text(value)


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
