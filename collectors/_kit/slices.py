"""Reads a window slice by slice, where a platform gives only so much in one answer.

A slice whose answer is too full is asked again in narrower ones, so that nothing is lost, however answers are sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from collectors.base import Broken, Page, RawMention, Window
from ground.notice import Json

from .paging import Unmet, cap_warning
from .times import moment, rfc3339

SECOND = timedelta(seconds=1)
ROOM = 0.7
"""How full the next slice should be: not more, because mentions are never spread evenly over time."""
NARROWER, WIDER = 0.1, 4.0
LONGEST = 10**10
MOST_SLICES = 200
"""Slices in one reading of what is new; the next reading goes on where it ended."""


@dataclass(frozen=True, slots=True)
class Read:
    """The answer for a part of the window.

    `fullness` is the number of mentions there, divided by what one answer can hold: beyond 1 some are missing. `asked`
    is the pause that the platform wants before the next request: the reading ends there.
    """

    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...]
    fullness: float
    asked: timedelta | None = None


Ask = Callable[[Window], Read]


def forward(
    cursor: Mapping[str, Json], ask: Ask, *, overlap: timedelta, first: timedelta, most: int, least: timedelta = SECOND
) -> Iterator[Page]:
    """Pages of what is new, oldest first: since the cursor's `at` less `overlap`; without one, of the last `first`.

    Every page is complete up to its cursor. `most` is what one answer can hold, for the warning when some is missing.
    """
    now, fresh = datetime.now(UTC), Unmet()
    since = min(moment(cursor.get("at")) or now - first + overlap, now) - overlap
    for part in islice(_slices(Window(since, now), ask, least, _width(cursor), backwards=False), MOST_SLICES):
        if part.missing:
            complete_to = since + overlap if part.window.since <= since else part.window.since
            yield _page(part, _mark(complete_to, part.next), most, fresh)
        else:
            yield _page(part, _mark(part.window.until), most, fresh)


def backward(
    cursor: Mapping[str, Json],
    window: Window,
    ask: Ask,
    *,
    most: int,
    least: timedelta = SECOND,
    oldest: datetime | None = None,
) -> Iterator[Page]:
    """Pages of a window, newest first. All from the cursor's `at` on was given. There is nothing before `oldest`."""
    until = max(window.since, min(moment(cursor.get("at")) or window.until, window.until))
    start = min(max(window.since, oldest or window.since), until)
    reached, fresh = until, Unmet()
    for part in _slices(Window(start, until), ask, least, _width(cursor), backwards=True):
        ended = part.window.until if part.missing else part.window.since
        reached = window.since if ended <= start else min(ended, until)
        yield _page(part, _mark(reached, part.next), most, fresh, reached)
        if part.read.asked and reached > window.since:
            return
    if reached > window.since or until == window.since:
        yield Page((), _mark(window.since), reached=window.since)


@dataclass(frozen=True, slots=True)
class _Slice:
    """The answer for a part of the window. `missing`: it held not all, and the next slices are as narrow as `next`."""

    window: Window
    read: Read
    next: timedelta
    missing: bool = False


def _slices(
    window: Window, ask: Ask, least: timedelta, width: timedelta | None, *, backwards: bool
) -> Iterator[_Slice]:
    """The slices of a window, until the platform asks for a pause. Only the last may be narrower than `least`."""
    since, until = _second(window.since), _second(window.until)
    if backwards and until < window.until:
        until += SECOND
    width = width or until - since
    while since < until:
        part = _part(since, until, width, backwards=backwards)
        here = part.until - part.since
        read = ask(part)
        missing = read.fullness > 1 and here > least
        width = _next(here, read.fullness, least, missing=missing)
        if not missing or read.asked:
            yield _Slice(part, read, width, missing)
        if read.asked:
            return
        if not missing:
            since, until = (since, part.since) if backwards else (part.until, until)


def _next(here: timedelta, fullness: float, least: timedelta, *, missing: bool) -> timedelta:
    """How wide the next slice should be for its answer to be well filled and complete."""
    bounds = (NARROWER, ROOM) if missing else (NARROWER, WIDER)
    times = max(bounds[0], min(bounds[1], ROOM / max(fullness, 0.01)))
    return max(least, timedelta(seconds=int((here * times).total_seconds())))


def _part(since: datetime, until: datetime, width: timedelta, *, backwards: bool) -> Window:
    if width >= until - since:
        return Window(since, until)
    return Window(until - width, until) if backwards else Window(since, since + width)


def _page(part: _Slice, cursor: dict[str, Json], most: int, fresh: Unmet, reached: datetime | None = None) -> Page:
    read = part.read
    warning = cap_warning(most) if read.fullness > 1 and not part.missing else None
    return Page(fresh(read.mentions), cursor, asked=read.asked, warning=warning, broken=read.broken, reached=reached)


def _mark(at: datetime, width: timedelta | None = None) -> dict[str, Json]:
    return {"at": rfc3339(at), **({"width": int(width.total_seconds())} if width else {})}


def _width(cursor: Mapping[str, Json]) -> timedelta | None:
    width = cursor.get("width")
    return timedelta(seconds=width) if isinstance(width, int) and 0 < width < LONGEST else None


def _second(at: datetime) -> datetime:
    """The beginning of the second: platforms count in whole ones."""
    return at.astimezone(UTC).replace(microsecond=0)
