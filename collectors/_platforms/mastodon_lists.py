"""How the lists of a Mastodon server are gone through: forwards from a status, and backwards from the newest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from pydantic import SecretStr

from collectors._kit.answers import json_of, missing_field
from collectors._kit.fetch import fetch, host_of
from collectors._kit.limits import used_up
from collectors._kit.paging import capped
from collectors._kit.times import moment
from collectors._kit.walk import Leg, Rewind, walk
from collectors.base import Cursor, Page, Window
from ground.notice import Json

from .mastodon import Reader, headers_of, refusals_of

LIMIT = 40
MOST_PAGES = 25
"""Pages that one reading asks for at most."""
FIRST_PAGES, FIRST_DAYS = 5, timedelta(days=7)
LATE = timedelta(minutes=10)
SNOWFLAKE = 1 << 16
"""The ids of Mastodon since 2.0 are the milliseconds since 1970 times this, plus a number."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One list of a server: the `path`, and the `params` it is asked with. A search knows `min_id` as a bound only."""

    http: httpx2.Client
    base_url: str
    path: str
    params: Mapping[str, Any]
    token: SecretStr

    @property
    def is_search(self) -> bool:
        return self.path.endswith("/search")

    def ask(self, **ids: str) -> Listed:
        """The statuses beyond these ids. Raises SourceError."""
        if self.is_search and "since_id" in ids:
            ids["min_id"] = ids.pop("since_id")
        params: dict[str, Any] = {**self.params, "limit": LIMIT, **{name: one for name, one in ids.items() if one}}
        headers = headers_of(self.token)
        refusals = refusals_of(self.base_url, has_token=bool(headers))
        answer = fetch(self.http, f"{self.base_url}{self.path}", params=params, headers=headers, refusals=refusals)
        return Listed(list_of(answer), answer)


