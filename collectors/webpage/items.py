"""Turns the bytes of a web page into the items that it shows. Runs in a process of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urldefrag

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collectors._feeds.feed import decode
from collectors._kit.items import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE, fit, fit_id, language_of, short_hash
from collectors.base import RawMention
from ground.html import line_of, own_text_of, parse_html
from ground.links import clean_link

from .dates import PageDates, dates_of_page
from .ratings import rating_in, rating_of
from .schema import SchemaItem, schema_items

MOST_ITEMS = 1_000
FIELDS = ("text", "title", "author", "date", "rating", "link", "id")
USUAL = {
    "item": '[itemtype$="schema.org/Review"], [itemtype$="schema.org/UserReview"], [itemtype$="schema.org/Comment"]',
    "text": '[itemprop="reviewBody"], [itemprop="text"], [itemprop="description"]',
    "title": '[itemprop="headline"], [itemprop="name"]:not([itemprop="author"] *), h1, h2, h3, h4',
    "author": '[itemprop="author"] [itemprop="name"], [itemprop="author"], [rel="author"]',
    "date": '[itemprop="datePublished"], [itemprop="dateCreated"], time',
    "rating": '[itemprop="ratingValue"], [itemprop="reviewRating"]',
    "link": '[itemprop="url"]',
    "id": "",
}
"""Where to look for a field by default: microdata of schema.org, and elements by their meaning."""
OWN_IDS = ("data-review-id", "data-comment-id", "data-id", "id")
CHALLENGE = re.compile(
    r"cf-challenge|challenge-platform|captcha-delivery|px-captcha|<title>(?:Just a moment|Attention Required)|"
    r"(?:g-recaptcha|h-captcha)[\"'\s]",
    re.IGNORECASE,
)
BY = re.compile(r"^(?:par|by)\s", re.IGNORECASE)
NOAI = re.compile(r"\b(?:noai|noimageai|noml)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Selectors:
    """A CSS selector for each field, empty to look in the usual places; `css@attribute` reads an attribute."""

    item: str = ""
    text: str = ""
    title: str = ""
    author: str = ""
    date: str = ""
    rating: str = ""
    link: str = ""
    id: str = ""
    following: str = ""
    scale: float = 5
    month_first: bool = False


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What an item without id and link is known by: a hash of what it says, by whom and when, and one without when."""

    dated: str
    undated: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a page shows. `absent` names the selectors that found nothing; `hint` says why there may be nothing."""

    mentions: tuple[RawMention, ...] = ()
    following: str = ""
    absent: tuple[str, ...] = ()
    hint: str = ""
    reserved: bool = False


def read_page(data: bytes, content_type: str, address: str, home: str, selectors: Selectors, now: datetime) -> Contents:
    """Reads whatever bytes an address returned, and never raises. `home` is the first page of the source."""
    text = decode(data, content_type)
    page = parse_html(text)
    reserved, following = _is_reserved(page), _following(page, selectors, address)
    described = [] if selectors.item else schema_items(page)
    if described:
        site = _Site(page, address, home)
        dates = dates_of_page((item.date for item in described), site.language, selectors.month_first, now)
        mentions = tuple(_of_schema(item, site, selectors, dates) for item in described)
        return Contents(_unique(mentions), following, reserved=reserved)
    nodes = page.css(selectors.item or USUAL["item"])[:MOST_ITEMS]
    if not nodes:
        return Contents((), "", ("item",), _hint(page, text), reserved)
    site, used = _Site(page, address, home), set[str]()
    dates = dates_of_page(
        (_value(node, "date", selectors) for node in nodes), site.language, selectors.month_first, now
    )
    mentions = tuple(_of_node(node, site, selectors, dates, used) for node in nodes)
    absent = tuple(name for name in FIELDS if getattr(selectors, name) and name not in used)
    return Contents(_unique(mentions), following, absent, reserved=reserved)


class _Site:
    """What all items of a page share."""

    def __init__(self, page: LexborHTMLParser, address: str, home: str) -> None:
        self.address, self.home = urldefrag(address)[0], urldefrag(home)[0]
        root = page.css_first("html")
        self.language = language_of(root.attributes.get("lang") if root else None)
        site_name = page.css_first('meta[property="og:site_name"]')
        self.outlet = fit(site_name.attributes.get("content") if site_name else "", LONGEST_NAME).strip()

    def mention(self, key: str | MadeUp, link: str | None, **fields: object) -> RawMention:
        """A mention of this page. The page's address makes its id unique, since pages number their items from 1."""
        if isinstance(key, MadeUp):
            fields["undated_id"] = fit_id(f"{self.home}#{key.undated}")
            key = key.dated
        identity = link if link and not key else f"{self.home}#{key}"
        filled = {name: value for name, value in fields.items() if value}
        common = {"url": link or self.address, "platform": "web", "outlet": self.outlet, "language": self.language}
        return RawMention(fit_id(identity), **{**common, **filled})  # type: ignore[arg-type] # each as RawMention has it


