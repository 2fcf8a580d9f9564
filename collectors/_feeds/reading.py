"""Reads the feed at an address, for every kind that reads one: asks for it, cuts it into pages, walks back through the
older ones."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx2

from collectors._kit.fetch import fetch, host_of
from collectors._kit.items import short_hash
from collectors._kit.limits import LONGEST_WAIT, retry_after
from collectors._kit.refusals import NONE, Refusals
from collectors._kit.walk import walk
from collectors.base import Cursor, Page, RawMention, SourceError, Window
from ground.credentials import filled_in, masked_as
from ground.isolate import Crashed, TooSlow, isolated, warm_up
from ground.links import clean_link
from ground.notice import Json, Notice

from .bridges import failure_of_bridge
from .feed import MOST_ITEMS, Feed, NoFeed, read_feed

PAGE_SIZE = 500
REMEMBERED = 10  # items at each end of a feed, by which the next reading tells whether it missed any
FEW = 3  # all items of a shorter feed may be new without any having been missed
LARGEST_ANSWER = 16 * 1024 * 1024  # bytes; the client of production stops earlier
LONGEST_VALIDATOR = 1024
LONGEST_CACHE = timedelta(hours=4)  # servers state a year by habit, which no editor of a feed means
MOST_ARCHIVES = 500  # older pages of a feed that one backfill reads
ACCEPT = "application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
MAX_AGE = re.compile(r"\bmax-age\s{0,2}=\s{0,2}\"?(\d{1,9})")

NOT_A_FEED = {
    "empty": "{host} sent an empty answer: check the address",
    "page": "this page is not a feed and names none: look for an address that ends in /feed, .rss or .xml",
    "json": "this is JSON but not a JSON Feed: check the address",
    "broken json": "this JSON Feed breaks off or is malformed: tell the owner of {host}",
    "truncated": "this feed breaks off before the end of its first item: tell the owner of {host}",
    "unknown": "this is not a feed that can be read: check the address in a browser",
}
AWAY = (
    "{host} shows a page where its feed was: it is being repaired, or its owner has switched feeds off. "
    "The next reading is automatic"
)


class NoFeedHere(SourceError):
    """The answer from this address is not a feed."""


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Where a feed is. `moves`: a new address, from a redirect or from a page that links to its feed, replaces it.

    `private`: the address holds a secret, so links are resolved against it without its query. `refusals` is the table
    for `fetch`.
    """

    url: str
    username: str = ""
    password: str = ""
    moves: bool = True
    private: bool = False
    refusals: Refusals = NONE


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response, and its permanent address where that is not the one we asked."""

    response: httpx2.Response
    moved_to: str | None


def read_place(place: FeedAddress, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The items of the feed, 500 a page; one `unchanged` page when the server says so or the bytes are the same.

    The cursor of the last page holds `etag`, `last_modified`, the `digest` of the body, `pause` in seconds, and `met`,
    marks of some items, by which the next reading tells whether it missed any. That of a feed with a flaw holds
    `pause` only, so that it is read again in full. Raises SourceError after the items of a feed that reports a failure.
    """
    answer = _ask(place, cursor, http)
    if answer.response.status_code == 304:
        if not _validators(cursor):
            raise SourceError("{host} says «not modified» before the first reading", host=host_of(place.url))
        yield Page((), cursor, asked=_pause_wanted(answer.response, _pause(cursor)), unchanged=True)
        return
    if answer.moved_to is None and cursor.get("digest") == _digest(answer.response):
        yield Page((), cursor, asked=_pause_wanted(answer.response, _pause(cursor)), unchanged=True)
        return
    feed, answer = _read(answer, place, http)
    yield from _pages(feed, answer, cursor, cursor if feed.trouble else _cursor(answer.response, feed))
    if feed.trouble:
        raise failure_of_bridge(host_of(place.url), feed.trouble)


