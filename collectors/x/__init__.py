"""X: a search in the posts of the last seven days, or the posts that name an account; paid by the post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2

from collectors._kit.paging import capped
from collectors._kit.texts import texts_of
from collectors.base import Collector, Cursor, Meter, Page, Window
from ground.notice import Json, Notice

from .posts import POST, at_of, id_at
from .refusals import TooOld
from .search import LARGEST, Part, XParams, number, walk

FIRST = 20
"""Posts of the very first page: a trial shows no more, and each of them is paid."""
MOST = 1_000
HISTORY = timedelta(days=7, minutes=-2)
"""X refuses ids of posts that leave its seven days while the request is on its way."""
SETTLED = timedelta(seconds=30)
"""X shows posts some seconds after they are written, and refuses ends that are later than that."""
GAP = Notice("X shows the last 7 days only: what was posted before them was not read")
"""What is said when a source was not read for longer than X goes back."""


def pages(params: XParams, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is newer than the cursor's `newest`, newest first, 1,000 posts at most.

    Until the last page the cursor also holds `since` and `until`: what lies between has still to be read, and the next
    run begins with it. Nothing is read twice on purpose, since all is paid: X shows posts once they are settled.
    """
    known, until, lost = number(cursor.get("newest")), number(cursor.get("until")), None
    if until:
        try:
            for page in _rest(params, known, number(cursor.get("since")), until, http):
                yield page
                lost = page.warning or lost
                if page.asked is not None:
                    return
        except TooOld:
            lost = GAP
        else:
            cursor = {"newest": str(known)}
    for page in _news(params, known, http):
        warning = page.warning or lost
        quiet = not (page.mentions or page.broken or warning) and page.cursor == cursor
        yield replace(page, warning=warning, unchanged=quiet)


def _rest(params: XParams, newest: int, since: int, until: int, http: httpx2.Client) -> Iterator[Page]:
    """What a run that was cut short had left. Raises TooOld."""
    for part in walk(params, since, until, http):
        until = part.oldest or until
        left = {"since": str(since), "until": str(until)} if part.more else {}
        yield _page(part, {"newest": str(newest), **left}, warning=GAP if part.gap else None)


def _news(params: XParams, known: int, http: httpx2.Client) -> Iterator[Page]:
    """A search that begins nowhere begins seven days ago."""
    since = known or (0 if params.mode == "search" else id_at(datetime.now(UTC) - HISTORY))
    newest, oldest, count = known, 0, 0
    for part in walk(params, since, 0, http, LARGEST if known else FIRST):
        newest, oldest = max(newest, part.newest), part.oldest or oldest
        count += len(part.mentions) + len(part.broken)
        full = part.more and count >= MOST
        cursor: dict[str, Json] = {"newest": str(newest)} if newest else {}
        if part.more and oldest and not full:
            cursor |= {"since": str(since), "until": str(oldest)}
        yield _page(part, cursor, warning=capped(MOST) if full else GAP if part.gap else None)
        if full:
            return


def backfill(params: XParams, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was posted in the window, newest first. The cursor holds `until`, the oldest id that was read."""
    now = datetime.now(UTC)
    start = max(window.since, now - HISTORY) if params.mode == "search" else window.since
    warning = GAP if start > window.since else None
    until = number(cursor.get("until")) or (id_at(window.until) if window.until < now - SETTLED else 0)
    since = max(id_at(start) - 1, 0)
    if until and until <= since + 1:
        yield Page((), dict(cursor), warning=warning, reached=window.since)
        return
    for part in walk(params, since, until, http):
        until = part.oldest or until
        reached = _reached(until, window) if part.more else window.since
        yield _page(part, {"until": str(until)} if until else {}, warning=warning, reached=reached)


def _reached(oldest: int, window: Window) -> datetime:
    return max(window.since, min(at_of(str(oldest)) or window.until, window.until))


def _page(
    part: Part, cursor: Mapping[str, Json], *, warning: Notice | None = None, reached: datetime | None = None
) -> Page:
    return Page(part.mentions, dict(cursor), part.asked, warning=warning, broken=part.broken, reached=reached)


collector = Collector(
    kind="x",
    **texts_of(__name__),
    params=XParams,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="x",
    group="social",
    auth="token",
    history_days=7,
    min_interval=timedelta(minutes=15),
    default_interval=timedelta(hours=1),
    cost=POST / 1_000_000,
    meters={
        "dollars": Meter(
            limit="monthly_budget",
            period="month",
            scale=1_000_000,
        )
    },
    may_train=False,
)