def _of_schema(item: SchemaItem, site: _Site, selectors: Selectors, dates: PageDates) -> RawMention:
    scale = rating_in(item.scale, 1_000)
    rating = rating_in(item.rating, scale[0] if scale else selectors.scale)
    link = clean_link(item.url, site.address) if item.url else None
    made_up = _made_up(item.author, dates.fixed_spelling(item.date), item.title, item.text, item.text)
    return site.mention(
        item.id.removeprefix(site.address).lstrip("#") or ("" if link else made_up),
        link,
        title=fit(_plain(item.title), LONGEST_TITLE),
        text=fit(_plain(item.text), LONGEST_TEXT),
        author=fit(_plain(item.author), LONGEST_NAME),
        language=language_of(item.language) or site.language,
        published_at=dates.published(item.date),
        date_spelling=dates.unread(item.date),
        rating=rating and rating[0],
        rating_scale=rating and rating[1],
    )


def _of_node(node: LexborNode, site: _Site, selectors: Selectors, dates: PageDates, used: set[str]) -> RawMention:
    field = partial(_used_value, node, selectors, used)
    rating = _rating(node, selectors)
    used.update(["rating"] if rating else [])
    title, author, date, link = field("title"), field("author"), field("date"), field("link")
    key = field("id") or next((own for name in OWN_IDS if (own := node.attributes.get(name))), "")
    link = clean_link(link, site.address) or ""
    said = field("text")
    text, dateless = (said, said) if said or selectors.text else _whole_text(node, selectors, dates)
    return site.mention(
        key or ("" if link else _made_up(author, dates.fixed_spelling(date), title, text, dateless)),
        link or None,
        title=fit(title, LONGEST_TITLE) if title != text else "",
        text=fit(text, LONGEST_TEXT),
        author=fit(BY.sub("", author), LONGEST_NAME),
        published_at=dates.published(date),
        date_spelling=dates.unread(date),
        rating=rating and rating[0],
        rating_scale=rating and rating[1],
    )


def _whole_text(node: LexborNode, selectors: Selectors, dates: PageDates) -> tuple[str, str]:
    """All that an item says, and the same without its date. An age is left out of both: it would edit each reading."""
    element = node.css_first((selectors.date or USUAL["date"]).partition("@")[0] or "time")
    shown, whole = line_of(element) if element else "", own_text_of(node)
    dateless = whole.replace(shown, "").strip()
    return (whole if dates.fixed_spelling(shown) == shown else dateless), dateless


def _made_up(author: str, date: str, title: str, text: str, dateless: str) -> MadeUp:
    """`date` as the page writes it, empty where it counts from today: an id must not move with the clock."""
    return MadeUp(short_hash(author, date, title, text[:200]), short_hash(author, "", title, dateless[:200]))


def _used_value(node: LexborNode, selectors: Selectors, used: set[str], name: str) -> str:
    """The value of a field in an item; `used` gains the name of one that is there."""
    value = _value(node, name, selectors)
    used.update([name] if value else [])
    return value


def _value(node: LexborNode, name: str, selectors: Selectors) -> str:
    """The value of a field in an item; empty when it is not there."""
    selector, _, attribute = (getattr(selectors, name) or USUAL[name]).partition("@")
    if not selector and not attribute:
        return ""
    element = node.css_first(selector) if selector else node
    if element is None:
        return ""
    for own in filter(None, (attribute, *_own(name))):
        if value := (element.attributes.get(own) or "").strip():
            return value
    return "" if attribute else own_text_of(element) if name == "text" else line_of(element)


def _own(name: str) -> tuple[str, ...]:
    """The attributes that hold a field more exactly than the words of its element."""
    attributes = {"date": ("datetime", "content"), "link": ("href", "content"), "id": ("id",), "author": ("content",)}
    return attributes.get(name, ())


def _rating(node: LexborNode, selectors: Selectors) -> tuple[float, float] | None:
    selector, _, attribute = (selectors.rating or USUAL["rating"]).partition("@")
    element = node.css_first(selector) if selector else node
    if element is None:
        return None
    if attribute:
        return rating_in(element.attributes.get(attribute) or "", selectors.scale)
    best = node.css_first('[itemprop="bestRating"]')
    scale = rating_in(best.attributes.get("content") or line_of(best), 1_000) if best and not selectors.rating else None
    return rating_of(element, scale[0] if scale else selectors.scale)


def _following(page: LexborHTMLParser, selectors: Selectors, address: str) -> str:
    link = page.css_first(selectors.following or 'a[rel~="next"], link[rel~="next"]')
    return clean_link(link.attributes.get("href") or "", address) or "" if link else ""


def _is_reserved(page: LexborHTMLParser) -> bool:
    """Whether the page declares that it is not for training."""
    robots = " ".join(meta.attributes.get("content") or "" for meta in page.css('meta[name="robots" i]'))
    tdm = page.css_first('meta[name="tdm-reservation" i]')
    return bool(NOAI.search(robots)) or bool(tdm and (tdm.attributes.get("content") or "").strip() == "1")


def _hint(page: LexborHTMLParser, text: str) -> str:
    if CHALLENGE.search(text[:200_000]):
        return "challenge"
    if page.css_first('input[type="password"]'):
        return "login"
    return "scripted" if len(line_of(page.body) if page.body else "") < 200 and page.css_first("script") else ""


def _plain(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    body = parse_html(text).body
    return own_text_of(body) if body else ""


def _unique(mentions: tuple[RawMention, ...]) -> tuple[RawMention, ...]:
    """Each mention once; those without words are left out."""
    return tuple({mention.external_id: mention for mention in mentions if mention.text or mention.title}.values())