def _ask(place: FeedAddress, cursor: Cursor, http: httpx2.Client) -> _Answer:
    auth = (place.username, place.password) if place.username else None
    headers = {"Accept": ACCEPT, **_validators(cursor)}
    response = fetch(http, place.url, headers=headers, auth=auth, refusals=place.refusals)
    hops, final = response.history, str(response.url)
    permanent = bool(hops) and all(hop.status_code in (301, 308) for hop in hops)
    moved = place.moves and permanent and _may_follow(place, final)
    return _Answer(response, clean_link(final) if moved else None)


def _may_follow(place: FeedAddress, url: str) -> bool:
    """Whether a new address may replace the old one: a password never travels to another site."""
    return not place.username or httpx2.URL(url).origin == httpx2.URL(place.url).origin


def _read(answer: _Answer, place: FeedAddress, http: httpx2.Client) -> tuple[Feed, _Answer]:
    """The feed in this answer; for a web page, the first feed that it links to, whose address replaces the page's."""
    feed = _parse(answer.response, place)
    if isinstance(feed, NoFeed) and feed.feeds and place.moves and _may_follow(place, feed.feeds[0]):
        answer = _ask(replace(place, url=feed.feeds[0]), {}, http)
        answer = _Answer(answer.response, answer.moved_to or feed.feeds[0])
        feed = _parse(answer.response, place)
    if isinstance(feed, NoFeed):
        raise NoFeedHere(NOT_A_FEED[feed.what], host=host_of(str(answer.response.url)))
    if feed.trouble and not feed.mentions:
        raise failure_of_bridge(host_of(place.url), feed.trouble)
    return feed, answer


def _parse(response: httpx2.Response, place: FeedAddress) -> Feed | NoFeed:
    host, body = host_of(str(response.url)), response.content
    address = str(response.url.copy_with(query=None) if place.private else response.url)
    if len(body) > LARGEST_ANSWER:
        raise SourceError("the answer from {host} is too large for a feed: ask its owner for a shorter one", host=host)
    try:
        return isolated(read_feed, body, response.headers.get("content-type", ""), address)
    except TooSlow:
        raise SourceError(
            "this feed takes too long to read: ask the owner of {host} for a shorter one", host=host
        ) from None
    except Crashed:
        raise SourceError(
            "this feed is too large or too complex to read: tell the owner of {host}", host=host
        ) from None


