"""Reads RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, and CDF with feedparser."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import feedparser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType

from collectors._kit.answers import excerpt_of
from collectors._kit.items import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE, Item, fit, fit_id, language_of
from collectors.base import Broken, RawMention
from ground.dates import Order
from ground.links import clean_link, unwrap

from .dates import Dates, dates_of, order_of_feed

MARKUP = ("text/html", "application/xhtml+xml")
HARMLESS = (NonXMLContentType, CharacterEncodingOverride)
WHEN = ("published", "created", "updated")
PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
MAIL_FIRST = re.compile(r"([^\s()<>]{1,200}@[^\s()<>]{1,200})\s{0,9}(?:\(([^()]{1,200})\))?")
KNOWN_TAG = re.compile(
    r"<(?:script|style|iframe|object|embed|svg|img|a|b|i|u|em|strong|span|font|br|p)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
TAG = re.compile(r"<[^<>]{0,300}>")
OF_RSS = ("rss", "rdf:rdf", "channel")
FOREIGN_LINK = re.compile(r"<([\w.-]{1,30}):link(?=[\s/])([^<>]{0,4000})>")
REL = re.compile(r"""\brel\s{0,4}=\s{0,4}(?:"\s{0,4}alternate\s{0,4}"|'\s{0,4}alternate\s{0,4}')""", re.IGNORECASE)
ANY_REL = re.compile(r"\brel\s{0,4}=", re.IGNORECASE)
PHPBB_TAIL = re.compile(
    r"<p>(?:Statistics|Statistiques)\b[^<]{0,80}<a [^<>]{0,300}>[^<]{0,100}</a>[^<]{0,80}</p>(?:<hr ?/?>)?\s*$"
)


@dataclass(frozen=True, slots=True)
class XmlFeed:
    """A document that was read. `dialect` is empty when it is no feed; `pause` is the pause it asks for, in seconds.

    `next` is the address of its older items (RFC 5005), where it gives one.
    """

    dialect: str
    items: list[Item]
    broken: list[Broken]
    pause: int | None
    well_formed: bool
    next: str | None = None


def read_xml(text: str, address: str) -> XmlFeed:
    """Parses a decoded document. May raise anything, as feedparser does on hostile input."""
    document = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),  # a string would be opened as a path or an address
        response_headers={"content-type": "application/xml; charset=utf-8"},  # no address: it would change the ids
        sanitize_html=False,  # costs half the time, and the text is extracted with nh3 further on
        resolve_relative_uris=False,
    )
    strict = document.get("version", "").startswith("atom")
    # plain dicts: feedparser's own give unwanted aliases (updated for published…), and cost a third of the time
    items, broken = _each([dict(entry) for entry in document.entries], dict(document.feed), address, strict)
    return XmlFeed(
        dialect=document.get("version", ""),
        items=items,
        broken=broken,
        pause=_pause(document.feed),
        well_formed=not document.bozo or isinstance(document.get("bozo_exception"), HARMLESS),
        next=_next(dict(document.feed), address),
    )


def own_links_first(text: str) -> str:
    """An RSS document whose links of other vocabularies (`<atom:link rel="alternate">`) no longer pass for its own.

    feedparser keeps the last link of an item; as `rel="second"` they serve where the item has no link of its own.
    """
    return FOREIGN_LINK.sub(_as_second, text)


def _as_second(link: re.Match[str]) -> str:
    if not ANY_REL.search(link[2]):
        return f'<{link[1]}:link rel="second"{link[2]}>'
    return REL.sub('rel="second"', link[0])


def _each(entries: Sequence[Any], feed: Any, address: str, strict: bool) -> tuple[list[Item], list[Broken]]:
    order = order_of_feed((entry.get(name) for entry in entries for name in WHEN), feed.get("language"))
    items: list[Item] = []
    broken: list[Broken] = []
    for entry in entries:
        try:
            items.append(_item(entry, feed, address, strict, order))
        except Exception as error:  # one odd item must not lose the others
            why = f"this item could not be read ({type(error).__name__})"
            broken.append(Broken(fit_id(entry.get("id")), why, excerpt_of(dict(entry))))
    return items, broken


def _item(entry: Any, feed: Any, address: str, strict: bool, order: Order | None) -> Item:
    link = _link(entry, address)
    news = bool(link) and urlsplit(link or "").hostname == "news.google.com"
    outlet = _outlet(entry, feed, link)
    title, title_is_html = _title(entry, outlet, strict)
    text, text_is_html = (
        ("", False) if news else _body(entry)
    )  # Google News repeats headlines there, even those of others
    markup = title_is_html or text_is_html
    dates = _dates(entry, order)
    mention = RawMention(
        external_id="",
        url=link,
        title=title if title_is_html or not markup else html.escape(title, quote=False),
        text=text if text_is_html or not markup else html.escape(text, quote=False),
        html=markup,
        author=_author(entry) or (_author(feed) if "author_detail" in feed else ""),
        author_id=_profile(entry),
        outlet=outlet,
        language=_language(entry, feed),
        published_at=dates.published,
        edited_at=dates.edited,
        date_spelling=dates.unread,
        parent_id=_parent(entry),
        engagement=_engagement(entry),
    )
    return Item(fit_id(entry.get("id")), mention)


def _link(entry: Any, address: str) -> str | None:
    others = [link for link in _dicts(entry.get("links")) if link.get("rel") not in ("enclosure", "self", "replies")]
    own = entry.get("link")
    if own == entry.get("id") and "://" not in str(own):
        own = None  # feedparser takes any guid for a link, even "1559104147038"
    for link in (own, *(other.get("href") for other in others)):
        clean = clean_link(link, address) if isinstance(link, str) else None
        if clean:
            return unwrap(clean)
    return None


def _title(entry: Any, outlet: str, strict: bool) -> tuple[str, bool]:
    """The title, and whether it is markup. Only Atom declares that; elsewhere a tag that browsers know decides."""
    title = fit(entry.get("title"), LONGEST_TITLE)
    if outlet and "source" in entry:  # news aggregators write "Headline - Outlet"
        title = title.removesuffix(f" - {outlet}").removesuffix(f" - {html.escape(outlet, quote=False)}")
    return title, _type(entry.get("title_detail")) in MARKUP or (not strict and bool(KNOWN_TAG.search(title)))


def _body(entry: Any) -> tuple[str, bool]:
    """The full content, else the summary, and whether it is markup."""
    contents = [c for c in _dicts(entry.get("content")) if _type(c).startswith("text/") or _type(c) in MARKUP]
    longest = max(contents, key=lambda c: len(fit(c.get("value"), LONGEST_TEXT)), default={})
    if fit(longest.get("value"), LONGEST_TEXT).strip():
        chosen, value = longest, longest.get("value")
    else:
        chosen, value = entry.get("summary_detail"), entry.get("summary")
    return PHPBB_TAIL.sub("", fit(value, LONGEST_TEXT)), _type(chosen) in MARKUP


def _outlet(entry: Any, feed: Any, link: str | None) -> str:
    """The outlet: the one that an aggregator names, the site behind a Google alert, else the feed."""
    source = entry.get("source")
    name = _name(source.get("title")) if isinstance(source, dict) else ""
    if name:
        return name
    if "googlealerts/feed:" in fit_id(entry.get("id")):
        return (urlsplit(link or "").hostname or "").removeprefix("www.")
    return _name(feed.get("title"))


def _author(holder: Any) -> str:
    """The authors' names; an e-mail address only without any name. RSS writes "jane@a.example (Jane Roe)"."""
    match = MAIL_FIRST.fullmatch(_name(holder.get("author")))
    if match:
        return match[2] or match[1]
    names = [_name(author.get("name")) for author in _dicts(holder.get("authors"))[:3]]
    return ", ".join(dict.fromkeys(name for name in names if name)) or _name(holder.get("author"))