def list_of(answer: httpx2.Response) -> list[Any]:
    """The statuses of a timeline or of a search. Raises SourceError, SourceChanged."""
    value, host = json_of(answer), host_of(str(answer.url))
    found = value.get("statuses") if isinstance(value, dict) else value
    if not isinstance(found, list):
        raise missing_field(host, "statuses")
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of statuses, newest first, as they came."""

    values: list[Any]
    answer: httpx2.Response

    @property
    def ids(self) -> list[str]:
        return [identity for identity in map(id_of, self.values) if identity]

    @property
    def newest(self) -> str:
        return max(self.ids, key=rank, default="")

    @property
    def oldest(self) -> str:
        return min(self.ids, key=rank, default="")

    @property
    def oldest_at(self) -> datetime | None:
        times = (one.get("created_at") for one in self.values if self.oldest and id_of(one) == self.oldest)
        return moment(next(times, None))

    def ends_before(self, since: datetime) -> bool:
        return self.oldest_at is not None and self.oldest_at < since

    def above(self, bound: str) -> list[Any]:
        """The statuses whose ids are higher; all of them without a bound."""
        return [one for one in self.values if not bound or rank(id_of(one)) > rank(bound)]

    @property
    def asked(self) -> timedelta | None:
        return used_up(self.answer.headers, datetime.now(UTC))

    @property
    def knows_min_id(self) -> bool:
        """Servers before 2.6 pass it over, and name since_id as the way to newer ones; an empty page tells nothing."""
        return not self.values or not re.search(r"[?&]since_id=", self.answer.headers.get("link", ""))


def id_of(value: object) -> str:
    """The id of a status, which is a number on old servers; empty when it has none."""
    found = value.get("id") if isinstance(value, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def rank(identity: str) -> tuple[int, str]:
    """How ids are ordered: they are numbers on most servers, and texts of one length on the others."""
    return len(identity), identity


def before(identity: str, pause: timedelta) -> str:
    """The snowflake id for a moment `pause` before this one; the same id where ids tell no time."""
    if not identity.isdecimal() or int(identity) < SNOWFLAKE**2:
        return identity
    return str(int(identity) - int(pause.total_seconds() * 1000) * SNOWFLAKE)


def read_on(reader: Reader, timeline: Timeline, low: str) -> Iterator[Page]:
    """What came after the status `low`, and shortly before it, oldest page first: `min_id`.

    What comes late from another server has the id of when it was written. The cursor stays one page behind: that page
    is read again, for what was edited and counted meanwhile.
    """
    start, count = before(low, LATE), 0
    for leg in walk(lambda mark: _after(timeline, mark or ""), start):
        listed, later = leg.answer, leg.mark != start
        if not listed.knows_min_id:
            yield from read_back(reader, timeline, Way(low))
            return
        if later and not listed.values:
            return
        count += rank(listed.newest) > rank(low)
        stops = listed.asked is not None or count == MOST_PAGES
        page = _page_on(reader, leg, low, stops=stops, full=count == MOST_PAGES)
        yield replace(page, unchanged=not (later or page.mentions or page.broken))
        if stops:
            return


def _page_on(reader: Reader, leg: Leg[Listed, str], low: str, *, stops: bool, full: bool) -> Page:
    mentions, broken = reader.mentions(leg.answer.values)
    reached = leg.answer.newest if stops and not leg.ended else leg.mark or ""
    return Page(
        mentions,
        {"min_id": max(low, reached, key=rank)},
        asked=leg.answer.asked,
        warning=capped(MOST_PAGES * LIMIT) if full and not leg.ended else None,
        broken=broken,
    )


def _after(timeline: Timeline, mark: str) -> tuple[Listed, str | None]:
    listed = timeline.ask(min_id=mark)
    return listed, listed.newest if rank(listed.newest) > rank(mark) else None


@dataclass(frozen=True, slots=True)
class Way:
    """A way back that is left: down to `low`, from `high` on; `newest` is where the next one may stop."""

    low: str = ""
    newest: str = ""
    high: str = ""

    @classmethod
    def of(cls, cursor: Cursor) -> Way:
        return cls(*(str(cursor.get(name) or "") for name in ("min_id", "newest", "max_id")))

    @property
    def cursor(self) -> dict[str, Json]:
        return {"min_id": self.low, "newest": self.newest, "max_id": self.high}

    def after(self, listed: Listed) -> Way:
        """What is left of it once these statuses were read."""
        return Way(self.low, self.newest or listed.newest or self.low, listed.oldest or self.high)


def read_back(reader: Reader, timeline: Timeline, way: Way, overlap: timedelta = timedelta()) -> Iterator[Page]:
    """From the newest status, or where an earlier run stopped, back to what is known; the first time, some pages.

    The cursor keeps the way that is left until it is done: a run that is cut short, or capped, loses nothing.
    """
    first, most = not way.low, MOST_PAGES if way.low else FIRST_PAGES
    bound = before(way.low, overlap)
    since = datetime.now(UTC) - FIRST_DAYS if first else None

    def ask(high: str | None) -> tuple[Listed, str | None]:
        listed = timeline.ask(since_id=bound, max_id=high or "")
        return listed, listed.oldest

    for number, leg in enumerate(walk(ask, way.high, most=most, ends=lambda listed: _ends(listed, bound, since)), 1):
        listed, done = leg.answer, leg.ended or (first and leg.capped)
        way = way.after(listed)
        mentions, broken = reader.mentions(listed.above(bound))
        yield Page(
            mentions,
            {"min_id": way.newest} if done else way.cursor,
            asked=listed.asked,
            warning=capped(most * LIMIT) if leg.capped and not done else None,
            broken=broken,
            unchanged=number == 1 and not (mentions or broken),
        )
        if listed.asked is not None:
            return


def _ends(listed: Listed, bound: str, since: datetime | None) -> bool:
    """Whether an answer goes back to the status `bound`, or beyond `since` where there is such a moment."""
    fresh = listed.above(bound)
    return not fresh or len(fresh) < len(listed.values) or (since is not None and listed.ends_before(since))


def read_window(reader: Reader, timeline: Timeline, cursor: Cursor, window: Window) -> Iterator[Page]:
    """What was written in a window, newest first. Ids tell the time; servers where they do not begin at the newest."""
    start = str(cursor.get("max_id") or int(window.until.timestamp() * 1000) * SNOWFLAKE)
    rewind = Rewind(window)

    def ask(high: str | None) -> tuple[Listed, str | None]:
        listed = timeline.ask(max_id=high or "")
        return listed, listed.oldest

    for leg in walk(ask, start, ends=lambda listed: listed.ends_before(window.since)):
        listed, cursor = leg.answer, {"max_id": leg.next or leg.mark}
        mentions, broken = reader.mentions(listed.values)
        oldest, asked = listed.oldest_at, listed.asked
        yield rewind.page(mentions, cursor, ended=leg.ended, oldest=oldest, broken=broken, asked=asked)
        if asked is not None:
            return
