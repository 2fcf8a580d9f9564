"""Walks the lists of a Mastodon server: forwards from a status, or backwards from the newest."""

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
from collectors._kit.paging import cap_warning
from collectors._kit.times import moment
from collectors._kit.walk import Leg, Rewind, walk
from collectors.base import Cursor, Page, Window
from ground.notice import Json

from .mastodon import Reader, headers_of, refusals_of

LIMIT = 40
MOST_PAGES = 25
"""The most pages that one reading asks for."""
FIRST_PAGES, FIRST_DAYS = 5, timedelta(days=7)
LATE = timedelta(minutes=10)
SNOWFLAKE = 1 << 16
"""Since Mastodon 2.0 an id is the milliseconds since 1970 times this, plus a number."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One list of a server: its `path`, and the `params` of each request. A search takes `min_id` only as a bound."""

    http: httpx2.Client
    base_url: str
    path: str
    params: Mapping[str, Any]
    token: SecretStr

    @property
    def is_search(self) -> bool:
        return self.path.endswith("/search")

    def ask(self, **ids: str) -> StatusPage:
        """The statuses beyond these ids. Raises SourceError."""
        if self.is_search and "since_id" in ids:
            ids["min_id"] = ids.pop("since_id")
        params: dict[str, Any] = {
            **self.params,
            "limit": LIMIT,
            **{name: value for name, value in ids.items() if value},
        }
        headers = headers_of(self.token)
        refusals = refusals_of(self.base_url, has_token=bool(headers))
        answer = fetch(self.http, f"{self.base_url}{self.path}", params=params, headers=headers, refusals=refusals)
        return StatusPage(list_of(answer), answer)


def list_of(answer: httpx2.Response) -> list[Any]:
    """The statuses of a timeline or of a search. Raises SourceError, SourceChanged."""
    body, host = json_of(answer), host_of(str(answer.url))
    values = body.get("statuses") if isinstance(body, dict) else body
    if not isinstance(values, list):
        raise missing_field(host, "statuses")
    return values


@dataclass(frozen=True, slots=True)
class StatusPage:
    """One page of statuses, newest first, as the server sent them."""

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
        times = (value.get("created_at") for value in self.values if self.oldest and id_of(value) == self.oldest)
        return moment(next(times, None))

    def ends_before(self, since: datetime) -> bool:
        return self.oldest_at is not None and self.oldest_at < since

    def above(self, bound: str) -> list[Any]:
        """The statuses whose ids are higher; all of them without a bound."""
        return [value for value in self.values if not bound or rank(id_of(value)) > rank(bound)]

    @property
    def pause(self) -> timedelta | None:
        return used_up(self.answer.headers, datetime.now(UTC))

    @property
    def knows_min_id(self) -> bool:
        """Servers before 2.6 ignore it, and name since_id as the way to newer statuses. An empty page says nothing."""
        return not self.values or not re.search(r"[?&]since_id=", self.answer.headers.get("link", ""))


def id_of(value: object) -> str:
    """The id of a status, which is a number on old servers; empty when it has none."""
    identity = value.get("id") if isinstance(value, dict) else None
    return str(identity) if isinstance(identity, str | int) and not isinstance(identity, bool) else ""


def rank(identity: str) -> tuple[int, str]:
    """The order of ids, which are numbers on most servers, and texts of equal length on the others."""
    return len(identity), identity


def before(identity: str, pause: timedelta) -> str:
    """The snowflake id for a moment `pause` before this one; the same id where ids do not hold the time."""
    if not identity.isdecimal() or int(identity) < SNOWFLAKE**2:
        return identity
    return str(int(identity) - int(pause.total_seconds() * 1000) * SNOWFLAKE)


def read_on(reader: Reader, timeline: Timeline, low: str) -> Iterator[Page]:
    """What came after the status `low`, oldest page first, by `min_id`.

    Begins shortly before `low`, because a status that arrives late from another server has the id of the time at which
    it was written. The cursor stays one page behind, so that the last page is read again with its edits and counts.
    """
    start, count = before(low, LATE), 0
    for leg in walk(lambda mark: _after(timeline, mark or ""), start):
        answer, is_later = leg.answer, leg.mark != start
        if not answer.knows_min_id:
            yield from read_back(reader, timeline, Way(low))
            return
        if is_later and not answer.values:
            return
        count += rank(answer.newest) > rank(low)
        stops = answer.pause is not None or count == MOST_PAGES
        page = _page_on(reader, leg, low, stops=stops, full=count == MOST_PAGES)
        yield replace(page, unchanged=not (is_later or page.mentions or page.broken))
        if stops:
            return


