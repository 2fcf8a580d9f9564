"""Feeds: RSS 0.9x to 2.0, RDF, Atom, CDF and JSON Feed, with Google Alerts, Google News and forum feeds among them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from ._feed import MOST_ITEMS, Feed, NoFeed, read_feed
from ._fetch import LONGEST_WAIT, fetch, host_of, retry_after
from ._fields import Address
from ._isolate import Crashed, TooSlow, isolated
from ._links import clean_link
from .base import Collector, Cursor, Json, Notice, Page, SourceError

PAGE_SIZE = 500
LARGEST_ANSWER = 16 * 1024 * 1024  # bytes; the client of production stops earlier
LONGEST_VALIDATOR = 1024
LONGEST_CACHE = timedelta(hours=4)  # a year of max-age is a habit of servers, not the wish of an editor
ACCEPT = "application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
MAX_AGE = re.compile(r"\bmax-age\s{0,2}=\s{0,2}\"?(\d{1,9})")

NOT_A_FEED = {
    "empty": "{host} answered with nothing at all: check the address",
    "page": "this page is not a feed and names none: look for an address that ends in /feed, .rss or .xml",
    "json": "this is JSON but not a JSON Feed: check the address",
    "broken json": "this JSON Feed is broken off or malformed: tell the owner of {host}",
    "truncated": "this feed breaks off before the end of its first item: tell the owner of {host}",
    "unknown": "this is not a feed that can be read: check the address in a browser",
}


class FeedAt(BaseModel):
    """Where a feed is, and the name and password for those that ask."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Address = Field(title="Address", examples=["https://news.example.org/feed.xml"])
    username: str = Field(default="", title="Name", max_length=200)
    password: SecretStr = Field(default=SecretStr(""), title="Password", max_length=200)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response, and the address it is permanently at when that is not the one asked."""

    response: httpx2.Response
    moved_to: str | None


def pages(params: FeedAt, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The newest items of the feed, 500 a page; one `unchanged` page when the server says so or the bytes are the same.

    The cursor holds `etag`, `last_modified`, `digest` of the body and `pause` in seconds, and only on the last page
    of a feed read without flaw: what we know we have read is stored with what we read.
    """
    answer = _ask(params, cursor, http)
    if answer.response.status_code == 304:
        if not _validators(cursor):
            raise SourceError("{host} says «not modified» before the first reading", host=host_of(params.url))
        yield Page((), cursor, asked=_asked(answer.response, _pause(cursor)), unchanged=True)
        return
    if answer.moved_to is None and cursor.get("digest") == _digest(answer.response):
        yield Page((), cursor, asked=_asked(answer.response, _pause(cursor)), unchanged=True)
        return
    feed, answer = _read(answer, params, http)
    yield from _paged(feed, answer, cursor, _cursor(answer.response, feed))


def _ask(params: FeedAt, cursor: Cursor, http: httpx2.Client) -> _Answer:
    auth = (params.username, params.password.get_secret_value()) if params.username else None
    response = fetch(http, params.url, headers={"Accept": ACCEPT, **_validators(cursor)}, auth=auth)
    hops, final = response.history, str(response.url)
    moved = bool(hops) and all(hop.status_code in (301, 308) for hop in hops) and _may_follow(params, final)
    return _Answer(response, clean_link(final) if moved else None)


def _may_follow(params: FeedAt, url: str) -> bool:
    """Whether a new address may take the place of the old: a password is never carried to another site."""
    return not params.username or httpx2.URL(url).origin == httpx2.URL(params.url).origin


def _read(answer: _Answer, params: FeedAt, http: httpx2.Client) -> tuple[Feed, _Answer]:
    """The feed of this answer; or, when it is a web page, the first feed it names, which then is the new address."""
    found = _parsed(answer.response)
    if isinstance(found, NoFeed) and found.feeds and _may_follow(params, found.feeds[0]):
        answer = _ask(params.model_copy(update={"url": found.feeds[0]}), {}, http)
        answer = _Answer(answer.response, answer.moved_to or found.feeds[0])
        found = _parsed(answer.response)
    if isinstance(found, NoFeed):
        raise SourceError(NOT_A_FEED[found.what], host=host_of(str(answer.response.url)))
    return found, answer


def _parsed(response: httpx2.Response) -> Feed | NoFeed:
    host, body = host_of(str(response.url)), response.content
    if len(body) > LARGEST_ANSWER:
        raise SourceError("the answer of {host} is too large for a feed: ask its owner for a shorter one", host=host)
    try:
        return isolated(read_feed, body, response.headers.get("content-type", ""), str(response.url))
    except TooSlow:
        raise SourceError(
            "this feed takes too long to read: ask the owner of {host} for a shorter one", host=host
        ) from None
    except Crashed:
        raise SourceError(
            "this feed is too large or too intricate to read: tell the owner of {host}", host=host
        ) from None


