"""Google News: the headlines of a search, by its feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

import httpx2
from pydantic import Field, StringConstraints

from ground.notice import Json, Notice
from ground.place import Place

from ._feeds.reading import FeedAddress, NoFeedHere, read_place, reshape
from ._kit.fields import Interface, Params, Words
from ._kit.texts import texts_of
from ._kit.walk import Rewind, walk
from .base import Collector, Cursor, Page, RawMention, Window

MOST = 100
"""Google returns no more headlines than this, which are not always the newest."""
A_DAY = timedelta(days=1)
EDITIONS = {"fr": "FR", "en": "US"}


class NewsSearch(Params):
    base_url: Interface = Field(default="https://news.google.com", title="Address", description="Leave as it is")
    query: Words = Field(title="Words to search for", description="As in Google News", examples=['"Acme" OR Acmé'])
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")] = Field(
        default="fr", title="Language", description="Of the articles: fr, en, de, pt-BR…"
    )
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = Field(
        default="FR", title="Country", description="The country whose edition is searched: FR, BE, CA, GB…"
    )
    when: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,2}[hdmy]$")] = Field(
        default="1d",
        title="How far back",
        description="1h, 1d or 7d: the shorter the period, the fewer articles Google leaves out",
    )


@dataclass(frozen=True, slots=True)
class Day:
    """The headlines that Google counts to one day, which may begin some hours before or after the day in UTC."""

    day: date
    mentions: tuple[RawMention, ...]

    @property
    def oldest(self) -> datetime:
        """From when on everything was read, once this day and those after it were: Google's day may begin so late."""
        return datetime.combine(self.day + A_DAY, time(), UTC)


def pages(params: NewsSearch, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The headlines of the last `when`, at most 100."""
    number = 0
    for page in _search(params, f"when:{params.when}", cursor, http):
        number += len(page.mentions)
        yield replace(page, warning=page.warning or _warning(number))


def backfill(params: NewsSearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Reads one day after another, newest first; the cursor holds the next `day`.

    It asks for a day more at both ends of the window, because Google's days are not in UTC.
    """
    first = window.since.date() - A_DAY
    start = _day(cursor, window.until.date() + A_DAY)
    if start < first:
        return

    def ask(mark: date | None) -> tuple[Day, date]:
        day = mark or start
        return Day(day, _headlines_of(params, day, http)), day - A_DAY

    rewind = Rewind(window)
    for leg in walk(ask, start, ends=lambda answer: answer.day <= first):
        answer = leg.answer
        rest: Cursor = {"day": (answer.day - A_DAY).isoformat()}
        warning = _warning(len(answer.mentions))
        yield rewind.page(answer.mentions, rest, ended=leg.ended, oldest=answer.oldest, warning=warning)


def _headlines_of(params: NewsSearch, day: date, http: httpx2.Client) -> tuple[RawMention, ...]:
    """The headlines of one day, at most 100. Raises SourceError."""
    when = f"after:{day.isoformat()} before:{(day + A_DAY).isoformat()}"
    return tuple(mention for page in _search(params, when, {}, http) for mention in page.mentions)


def _search(params: NewsSearch, when: str, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The pages of the feed of a search; `when` is Google's own way to bound it in time. Raises SourceError."""
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
    """Keeps headline, outlet and date: the description repeats headlines, also those of other articles."""
    return replace(mention, platform="web", text="")


def _warning(number: int) -> Notice | None:
    if number < MOST:
        return None
    return Notice("Google gave its {most} headlines and may have left some out: narrow the search", {"most": MOST})


def _day(cursor: Cursor, newest: date) -> date:
    """The day to go on with, which the cursor holds; `newest` at first."""
    try:
        return min(date.fromisoformat(str(cursor.get("day"))), newest)
    except ValueError:
        return newest


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A search for the name, in the edition of the reader's language."""
    words = place.words if place.is_search else place.asked("q") if place.on("news.google.com") else ""
    if not words:
        return ()
    phrase = place.phrase if words == place.words else words
    return ({"query": phrase, "language": place.language, "country": EDITIONS.get(place.language, "US"), "when": "7d"},)


collector = Collector(
    kind="google_news",
    **texts_of(__name__),
    params=NewsSearch,
    address="base_url",
    ids="feed",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="web",
    group="web",
    rank=3,
    min_interval=timedelta(minutes=30),
    gap=timedelta(seconds=5),
)
