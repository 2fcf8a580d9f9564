"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org), whatever types the fields have."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from collectors._kit.items import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE, Item, fit, fit_id, language_of
from collectors.base import Broken, RawMention
from ground.dates import Order
from ground.links import clean_link

from .dates import dates_of, order_of_feed

Fields = Mapping[str, object]
WHEN = ("date_published", "date_modified")


def read_json(text: str) -> object:
    """The document. Numbers that no database can hold become None. Raises ValueError, also for too deep a nesting."""
    try:
        return json.loads(text, parse_int=_int, parse_float=_float, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("nested too deep") from None


def is_json_feed(document: object) -> bool:
    """Whether the document says that it is one, or at least holds a list of items."""
    if not isinstance(document, dict):
        return False
    version = document.get("version")
    return isinstance(document.get("items"), list) or (isinstance(version, str) and "jsonfeed.org" in version)


def items_of(document: Fields, address: str) -> tuple[list[Item], list[Broken]]:
    """The items that can be read, and the others, with the reason."""
    items: list[Item] = []
    broken: list[Broken] = []
    listed = document.get("items")
    given = listed if isinstance(listed, list) else []
    written = (fields.get(name) for fields in given if isinstance(fields, dict) for name in WHEN)
    order = order_of_feed(written, document.get("language"))
    for fields in given:
        if not isinstance(fields, dict):
            broken.append(Broken("", "this item is not an object"))
            continue
        item = _item(fields, document, address, order)
        if item.mention.url or item.mention.title or item.mention.text:
            items.append(item)
        else:
            broken.append(Broken(item.guid, "this item has neither text nor link that can be read"))
    return items, broken


def _item(item: Fields, feed: Fields, address: str, order: Order | None) -> Item:
    markup = fit(item.get("content_html"), LONGEST_TEXT)
    plain = fit(item.get("content_text"), LONGEST_TEXT) or fit(item.get("summary"), LONGEST_TEXT)
    published, edited = (_date_as_text(item.get(name)) for name in WHEN)
    dates = dates_of((published,), edited, order)
    title = fit(item.get("title"), LONGEST_TITLE)
    mention = RawMention(
        external_id="",
        url=_link(item.get("url"), address) or _link(item.get("external_url"), address),
        title=_escape(title) if markup else title,
        text=markup or plain,
        html=bool(markup),
        author=_author(item) or _author(feed),
        outlet=fit(feed.get("title"), LONGEST_NAME),
        language=language_of(item.get("language"), feed.get("language")),
        published_at=dates.published,
        edited_at=dates.edited,
        date_spelling=dates.unread,
    )
    return Item(_id(item.get("id")), mention)


def _id(value: object) -> str:
    """The id as text. Numbers are common, though the standard forbids them."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else fit_id(value)


def _author(holder: Fields) -> str:
    authors = holder.get("authors")
    every = [*authors] if isinstance(authors, list) else [holder.get("author")]
    names = [fit(author.get("name"), LONGEST_NAME).strip() for author in every if isinstance(author, dict)]
    return ", ".join(name for name in names[:3] if name)


def _link(value: object, address: str) -> str | None:
    return clean_link(value, address) if isinstance(value, str) else None


def _date_as_text(value: object) -> object:
    """A date as it is written; some feeds give Unix times, as numbers."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _int(digits: str) -> int | None:
    return int(digits) if len(digits) < 17 else None


def _float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
