"""Reads listings of Reddit: what is new, what was published in a window, and what became of what was read.

Listings are asked for from the top, down to an hour before what was newest: an anchor (`before=t3_…`) finds nothing
once its post is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from collectors._kit.answers import each
from collectors._kit.paging import capped
from collectors._kit.times import moment
from collectors._kit.watched import Forward, unmet
from collectors.base import Cursor, Page, RawMention, SourceBusy, Window
from ground.notice import Json, Notice

from .api import MOST_SHEETS, SHEET, Reddit, Sheet
from .things import Thing, gone, mention

FOLLOWED = timedelta(days=7)
MOST_FOLLOWED = 500
SPANS = ((1, "day"), (7, "week"), (30, "month"), (365, "year"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A listing: its name in the cursor, its path, and its parameters."""

    name: str
    path: str
    query: str = ""

    def params(self, days: float) -> dict[str, str | int]:
        """With the span of time that a search wants, at least so many days."""
        if not self.query:
            return {}
        inside = {"restrict_sr": 1} if self.path.startswith("/r/") else {}
        span = next((name for most, name in SPANS if days <= most), "all")
        return {"q": self.query, "sort": "new", "type": "link", "t": span, **inside}


def read_new(listings: list[Asked], cursor: Cursor, reddit: Reddit) -> Iterator[Page]:
    """What is new in each listing, then what became of what was read in the last days.

    The cursor holds the time of the newest of each listing, and in `followed` the ids of what is asked for again.
    """
    now, met = datetime.now(UTC), set[str]()
    state = {asked.name: cursor[asked.name] for asked in listings if asked.name in cursor}
    followed = _followed(cursor.get("followed"), now)
    warning: Notice | None = None
    for asked in listings:
        if reddit.pause:
            break
        ahead, count = Forward(state.get(asked.name)), 0
        known = moment(state.get(asked.name))
        days = (now - known).total_seconds() / 86_400 + 0.1 if known else 7
        for sheet in reddit.sheets(asked.path, asked.params(days)):
            mentions, broken = each(Thing, sheet.items, mention, reddit.host, "name")
            count += len(sheet.items)
            old = ahead.ends(one.published_at for one in mentions)
            if not old and (sheet.capped or (sheet.last and count >= SHEET * (MOST_SHEETS - 1))):
                warning = capped(SHEET * MOST_SHEETS)
            if old or sheet.last or sheet.capped:
                state[asked.name] = ahead.reached
            fresh = unmet(mentions, met)
            _follow(followed, fresh, now)
            yield Page(fresh, {**state, "followed": _kept(followed)}, broken=broken)
            if old:
                break
    yield from _again(reddit, followed, met, state)
    yield Page((), {**state, "followed": _kept(followed)}, asked=reddit.pause, warning=warning)


def read_window(listings: list[Asked], cursor: Cursor, window: Window, reddit: Reddit) -> Iterator[Page]:
    """What was published in the window, as far as Reddit's listings go back: about 1,000 entries each.

    The cursor holds the listing (`step`) and the anchor to go on from; where that was deleted, the top again.
    """
    met: set[str] = set()
    step = cursor.get("step")
    start = step if isinstance(step, int) and 0 <= step <= len(listings) else 0
    days = (datetime.now(UTC) - window.since).total_seconds() / 86_400
    for number in range(start, len(listings)):
        asked, whole, count = listings[number], number == len(listings) - 1, 0
        anchor = str(cursor.get("after") or "") if number == start else ""
        for sheet in _from(reddit, asked, asked.params(days), anchor):
            mentions, broken = each(Thing, sheet.items, mention, reddit.host, "name")
            times = [one.published_at for one in mentions if one.published_at]
            reached = max(min([window.until, *times[-1:]]), window.since)
            inside = [one for one in mentions if window.holds(one.published_at)]
            end = reached <= window.since or sheet.last or sheet.capped
            count += len(sheet.items)
            short = reached > window.since and (sheet.capped or (sheet.last and count >= SHEET * (MOST_SHEETS - 1)))
            warning = Notice("Reddit gives the newest {most} only: what is older is missing", {"most": count})
            more: dict[str, Json] = {"step": number + 1} if end else {"step": number, "after": sheet.after}
            yield Page(
                unmet(inside, met),
                more,
                broken=broken,
                warning=warning if short else None,
                reached=reached if whole else window.until,
            )
            if end:
                break
            if reddit.pause:
                raise SourceBusy("{host} asks us to read less often (429)", wait=reddit.pause, host=reddit.host)
    yield Page((), {"step": len(listings)}, reached=window.since)


def _from(reddit: Reddit, asked: Asked, params: dict[str, str | int], anchor: str) -> Iterator[Sheet]:
    """The pages after the anchor; from the top when the anchor leads nowhere any more."""
    if anchor:
        sheets = reddit.sheets(asked.path, params, anchor)
        first = next(sheets)
        if first.items:
            yield first
            yield from sheets
            return
    yield from reddit.sheets(asked.path, params)


def _again(reddit: Reddit, followed: dict[str, datetime], met: set[str], state: dict[str, Json]) -> Iterator[Page]:
    """Asks for what was not met in this run: new counts and edits. What Reddit leaves out of its answer is deleted."""
    names = [name for name in followed if name not in met]
    for start in range(0, len(names), SHEET):
        if reddit.pause:
            return
        asked = names[start : start + SHEET]
        told = reddit.listing("/api/info", {"id": ",".join(asked)})
        mentions, broken = each(Thing, told.children, mention, reddit.host, "name")
        named = {str(child["data"].get("name")) for child in told.children if _has_data(child)}
        found = [one for one in mentions if one.external_id in asked]
        if not named and len(asked) > 3:
            continue  # so many are not deleted at once: it is rather the answer that fails
        missing = [gone(name) for name in asked if name not in named]
        for one in (*missing, *(one for one in found if one.deleted)):
            followed.pop(one.external_id, None)
        yield Page(unmet([*found, *missing], met), {**state, "followed": _kept(followed)}, broken=broken)


def _has_data(child: object) -> bool:
    return isinstance(child, dict) and isinstance(child.get("data"), dict)


def _follow(followed: dict[str, datetime], mentions: tuple[RawMention, ...], now: datetime) -> None:
    for one in mentions:
        if not one.deleted and one.published_at and now - one.published_at < FOLLOWED:
            followed[one.external_id] = one.published_at
    for name in sorted(followed, key=lambda name: followed[name])[:-MOST_FOLLOWED]:
        del followed[name]


def _followed(value: object, now: datetime) -> dict[str, datetime]:
    given = value.items() if isinstance(value, dict) else ()
    times = {str(name): at for name, text in given if (at := moment(text))}
    return {name: at for name, at in times.items() if now - at < FOLLOWED}


def _kept(followed: dict[str, datetime]) -> Json:
    return {name: int(at.timestamp()) for name, at in followed.items()}