def _page_on(reader: Reader, leg: Leg[StatusPage, str], low: str, *, stops: bool, full: bool) -> Page:
    mentions, broken = reader.mentions(leg.answer.values)
    reached = leg.answer.newest if stops and not leg.ended else leg.mark or ""
    return Page(
        mentions,
        {"min_id": max(low, reached, key=rank)},
        asked=leg.answer.pause,
        warning=cap_warning(MOST_PAGES * LIMIT) if full and not leg.ended else None,
        broken=broken,
    )


def _after(timeline: Timeline, mark: str) -> tuple[StatusPage, str | None]:
    answer = timeline.ask(min_id=mark)
    return answer, answer.newest if rank(answer.newest) > rank(mark) else None


@dataclass(frozen=True, slots=True)
class Way:
    """What is left of a way back: from `high` down to `low`. The next way may stop at `newest`."""

    low: str = ""
    newest: str = ""
    high: str = ""

    @classmethod
    def of(cls, cursor: Cursor) -> Way:
        return cls(*(str(cursor.get(name) or "") for name in ("min_id", "newest", "max_id")))

    @property
    def cursor(self) -> dict[str, Json]:
        return {"min_id": self.low, "newest": self.newest, "max_id": self.high}

    def after(self, answer: StatusPage) -> Way:
        """What is left once these statuses have been read."""
        return Way(self.low, self.newest or answer.newest or self.low, answer.oldest or self.high)


def read_back(reader: Reader, timeline: Timeline, way: Way, overlap: timedelta = timedelta()) -> Iterator[Page]:
    """Reads from the newest status, or where an earlier run stopped, back to what is known; at first, a few pages.

    The cursor holds what is left of the way until it is done: a run that is interrupted or capped loses nothing.
    """
    is_first, most = not way.low, MOST_PAGES if way.low else FIRST_PAGES
    bound = before(way.low, overlap)
    since = datetime.now(UTC) - FIRST_DAYS if is_first else None

    def ask(high: str | None) -> tuple[StatusPage, str | None]:
        answer = timeline.ask(since_id=bound, max_id=high or "")
        return answer, answer.oldest

    for number, leg in enumerate(walk(ask, way.high, most=most, ends=lambda answer: _ends(answer, bound, since)), 1):
        answer, is_done = leg.answer, leg.ended or (is_first and leg.capped)
        way = way.after(answer)
        mentions, broken = reader.mentions(answer.above(bound))
        yield Page(
            mentions,
            {"min_id": way.newest} if is_done else way.cursor,
            asked=answer.pause,
            warning=cap_warning(most * LIMIT) if leg.capped and not is_done else None,
            broken=broken,
            unchanged=number == 1 and not (mentions or broken),
        )
        if answer.pause is not None:
            return


def _ends(answer: StatusPage, bound: str, since: datetime | None) -> bool:
    """Whether an answer goes back to the status `bound`, or beyond `since` where there is such a moment."""
    new = answer.above(bound)
    return not new or len(new) < len(answer.values) or (since is not None and answer.ends_before(since))


def read_window(reader: Reader, timeline: Timeline, cursor: Cursor, window: Window) -> Iterator[Page]:
    """What was written in a window, newest first. Servers whose ids do not hold the time begin at the newest status."""
    start = str(cursor.get("max_id") or int(window.until.timestamp() * 1000) * SNOWFLAKE)
    rewind = Rewind(window)

    def ask(high: str | None) -> tuple[StatusPage, str | None]:
        answer = timeline.ask(max_id=high or "")
        return answer, answer.oldest

    for leg in walk(ask, start, ends=lambda answer: answer.ends_before(window.since)):
        answer, cursor = leg.answer, {"max_id": leg.next or leg.mark}
        mentions, broken = reader.mentions(answer.values)
        oldest, pause = answer.oldest_at, answer.pause
        yield rewind.page(mentions, cursor, ended=leg.ended, oldest=oldest, broken=broken, asked=pause)
        if pause is not None:
            return
