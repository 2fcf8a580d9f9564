"""Listings that are read newest first: forward to what is known already, or back through a stretch of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collectors.base import Page, RawMention, SourceBusy, SourceError, SourceRefused, Window
from ground.notice import Json, Notice

from .paging import Fresh, capped
from .times import past

FIRST_RUN = timedelta(days=7)
"""How far back a first run reads; what is older is brought by a backfill."""

NEARLY = timedelta(microseconds=1)
"""Only the last page of a backfill reaches the start of its window."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer. `times` are those it is sorted by, newest first; `next` marks the following answer, None at the end.

    `asked` is set when the platform allows no more calls for now.
    """

    mentions: tuple[RawMention, ...]
    broken: tuple[tuple[str, str], ...] = ()
    next: str | None = None
    times: tuple[datetime, ...] = ()
    asked: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A listing without what this run has given already. `last`: everything that is new has been given.

    `newest` is the latest time met so far, or what was known before; never one that lies ahead, for all that comes
    until then would count as read.
    """

    listing: Listing
    last: bool
    newest: datetime | None
    warning: Notice | None = None


def times_of(mentions: tuple[RawMention, ...]) -> tuple[datetime, ...]:
    """The times of mentions that are sorted by their last change."""
    return tuple(filter(None, (mention.edited_at or mention.published_at for mention in mentions)))


def forward(ask: Callable[[str | None], Listing], known: datetime | None, since: datetime, most: int) -> Iterator[Step]:
    """Reads until what is older than `since`, or to the end, in at most `most` answers.

    The caller moves its cursor with the last step only: what was not read to its end is read again from the top, so
    that nothing is lost when a run is cut short, nor when new items push the old ones from page to page.
    """
    fresh, given = Fresh(), set[str]()
    newest, mark = known, None
    for number in range(1, most + 1):
        listing = ask(mark)
        newest = past(max(filter(None, (newest, *listing.times)), default=None))
        reached = _last_before(listing, since)
        more = not reached and fresh(listing.next)
        full = more and number == most
        new = tuple(one for one in _once(listing.mentions) if one.external_id not in given)
        given.update(one.external_id for one in new)
        last = (not more or full) and not (listing.asked and more)
        yield Step(replace(listing, mentions=new), last, newest, _full(listing, most) if full else None)
        if not more or listing.asked:
            return
        mark = listing.next


def back(ask: Callable[[str | None], Listing], mark: Json, window: Window) -> Iterator[Page]:
    """The pages of a backfill. Their cursor is `{"page": mark}`: where to go on, or the last answer once it is done.

    A mark that the platform does not know any more is given up: the reading begins again at the end of the window.
    """
    fresh, reached, given = Fresh(), window.until, set[str]()
    at = mark if isinstance(mark, str) else None
    first: Listing | None = _resumed(ask, at)
    while True:
        listing, first = first or ask(at), None
        reached = max(window.since + NEARLY, min((reached, *listing.times[-1:])))
        done = _last_before(listing, window.since) or not fresh(listing.next)
        inside = [one for one in _once(listing.mentions) if window.holds(one.published_at)]
        new = tuple(one for one in inside if one.external_id not in given)
        given.update(one.external_id for one in new)
        yield Page(
            new,
            {"page": at if done else listing.next},
            asked=listing.asked,
            broken=listing.broken,
            reached=window.since if done else reached,
        )
        if done or listing.asked:
            return
        at = listing.next


def _resumed(ask: Callable[[str | None], Listing], mark: str | None) -> Listing:
    """The first answer. Marks live for hours with some platforms, and a backfill may rest for days."""
    try:
        return ask(mark)
    except (SourceBusy, SourceRefused):
        raise
    except SourceError:
        if mark is None:
            raise
    return ask(None)


def _last_before(listing: Listing, since: datetime) -> bool:
    """By its last item: the first of a listing may be an old one that somebody pinned."""
    return bool(listing.times) and listing.times[-1] < since


def _once(mentions: tuple[RawMention, ...]) -> tuple[RawMention, ...]:
    return tuple({mention.external_id: mention for mention in reversed(mentions)}.values())[::-1]


def _full(listing: Listing, most: int) -> Notice:
    return capped(most * max(len(listing.mentions), 1))
