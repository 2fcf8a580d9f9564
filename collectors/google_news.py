"""Google News: the headlines of a search, by its feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

import httpx2
from pydantic import Field, StringConstraints

from ground.notice import Notice

from ._feeds.reading import FeedAddress, NoFeedHere, read_place, reshape
from ._kit.fields import Interface, Params, Words
from ._kit.texts import texts_of
from .base import Collector, Cursor, Page, RawMention, Window

MOST = 100
"""Google gives no more, whatever there is, and not the newest first."""


class NewsSearch(Params):
    base_url: Interface = Field(default="https://news.google.com", title="Address", description="Leave as it is")
    query: Words = Field(title="Words to search for", description="As in Google News", examples=['"Acme" OR Acmé'])
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")] = Field(
        default="fr", title="Language", description="Of the articles: fr, en, de, pt-BR…"
    )
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = Field(
        default="FR", title="Country", description="Whose edition is searched: FR, BE, CA, GB…"
    )
    when: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,2}[hdmy]$")] = Field(
        default="1d", title="How far back", description="1h, 1d or 7d: a short time leaves fewer out"
    )


def pages(params: NewsSearch, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The headlines of the last `when`, at most 100."""
    found = 0
    for page in _search(params, f"when:{params.when}", cursor, http):
        found += len(page.mentions)
        yield replace(page, warning=page.warning or _full(found))


def backfill(params: NewsSearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Day by day, the newest first; the cursor holds the `day` to go on with. A day beyond the window is asked
    at both ends, because Google's days are not ours."""
    given: set[str] = set()
    day, first = _day(cursor, window.until.date() + timedelta(days=1)), window.since.date() - timedelta(days=1)
    while day >= first:
        between = f"after:{day.isoformat()} before:{(day + timedelta(days=1)).isoformat()}"
        inside: list[RawMention] = []
        number = 0
        for page in _search(params, between, {}, http):
            number += len(page.mentions)
            inside += [one for one in page.mentions if window.holds(one.published_at) and one.external_id not in given]
        given |= {one.external_id for one in inside}
        yield Page(
            tuple(inside),
            {"day": (day - timedelta(days=1)).isoformat()},
            warning=_full(number),
            reached=_reached(day, first, window),
        )
        day -= timedelta(days=1)


def _search(params: NewsSearch, when: str, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    language, country = params.language, params.country
    query = {
        "q": f"{params.query} {when}",
        "hl": language,
        "gl": country,
        "ceid": f"{country}:{language}",
    }
    place = FeedAddress(f"{params.base_url}/rss/search?{urlencode(query)}", moves=False)
    try:
        yield from reshape(read_place(place, cursor, http), _headline)
    except NoFeedHere as error:
        raise NoFeedHere(
            "Google shows a page instead of its headlines: it asks for consent, or takes Vigie for a robot. "
            "The next reading is automatic; if this lasts, read less often"
        ) from error


def _headline(mention: RawMention) -> RawMention:
    """Headline, outlet and date only: the description repeats headlines, also those of other articles."""
    return replace(mention, platform="web", text="")


def _full(number: int) -> Notice | None:
    if number < MOST:
        return None
    return Notice("Google gave its {most} headlines and may have left some out: narrow the search", {"most": MOST})


def _day(cursor: Cursor, newest: date) -> date:
    try:
        return min(date.fromisoformat(str(cursor.get("day"))), newest)
    except ValueError:
        return newest


def _reached(day: date, first: date, window: Window) -> datetime:
    """Everything from there on was given: a day later than the day read, for the same reason."""
    if day <= first:
        return window.since
    midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
    return min(window.until, max(window.since, midnight))


collector = Collector(
    kind="google_news",
    **texts_of(__name__),
    params=NewsSearch,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="web",
    group="web",
    rank=3,
    min_interval=timedelta(minutes=30),
    gap=timedelta(seconds=5),
)
