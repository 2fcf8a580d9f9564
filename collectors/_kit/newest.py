"""Reads listings that come newest first: down to what is known already, or back through a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from collectors.base import Broken, Cursor, Page, RawMention, SourceBusy, SourceError, SourceRefused, Window
from ground.notice import Json, Notice

from .paging import Unmet, cap_warning
from .times import latest, moment, rfc3339
from .walk import Leg, Rewind, ends_before, walk

A = TypeVar("A")
M = TypeVar("M")

OVERLAP = timedelta(hours=1)
NEVER = datetime(1990, 1, 1, tzinfo=UTC)
FIRST_RUN = timedelta(days=7)
"""How far back a first run reads; a backfill brings what is older."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer. `times` are those that it is sorted by, newest first; `next` is the mark of the answer after it.

    `next` is None at the end. `asked` is the pause to make when the platform allows no more calls for now.
    """

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...] = ()
    next: str | None = None
    times: tuple[datetime, ...] = ()
    asked: timedelta | None = None

    def ends_before(self, since: datetime) -> bool:
        return ends_before(self.times, since)


@dataclass(frozen=True, slots=True)
class Step:
    """A listing without the mentions that this run has given already. `last`: all that is new has been given.

    `newest` is the latest time so far, of this run or the one before. It never lies ahead of now: whatever is
    published until then would count as read.
    """

    listing: Listing
    last: bool
    newest: datetime | None
    warning: Notice | None = None


def look_back(newest: datetime | None, overlap: timedelta) -> datetime:
    """The moment to read back to: `overlap` before the newest mention known; a week ago on the first run."""
    return newest - overlap if newest else datetime.now(UTC) - FIRST_RUN


def times_of(mentions: tuple[RawMention, ...]) -> tuple[datetime, ...]:
    """The times of mentions in a listing that is sorted by their last change."""
    return tuple(filter(None, (mention.edited_at or mention.published_at for mention in mentions)))


def forward(
    ask: Callable[[str | None], Listing], before: datetime | None, since: datetime, most: int
) -> Iterator[Step]:
    """Reads down to `since`, or to the end of the listing, in at most `most` answers.

    The caller moves its cursor with the last step only. A run that was cut short is read again from the top: nothing
    is lost by the interruption, nor by new items that push older ones from page to page.
    """
    unmet, newest = Unmet(), before
    for leg in walk(_with_next(ask), most=most, ends=lambda listing: listing.ends_before(since)):
        listing = leg.answer
        newest = latest(newest, *listing.times)
        pauses = bool(listing.asked) and not leg.ended
        warning = cap_warning(most * max(len(listing.mentions), 1)) if leg.capped else None
        yield Step(replace(listing, mentions=unmet(listing.mentions)), leg.last and not pauses, newest, warning)
        if pauses:
            return


@dataclass(frozen=True, slots=True)
class News:
    """One answer of a listing that is read down to what is known of it.

    `ended`: all that is new has been given. `capped`: not all of it, but the listing goes no further. `reached` is the
    time of the newest entry, which the `last` page puts into the cursor.
    """

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...]
    ended: bool
    capped: bool
    reached: str | None

    @property
    def last(self) -> bool:
        return self.ended or self.capped


def news(
    legs: Iterable[Leg[A, M]],
    read: Callable[[A], tuple[tuple[RawMention, ...], tuple[Broken, ...]]],
    known: Json,
) -> Iterator[News]:
    """Reads down to an hour before `known`, the newest time of the last reading; at first, to a week before the top."""
    before, top = moment(known), None
    for leg in legs:
        mentions, broken = read(leg.answer)
        times = [mention.published_at for mention in mentions if mention.published_at]
        top = top or max(times, default=None)
        old = ends_before(times, before - OVERLAP if before else (top or NEVER) - FIRST_RUN)
        reached = max(filter(None, (before, top)), default=None)
        ended = old or leg.ended
        yield News(mentions, broken, ended, leg.capped and not old, rfc3339(reached) if reached else None)
        if ended:
            return


def back(ask: Callable[[str | None], Listing], mark: Json, window: Window) -> Iterator[Page]:
    """The pages of a backfill. Their cursor is `{"page": mark}`: where to go on, or the last answer once it is done.

    Where the platform has forgotten the mark, the reading begins again at the end of the window.
    """
    start, first = _resume(ask, mark if isinstance(mark, str) else None)
    answers = _with_next(lambda at: first if at == start else ask(at))
    rewind = Rewind(window)
    for leg in walk(answers, start, ends=lambda listing: listing.ends_before(window.since)):
        listing = leg.answer
        oldest = next(iter(listing.times[-1:]), None)
        cursor: Cursor = {"page": leg.onward}
        yield rewind.page(
            listing.mentions, cursor, ended=leg.ended, oldest=oldest, broken=listing.broken, asked=listing.asked
        )
        if listing.asked:
            return


def _with_next(ask: Callable[[str | None], Listing]) -> Callable[[str | None], tuple[Listing, str | None]]:
    def ask_with_next(mark: str | None) -> tuple[Listing, str | None]:
        listing = ask(mark)
        return listing, listing.next

    return ask_with_next


def _resume(ask: Callable[[str | None], Listing], mark: str | None) -> tuple[str | None, Listing]:
    """The first answer, and its mark. Some platforms forget marks within hours, and a backfill may pause for longer."""
    try:
        return mark, ask(mark)
    except (SourceBusy, SourceRefused):
        raise
    except SourceError:
        if mark is None:
            raise
    return None, ask(None)
