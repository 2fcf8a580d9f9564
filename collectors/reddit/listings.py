"""Reads listings of Reddit: what is new, and what was published in a window.

A listing is read from the top, down to an hour before the newest time known: an anchor (`before=t3_…`) would find
nothing once its post is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from collectors._kit.answers import each
from collectors._kit.newest import news
from collectors._kit.paging import Unmet, cap_warning
from collectors._kit.times import moment
from collectors._kit.walk import Leg, Rewind, ends_before, in_turn
from collectors.base import Broken, Cursor, Page, RawMention, SourceBusy, Window
from ground.notice import Json, Notice

from .api import MOST_SHEETS, SHEET, Reddit
from .followed import Followed, look_again
from .things import Thing, mention

SPANS = ((1, "day"), (7, "week"), (30, "month"), (365, "year"))


@dataclass(frozen=True, slots=True)
class Question:
    """A listing to read: its name in the cursor, its path, and the words to search for in it."""

    name: str
    path: str
    query: str = ""

    def params(self, days: float) -> dict[str, str | int]:
        """The parameters of the request; a search takes a span of time, of at least so many days."""
        if not self.query:
            return {}
        inside = {"restrict_sr": 1} if self.path.startswith("/r/") else {}
        span = next((name for most, name in SPANS if days <= most), "all")
        return {"q": self.query, "sort": "new", "type": "link", "t": span, **inside}


def read_new(questions: list[Question], cursor: Cursor, reddit: Reddit) -> Iterator[Page]:
    """What is new in each listing, then the changes to what was read in the last days.

    The cursor holds the newest time of each listing, and in `followed` the names of what is asked for again.
    """
    now, unmet = datetime.now(UTC), Unmet()
    state = {question.name: cursor[question.name] for question in questions if question.name in cursor}
    followed = Followed.of(cursor.get("followed"), now)
    warning: Notice | None = None
    for question in questions:
        if reddit.pause:
            break
        sheets = reddit.sheets(question.path, question.params(_days(state.get(question.name), now)))
        for part in news(sheets, partial(_read, reddit), state.get(question.name)):
            warning = cap_warning(SHEET * MOST_SHEETS) if part.capped else warning
            if part.last:
                state[question.name] = part.reached
            fresh = unmet(part.mentions)
            followed.add(fresh)
            yield Page(fresh, {**state, "followed": followed.cursor}, broken=part.broken)
    yield from look_again(reddit, followed, unmet, state)
    yield Page((), {**state, "followed": followed.cursor}, asked=reddit.pause, warning=warning)


def read_window(questions: list[Question], cursor: Cursor, window: Window, reddit: Reddit) -> Iterator[Page]:
    """What was published in the window, as far as Reddit's listings go back: about 1,000 entries each.

    The cursor holds the number of the listing (`step`) and the anchor to go on from (`after`).
    """

    def back(number: int, at: Cursor) -> Iterator[Page]:
        return _back(questions[number], at, window, reddit)

    yield from in_turn(len(questions), "step", cursor, window, back)
    yield Page((), {"step": len(questions)}, reached=window.since)


def _back(question: Question, cursor: Cursor, window: Window, reddit: Reddit) -> Iterator[Page]:
    """One listing back to the beginning of the window. Raises SourceBusy where Reddit wants a pause."""
    rewind, count = Rewind(window), 0
    days = (datetime.now(UTC) - window.since).total_seconds() / 86_400
    for leg in _from(reddit, question.path, question.params(days), str(cursor.get("after") or "")):
        mentions, broken = _read(reddit, leg.answer)
        times = [mention.published_at for mention in mentions if mention.published_at]
        old, count = ends_before(times, window.since), count + len(leg.answer)
        missing = Notice("Reddit gives the newest {most} only: what is older is missing", {"most": count})
        yield rewind.page(
            mentions,
            {"after": leg.next},
            ended=old or leg.last,
            oldest=next(iter(times[-1:]), None),
            broken=broken,
            warning=missing if leg.capped and not old else None,
        )
        if old or leg.last:
            return
        if reddit.pause:
            raise SourceBusy("{host} asks us to read less often (429)", wait=reddit.pause, host=reddit.host)


def _from(reddit: Reddit, path: str, params: dict[str, str | int], anchor: str) -> Iterator[Leg[list[Any], str]]:
    """The pages after the anchor; from the top when the anchor is gone."""
    if anchor:
        legs = reddit.sheets(path, params, anchor)
        first = next(legs)
        if first.answer:
            yield first
            yield from legs
            return
    yield from reddit.sheets(path, params)


def _read(reddit: Reddit, items: list[Any]) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
    return each(Thing, items, mention, reddit.host, "name")


def _days(newest: Json, now: datetime) -> float:
    """How many days back a search has to go: a week at first."""
    at = moment(newest)
    return (now - at).total_seconds() / 86_400 + 0.1 if at else 7