def _paged(feed: Feed, answer: _Answer, before: Cursor, now: Cursor) -> Iterator[Page]:
    asked, warning = _asked(answer.response, feed.pause), _warning(feed)
    starts = range(0, max(len(feed.mentions), 1), PAGE_SIZE)
    for start in starts:
        last = start == starts[-1]
        yield Page(
            feed.mentions[start : start + PAGE_SIZE],
            cursor=now if last else before,
            asked=asked,
            moved_to=answer.moved_to if last else None,
            warning=warning if last else None,
            broken=feed.broken if last else (),
        )


def _warning(feed: Feed) -> Notice | None:
    if feed.left_out:
        return Notice(
            "this feed holds more than {most} items: the oldest {count} were left out",
            {"most": MOST_ITEMS, "count": feed.left_out},
        )
    if feed.flaw == "truncated":
        return Notice("this feed breaks off in the middle: its complete items were read")
    if feed.flaw == "malformed":
        return Notice("this feed is not well-formed XML: what could be read was read, some items may be missing")
    return None


def _cursor(response: httpx2.Response, feed: Feed) -> Cursor:
    """What the next run sends back. A feed with a flaw keeps nothing: it is read in full again."""
    kept: dict[str, Json] = {"pause": feed.pause} if feed.pause else {}
    if feed.flaw:
        return kept
    for name, header in (("etag", "etag"), ("last_modified", "last-modified")):
        value = response.headers.get(header, "")
        if value and len(value) <= LONGEST_VALIDATOR and value.isascii() and value.isprintable():
            kept[name] = value
    return {**kept, "digest": _digest(response)}


def _digest(response: httpx2.Response) -> str:
    return hashlib.sha256(response.content).hexdigest()


def _validators(cursor: Cursor) -> dict[str, str]:
    names = (("etag", "If-None-Match"), ("last_modified", "If-Modified-Since"))
    return {header: value for name, header in names if isinstance(value := cursor.get(name), str) and value}


def _pause(cursor: Cursor) -> int | None:
    pause = cursor.get("pause")
    return pause if isinstance(pause, int) else None


def _asked(response: httpx2.Response, pause: int | None) -> timedelta | None:
    """The longest of what the feed, its cache header and Retry-After ask for; a day at most."""
    age = MAX_AGE.search(response.headers.get("cache-control", ""))
    wishes = [
        timedelta(seconds=min(pause or 0, LONGEST_WAIT.total_seconds())),
        min(timedelta(seconds=int(age[1])), LONGEST_CACHE) if age else timedelta(),
        retry_after(response.headers.get("retry-after"), datetime.now(UTC)) or timedelta(),
    ]
    return max(wishes) or None


collector = Collector(
    kind="rss",
    title={"en": "Feed (RSS, Atom, JSON)", "fr": "Flux (RSS, Atom, JSON)"},
    help={
        "en": "News sites, blogs, forums, Google Alerts (delivery «RSS feed») and Google News searches. "
        "A page's own address often works: its feed is then looked for.",
        "fr": "Sites de presse, blogs, forums, alertes Google (envoi «Flux RSS») et recherches Google Actualités. "
        "L'adresse d'une page suffit souvent : son flux est alors recherché.",
    },
    params=FeedAt,
    pages=pages,
    platform="web",
    blind={
        "en": (
            "What left the feed between two readings: a feed of 10 items that publishes 20 an hour loses half.",
            "Comments, likes, shares and followers, unless the feed writes them (almost none does).",
            "What was deleted at the source: a feed forgets in silence.",
            "The rest of an article when the feed gives only its first lines, and the older pages of a feed.",
        ),
        "fr": (
            "Ce qui a quitté le flux entre deux lectures : 10 éléments ne suffisent pas à qui en publie 20 par heure.",
            "Commentaires, mentions j'aime, partages et abonnés, sauf si le flux les écrit (presque aucun ne le fait).",
            "Ce qui a été supprimé à la source : un flux oublie en silence.",
            "La suite d'un article dont le flux ne donne que les premières lignes, et les pages anciennes d'un flux.",
        ),
    },
    history={
        "en": "what the feed holds, often its last 10 to 100 items",
        "fr": "ce que contient le flux, souvent ses 10 à 100 derniers éléments",
    },
)
