"""Knows the items in which a service that makes feeds of other sites says that it could not.

Such a service («bridge») answers with status 200 and its error as an item. The words alone prove nothing, since people
write about such errors too: the item also has to lead back to the bridge, where an article leads to its own page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from collectors.base import RawMention, SourceError
from ground.html import html_to_text, title_of_html

LONGEST_WORDS = 200
SENTENCES = re.compile(
    r"(?:the )?bridge (?:returned|encountered|threw) (?:an? )?"
    r"(?:error|exception|unexpected situation)\b.{0,80}"  # RSS-Bridge
    r"|rss reader not yet whitelisted\b.{0,40}"  # Nitter, xcancel
    r"|.{0,60}\bthis route is empty\b.{0,120}",  # RSSHub
    re.IGNORECASE,
)
"""Titles that only a bridge writes."""
TROUBLE = re.compile(
    r"\b(?:errors?|exceptions?|erreur|fehler|failed|failure|could(?: not|n['’]t)|can(?:not|['’]t)|unable to"
    r"|forbidden|not found|unavailable|timed? ?out|too many requests|rate.?limit\w*|quota|expired"
    r"|blocked|captcha|whitelist\w*)\b",
    re.IGNORECASE,
)
TRACE = re.compile(r"\s*(?:Details\s*)?(?:Type:\s*)?\w{0,40}(?:Exception|Error)\s?(?::|\n|\bCode\b)")
OF_A_BRIDGE = re.compile(r"(?:^|&)(?:action=display|bridge=\w)")


def is_error(mention: RawMention, address: str, alone: bool) -> bool:
    """Whether an item of the feed at `address` is its bridge's error. `alone`: no other item has the same link."""
    title = _title(mention)
    if not title:
        return False
    if SENTENCES.fullmatch(title):
        return _leads_back(mention.url, address) or (bool(TRACE.match(_text(mention))) and not _has_page(mention.url))
    return bool(alone and TROUBLE.search(title) and mention.url and _same_page(mention.url, address))


def split_errors(mentions: Sequence[RawMention], address: str) -> tuple[tuple[RawMention, ...], str]:
    """The items without the errors of a bridge, and what the first of these says; "" where there is none."""
    links = Counter(mention.url for mention in mentions)
    errors = [mention for mention in mentions if is_error(mention, address, links[mention.url] == 1)]
    if not errors:
        return tuple(mentions), ""
    return tuple(mention for mention in mentions if mention not in errors), _words_of(errors[0])


def failure_of_bridge(host: str, said: str) -> SourceError:
    """The failure of a source whose feed the bridge at `host` could not make, in the bridge's words."""
    return SourceError(
        "the service that makes this feed at {host} could not read its site: «{said}». "
        "Open the address of the feed in a browser; the next reading is automatic",
        host=host,
        said=said,
    )


def _leads_back(url: str | None, address: str) -> bool:
    return not url or bool(OF_A_BRIDGE.search(urlsplit(url).query)) or _same_page(url, address)


def _same_page(url: str, address: str) -> bool:
    return urlsplit(url)[1:3] == urlsplit(address)[1:3]


def _has_page(url: str | None) -> bool:
    """Whether an address leads to a page within its site."""
    return bool(url and (urlsplit(url).path.strip("/") or urlsplit(url).query))


def _title(mention: RawMention) -> str:
    return " ".join((title_of_html(mention.title) if mention.html else mention.title).split())


def _text(mention: RawMention) -> str:
    return html_to_text(mention.text) if mention.html else mention.text


def _words_of(error: RawMention) -> str:
    """The words of an error: its title, and the first line of what it says more."""
    more = next(filter(None, map(str.strip, _text(error).splitlines())), "")
    return ": ".join(filter(None, (_title(error).rstrip("."), more)))[:LONGEST_WORDS]
