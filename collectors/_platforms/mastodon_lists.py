"""How the lists of a Mastodon server are gone through: forwards from a status, and backwards from the newest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from pydantic import SecretStr

from collectors._kit.answers import json_of, missing_field
from collectors._kit.fetch import fetch, host_of
from collectors._kit.limits import used_up
from collectors._kit.paging import Fresh, capped
from collectors._kit.times import moment
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

    @property
    def asked(self) -> timedelta | None:
        return used_up(self.answer.headers, datetime.now(UTC))

    @property
    def knows_min_id(self) -> bool:
        """Servers before 2.6 pass it over, and name since_id as the way to what is newer."""
        return not re.search(r"[?&]since_id=", self.answer.headers.get("link", ""))


def id_of(value: object) -> str:
    """The id of a status, which is a number on old servers; empty when it has none."""
    found = value.get("id") if isinstance(value, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def rank(identity: str) -> tuple[int, str]:
    """How ids are ordered: they are numbers on most servers, and texts of one length on the others."""
    return len(identity), identity


def before(identity: str, pause: timedelta) -> str:
    """The id that a status had which was written so much earlier; the same where ids tell no time."""
    if not identity.isdecimal() or int(identity) < SNOWFLAKE**2:
        return identity
    return str(int(identity) - int(pause.total_seconds() * 1000) * SNOWFLAKE)


def newer(reader: Reader, timeline: Timeline, low: str) -> Iterator[Page]:
    """What came after the status `low`, and shortly before it, oldest page first: `min_id`.

    What comes late from another server has the id of when it was written. The cursor stays one page behind: that page
    is read again, for what was edited and counted meanwhile.
    """
    mark, number, met = before(low, LATE), 0, False
    while True:
        listed = timeline.ask(min_id=mark)
        if listed.values and not listed.knows_min_id:
            yield from older(reader, timeline, Walk(low))
            return
        if met and not listed.values:
            return
        onward = rank(listed.newest) > rank(mark)
        number += rank(listed.newest) > rank(low)
        stops = listed.asked is not None or number == MOST_PAGES
        mentions, broken = reader.mentions(listed.values)
        yield Page(
            mentions,
            {"min_id": max(low, listed.newest if onward and stops else mark, key=rank)},
            asked=listed.asked,
            warning=capped(MOST_PAGES * LIMIT) if onward and number == MOST_PAGES else None,
            broken=broken,
            unchanged=not (met or mentions or broken),
        )
        if stops or not onward:
            return
        mark, met = listed.newest, True


@dataclass(frozen=True, slots=True)
class Walk:
    """A way backwards: down to `low`, from `high` on; `newest` is where the next one may stop."""

    low: str = ""
    newest: str = ""
    high: str = ""

    @classmethod
    def of(cls, cursor: Cursor) -> Walk:
        return cls(*(str(cursor.get(name) or "") for name in ("min_id", "newest", "max_id")))

    @property
    def cursor(self) -> dict[str, Json]:
        return {"min_id": self.low, "newest": self.newest, "max_id": self.high}


def older(reader: Reader, timeline: Timeline, walk: Walk, overlap: timedelta = timedelta()) -> Iterator[Page]:
    """From the newest status, or where an earlier run stopped, back to what is known; the first time, some pages.

    The cursor keeps the way that is left until it is done: a run that is cut short, or capped, loses nothing.
    """
    first, most, fresh = not walk.low, MOST_PAGES if walk.low else FIRST_PAGES, Fresh()
    bound = before(walk.low, overlap)
    for number in range(1, most + 1):
        listed = timeline.ask(since_id=bound, max_id=walk.high)
        values = [one for one in listed.values if not bound or rank(id_of(one)) > rank(bound)]
        walk = Walk(walk.low, walk.newest or listed.newest or walk.low, listed.oldest or walk.high)
        old = first and (listed.oldest_at or datetime.max.replace(tzinfo=UTC)) < datetime.now(UTC) - FIRST_DAYS
        done = not values or len(values) < len(listed.values) or old or not fresh(listed.oldest)
        done = done or (first and number == most)
        mentions, broken = reader.mentions(values)
        yield Page(
            mentions,
            {"min_id": walk.newest} if done else walk.cursor,
            asked=listed.asked,
            warning=capped(most * LIMIT) if number == most and not done else None,
            broken=broken,
            unchanged=number == 1 and not (mentions or broken),
        )
        if done or listed.asked is not None:
            return


def past(reader: Reader, timeline: Timeline, cursor: Cursor, window: Window) -> Iterator[Page]:
    """What was written in a window, newest first. Ids tell the time; servers where they do not begin at the newest."""
    high = str(cursor.get("max_id") or int(window.until.timestamp() * 1000) * SNOWFLAKE)
    reached, fresh = window.until, Fresh()
    while True:
        listed = timeline.ask(max_id=high)
        at = listed.oldest_at
        done = not listed.values or (at is not None and at < window.since) or not fresh(listed.oldest)
        reached = window.since if done else max(min(reached, at or reached), window.since)
        high = listed.oldest or high
        mentions, broken = reader.mentions(listed.values)
        kept = tuple(one for one in mentions if window.holds(one.published_at))
        yield Page(kept, {"max_id": high}, asked=listed.asked, broken=broken, reached=reached)
        if done or listed.asked is not None:
            return