def _profile(entry: Any) -> str:
    detail = entry.get("author_detail")
    href = detail.get("href") if isinstance(detail, dict) else None
    return (clean_link(href) or "") if isinstance(href, str) else ""


def _language(entry: Any, feed: Any) -> str | None:
    details = [*_dicts(entry.get("content"))[:1], entry.get("summary_detail"), entry.get("title_detail")]
    inside = [detail.get("language") for detail in details if isinstance(detail, dict)]
    return language_of(entry.get("language"), *inside, feed.get("language"))


def _dates(entry: Any, order: Order | None) -> Dates:
    """As they are written: feedparser reads a year-first date with slashes as the first of its month."""
    published, created, updated = (entry.get(name) for name in WHEN)
    return dates_of((published, created), updated, order)


def _parent(entry: Any) -> str | None:
    reply = entry.get("thr_in-reply-to")
    return (fit_id(reply.get("ref")) or None) if isinstance(reply, dict) else None


def _engagement(entry: Any) -> dict[str, int]:
    statistics, rating = entry.get("media_statistics"), entry.get("media_starrating")
    texts = {
        "comments": entry.get("slash_comments") or entry.get("thr_total"),
        "views": statistics.get("views") if isinstance(statistics, dict) else None,
        "likes": rating.get("count") if isinstance(rating, dict) else None,
    }
    return {name: count for name, text in texts.items() if (count := _count(text)) is not None}


def _next(feed: Any, address: str) -> str | None:
    older = [link for link in _dicts(feed.get("links")) if link.get("rel") in ("next", "prev-archive")]
    links = (clean_link(str(link.get("href", "")), address) for link in older)
    return next(filter(None, links), None)


def _pause(feed: Any) -> int | None:
    """The longer of `ttl` (minutes) and sy:updatePeriod over sy:updateFrequency, in seconds."""
    period = PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    each = period // max(1, _count(feed.get("sy_updatefrequency")) or 1) if period else 0
    return max(each, (_count(feed.get("ttl")) or 0) * 60) or None


def _count(value: object) -> int | None:
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _name(value: object) -> str:
    return html.unescape(TAG.sub("", fit(value, LONGEST_NAME))).strip()


def _type(detail: object) -> str:
    return str(detail.get("type") or "") if isinstance(detail, dict) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
