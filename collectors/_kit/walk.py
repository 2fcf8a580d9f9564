"""Goes through a listing answer by answer, and back through a window.

A kind says how its listing goes on: its `ask` returns an answer and the mark of the next one, which may be an id, a
token, an offset, the number of a page, an address or a moment. `walk` stops where nothing follows, at a mark that it
has met before, at an answer that `ends` it, or at a bound. The kind turns the legs into pages; going back, it has a
`Rewind` do so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Generic, TypeVar

from collectors.base import Broken, Cursor, Page, RawMention, Window
from ground.notice import Notice

from .paging import Fresh, Unmet
from .times import moment

A = TypeVar("A")
M = TypeVar("M")

NEARLY = timedelta(microseconds=1)
"""Only the last page of a backfill reaches the start of its window."""


@dataclass(frozen=True, slots=True)
class Leg(Generic[A, M]):
    """One answer of a walk. `mark` is its own mark, `next` that of the answer after it.

    `ended`: nothing follows that we want. `capped`: something does, but the walk has reached its bound.
    """

    answer: A
    mark: M | None
    next: M | None
    ended: bool
    capped: bool

    @property
    def last(self) -> bool:
        return self.ended or self.capped

    @property
    def onward(self) -> M | None:
        """The mark that a later walk begins with: the next one, or this one again where nothing follows."""
        return self.mark if self.ended else self.next


def _never(_: object) -> bool:
    return False


def walk(
    ask: Callable[[M | None], tuple[A, M | None]],
    start: M | None = None,
    *,
    most: int | None = None,
    ends: Callable[[A], bool] = _never,
) -> Iterator[Leg[A, M]]:
    """The answers from `start` on, at most `most`. Each is asked for only when the caller wants the next leg."""
    fresh, mark = Fresh(start), start
    for number in count(1):
        answer, following = ask(mark)
        ended = ends(answer) or not fresh(following)
        capped = not ended and number == most
        yield Leg(answer, mark, following, ended, capped)
        if ended or capped:
            return
        mark = following


def ends_before(times: Iterable[datetime | None], since: datetime) -> bool:
    """Whether an answer with these times, newest first, goes back beyond that moment.

    Its last dated entry decides, because the first may be an old one that somebody pinned.
    """
    dated = [at for at in times if at]
    return bool(dated) and dated[-1] < since


def oldest_of(mentions: Iterable[RawMention]) -> datetime | None:
    """The publication date of the oldest mention; None when none has a date."""
    return min((mention.published_at for mention in mentions if mention.published_at), default=None)


def until_of(cursor: Cursor, window: Window) -> datetime:
    """The end of the part of a window that is still to be read: the cursor's `until`, else that of the window."""
    return min(moment(cursor.get("until")) or window.until, window.until)


class Rewind:
    """Makes the pages of a way back through a window. One that was interrupted goes on from `reached`."""

    def __init__(self, window: Window, reached: datetime | None = None) -> None:
        self.window, self.reached = window, min(reached or window.until, window.until)
        self._unmet = Unmet()

    def page(
        self,
        mentions: Iterable[RawMention],
        cursor: Cursor,
        *,
        ended: bool,
        oldest: datetime | None = None,
        broken: tuple[Broken, ...] = (),
        asked: timedelta | None = None,
        warning: Notice | None = None,
    ) -> Page:
        """The mentions of the window that were not given yet. `oldest` is how far back their answer went, if known."""
        nearly = max(self.window.since + NEARLY, min(self.reached, oldest or self.reached))
        self.reached = self.window.since if ended else nearly
        inside = self._unmet(mention for mention in mentions if self.window.holds(mention.published_at))
        return Page(inside, cursor, asked=asked, warning=warning, broken=broken, reached=self.reached)


def in_turn(
    length: int, name: str, cursor: Cursor, window: Window, back: Callable[[int, Cursor], Iterator[Page]]
) -> Iterator[Page]:
    """The backfills of several listings, one after another. Only the pages of the last say how far all have come.

    The cursor holds the number of the listing as `name`, beside the cursor of that listing.
    """
    first = cursor.get(name)
    start = first if isinstance(first, int) and 0 <= first <= length else 0
    for number in range(start, length):
        for page in back(number, cursor if number == start else {}):
            at: Cursor = {name: number + 1} if page.reached == window.since else {name: number, **page.cursor}
            yield replace(page, cursor=at, reached=page.reached if number == length - 1 else window.until)
