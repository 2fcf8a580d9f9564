"""X: a search in the posts of the last seven days, or the posts that name an account; paid by the post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2

from collectors._kit.paging import cap_warning
from collectors._kit.texts import texts_of
from collectors._kit.walk import Rewind
from collectors.base import Collector, Cursor, Meter, Page, Window
from ground.notice import Json, Notice
from ground.place import Place

from .posts import POST, at_of, id_at
from .refusals import TooOld
from .search import LARGEST, PostPage, XParams, number, posts_between

FIRST = 20
"""Posts of the very first page: a trial shows no more, and each of them is paid."""
MOST = 1_000
"""The most posts of one run. It counts posts rather than answers, because each post is paid."""
HISTORY = timedelta(days=7, minutes=-2)
"""Two minutes short of X's seven days: X refuses ids that become too old while the request is on its way."""
SETTLED = timedelta(seconds=30)
"""X shows posts some seconds after they are written, and refuses ends that are later than that."""
GAP = Notice("X shows only the last 7 days: Vigie did not read what was posted before")
"""The warning for a source that was not read for longer than X goes back."""


def pages(params: XParams, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is newer than the cursor's `newest`, newest first, 1,000 posts at most.

    Until the last page the cursor also holds `since` and `until`: the posts between them have not been read, and the
    next run begins with them. No post is asked for twice, because each is paid.
    """
    newest, until, warning = number(cursor.get("newest")), number(cursor.get("until")), None
    if until:
        try:
            for page in _rest(params, newest, number(cursor.get("since")), until, http):
                yield page
                warning = page.warning or warning
                if page.asked is not None:
                    return
        except TooOld:
            warning = GAP
        else:
            cursor = {"newest": str(newest)}
    for page in _news(params, newest, http):
        page = replace(page, warning=page.warning or warning)
        is_silent = not (page.mentions or page.broken or page.warning) and page.cursor == cursor
        yield replace(page, unchanged=is_silent)


def _rest(params: XParams, newest: int, since: int, until: int, http: httpx2.Client) -> Iterator[Page]:
    """What an interrupted run left to read. Raises TooOld."""
    for leg in posts_between(params, since, until, http):
        until = leg.answer.oldest or until
        ends = {} if leg.ended else {"since": str(since), "until": str(until)}
        yield _page(leg.answer, {"newest": str(newest), **ends}, warning=GAP if leg.answer.gap else None)


def _news(params: XParams, newest_known: int, http: httpx2.Client) -> Iterator[Page]:
    """The posts with ids above `newest_known`. Where that is 0, X begins a search seven days ago by itself."""
    since = newest_known or (0 if params.mode == "search" else id_at(datetime.now(UTC) - HISTORY))
    newest, oldest, count = newest_known, 0, 0
    for leg in posts_between(params, since, 0, http, LARGEST if newest_known else FIRST):
        part = leg.answer
        newest, oldest = max(newest, part.newest), part.oldest or oldest
        count += len(part.mentions) + len(part.broken)
        is_full = not leg.ended and count >= MOST
        cursor: dict[str, Json] = {"newest": str(newest)} if newest else {}
        if oldest and not leg.ended and not is_full:
            cursor |= {"since": str(since), "until": str(oldest)}
        yield _page(part, cursor, warning=cap_warning(MOST) if is_full else GAP if part.gap else None)
        if is_full:
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
    rewind = Rewind(window, at_of(str(until)))
    for leg in posts_between(params, since, until, http):
        part, until = leg.answer, leg.answer.oldest or until
        yield rewind.page(
            part.mentions,
            {"until": str(until)} if until else {},
            ended=leg.ended,
            oldest=at_of(str(until)),
            broken=part.broken,
            asked=part.pause,
            warning=warning,
        )


def _page(part: PostPage, cursor: Mapping[str, Json], *, warning: Notice | None) -> Page:
    return Page(part.mentions, dict(cursor), part.pause, warning=warning, broken=part.broken)


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({"query": place.phrase},) if place.words and place.on("x.com", "twitter.com") else ()


collector = Collector(
    kind="x",
    **texts_of(__name__),
    params=XParams,
    address="base_url",
    pages=pages,
    recognise=recognise,
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