def _pages(feed: Feed, answer: _Answer, before: Cursor, now: Cursor) -> Iterator[Page]:
    pause, warning = _pause_wanted(answer.response, feed.pause), _warning(feed) or _gap(feed, before)
    starts = range(0, max(len(feed.mentions), 1), PAGE_SIZE)
    for start in starts:
        last = start == starts[-1]
        yield Page(
            feed.mentions[start : start + PAGE_SIZE],
            cursor=now if last else before,
            asked=pause,
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


def _gap(feed: Feed, before: Cursor) -> Notice | None:
    """The warning for a feed without any item of the last reading: others may have come and gone in between."""
    met = before.get("met")
    marks = set(met) if isinstance(met, list) else set()
    if not marks or len(feed.mentions) < FEW or marks & {short_hash(mention.external_id) for mention in feed.mentions}:
        return None
    return Notice(
        "every item of this feed is new since the last reading: others may have been missed in between. Read it "
        "more often, or choose a narrower feed"
    )


def _marks(feed: Feed) -> list[Json]:
    """Marks of the first and the last items, because most feeds begin with the newest and a few end with it."""
    ends = (*feed.mentions[:REMEMBERED], *feed.mentions[-REMEMBERED:])
    return [*dict.fromkeys(short_hash(mention.external_id) for mention in ends)]


def _cursor(response: httpx2.Response, feed: Feed) -> Cursor:
    """The cursor for the next run. After a flaw it holds no validators, so that the feed is read again in full."""
    state: dict[str, Json] = {"pause": feed.pause} if feed.pause else {}
    if feed.flaw:
        return state
    for name, header in (("etag", "etag"), ("last_modified", "last-modified")):
        value = response.headers.get(header, "")
        if value and len(value) <= LONGEST_VALIDATOR and value.isascii() and value.isprintable():
            state[name] = value
    return {**state, "digest": _digest(response)} | ({"met": _marks(feed)} if feed.mentions else {})


def _digest(response: httpx2.Response) -> str:
    return hashlib.sha256(response.content).hexdigest()


def _validators(cursor: Cursor) -> dict[str, str]:
    names = (("etag", "If-None-Match"), ("last_modified", "If-Modified-Since"))
    return {header: value for name, header in names if isinstance(value := cursor.get(name), str) and value}


def _pause(cursor: Cursor) -> int | None:
    pause = cursor.get("pause")
    return pause if isinstance(pause, int) else None


def _pause_wanted(response: httpx2.Response, pause: int | None) -> timedelta | None:
    """The longest pause that the feed, its cache header or Retry-After asks for; a day at most."""
    age = MAX_AGE.search(response.headers.get("cache-control", ""))
    pauses = [
        timedelta(seconds=min(pause or 0, LONGEST_WAIT.total_seconds())),
        min(timedelta(seconds=int(age[1])), LONGEST_CACHE) if age else timedelta(),
        retry_after(response.headers.get("retry-after"), datetime.now(UTC)) or timedelta(),
    ]
    return max(pauses) or None


def reshape(pages: Iterator[Page], shape: Callable[[RawMention], RawMention]) -> Iterator[Page]:
    """The pages, each mention passed through `shape`."""
    for page in pages:
        yield replace(page, mentions=tuple(map(shape, page.mentions)))


def read_first(places: Sequence[FeedAddress], cursor: Cursor, http: httpx2.Client, none: SourceError) -> Iterator[Page]:
    """Reads the first of the places that is a feed; the cursor's `way` is the number of that place.

    Raises `none` when none of them is a feed. Where one was before, it raises a SourceError that solves itself instead:
    the site may only show another page during repairs, which nobody needs to act on.
    """
    before = cursor.get("way")
    first = before if isinstance(before, int) and 0 <= before < len(places) else 0
    for way in sorted(range(len(places)), key=lambda number: number != first):
        reading = read_place(places[way], cursor if way == before else {}, http)
        try:
            page = next(reading)
        except NoFeedHere:
            continue
        for following in (page, *reading):
            yield replace(following, cursor={**following.cursor, "way": way})
        return
    if isinstance(before, int):
        raise SourceError(AWAY, host=host_of(places[0].url))
    raise none


def read_archive(place: FeedAddress, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The items of a window in a feed and its older pages (`rel=next`, `rel=prev-archive`, `next_url`), newest first.

    The cursor holds `next`, the page to go on with, without the secrets of the feed's address, and `reached`.
    """
    page = cursor.get("next")
    start = filled_in(page, place.url) if isinstance(page, str) and _may_follow(place, page) else place.url
    reached = window.until

    def ask(url: str | None) -> tuple[tuple[Feed, _Answer], str | None]:
        feed, answer = _read(_ask(replace(place, url=url or start), {}, http), place, http)
        return (feed, answer), feed.next if feed.next and _may_follow(place, feed.next) else None

    for leg in walk(ask, start, most=MOST_ARCHIVES):
        feed, answer = leg.answer
        reached = _oldest_reached(feed, window, reached)
        ended = leg.ended or reached <= window.since
        inside = (mention for mention in feed.mentions if window.holds(mention.published_at))
        yield Page(
            tuple(inside),
            {"next": _hidden(leg.mark if ended else leg.next, place)},
            asked=_pause_wanted(answer.response, None),
            broken=feed.broken,
            reached=window.since if ended else reached,
        )
        if ended:
            return


def _hidden(url: str | None, place: FeedAddress) -> str | None:
    return url and masked_as(url, place.url)


def _oldest_reached(feed: Feed, window: Window, reached: datetime) -> datetime:
    """How far back a page of a feed goes, by its last date: pinned items come first, at any age."""
    dates = [mention.published_at for mention in feed.mentions if mention.published_at]
    return max(window.since, min([reached, *dates[-1:]]))


warm_up(read_feed, b"<rss><channel><item><title>Harmless</title></item></channel></rss>", "", "https://example.org/")
