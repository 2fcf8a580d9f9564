"""Goes through a listing answer by answer, and back through a window.

A kind says how its listing goes on: its `ask` returns an answer and the mark of the next one, which may be an id, a
token, an offset, the number of a page or a moment. `walk` stops where nothing follows, where a mark was met before,
where an answer `ends` it, or at a bound. The kind makes pages and cursors of the legs; going back, a `Rewind` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Generic, TypeVar

from collectors.base import Cursor, Page, RawMention, Window
from ground.notice import Notice

from .paging import Fresh, Unmet
from .times import moment

A = TypeVar("A")
M = TypeVar("M")

NEARLY = timedelta(microseconds=1)
"""Only the last page of a backfill reaches the start of its window."""


@dataclass(frozen=True, slots=True)
class Leg(Generic[A, M]):
    """One answer of a walk: `mark` named it, `next` names the one after it.

    `ended`: nothing that is wanted follows. `capped`: something does, but the walk has met its bound.
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
        """Where another walk goes on: after this answer, or with it again where nothing follows."""
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
    """The answers from `start` on, `most` at most. Nothing is asked before the caller wants the next leg."""
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
    """Whether an answer with these times, newest first, goes back beyond that moment: its last dated entry does.

    Its first may be an old one that somebody pinned.
    """
    known = [at for at in times if at]
    return bool(known) and known[-1] < since


def oldest_of(mentions: Iterable[RawMention]) -> datetime | None:
    """When the oldest of those that have a date was published."""
    return min((one.published_at for one in mentions if one.published_at), default=None)


def until_of(cursor: Cursor, window: Window) -> datetime:
    """The end of what is left of a window, where a cursor's `until` says from when on all was read."""
    return min(moment(cursor.get("until")) or window.until, window.until)


class Rewind:
    """A way back through a window: what it has given, and how far it has come; from `reached` on, if it had begun."""

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
        broken: tuple[tuple[str, str], ...] = (),
        asked: timedelta | None = None,
        warning: Notice | None = None,
    ) -> Page:
        """Those of the window that were not given before. `oldest` is how far back their answer went, where it says."""
        nearly = max(self.window.since + NEARLY, min(self.reached, oldest or self.reached))
        self.reached = self.window.since if ended else nearly
        inside = self._unmet(one for one in mentions if self.window.holds(one.published_at))
        return Page(inside, cursor, asked=asked, warning=warning, broken=broken, reached=self.reached)


def in_turn(
    length: int, name: str, cursor: Cursor, window: Window, back: Callable[[int, Cursor], Iterator[Page]]
) -> Iterator[Page]:
    """The backfills of several listings, one after another. Only the last can tell how far all have come.

    The cursor holds the number of the listing as `name`, beside what the listing itself keeps.
    """
    begun = cursor.get(name)
    start = begun if isinstance(begun, int) and 0 <= begun <= length else 0
    for number in range(start, length):
        for page in back(number, cursor if number == start else {}):
            kept: Cursor = {name: number + 1} if page.reached == window.since else {name: number, **page.cursor}
            yield replace(page, cursor=kept, reached=page.reached if number == length - 1 else window.until)
