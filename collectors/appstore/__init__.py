"""App Store: the newest reviews of any app, country by country, from the feed that Apple publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated

import httpx2
from pydantic import Field, StringConstraints

from collectors._kit.answers import Count, Part, Text, each, json_of, missing_field
from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Interface, Params
from collectors._kit.items import fit_id
from collectors._kit.newest import Listing, back, forward, look_back, times_of
from collectors._kit.stars import SCALE, stars
from collectors._kit.texts import texts_of
from collectors._kit.times import moment
from collectors._kit.walk import in_turn
from collectors.base import (
    Collector,
    Cursor,
    Page,
    RawMention,
    SourceBusy,
    SourceError,
    SourceRefused,
    Window,
)
from ground.isolate import Isolated, isolated
from ground.notice import Json, Notice
from ground.place import Place

from .feed import Entry, of_json, of_xml

MOST_PAGES = 10  # of 50 reviews; the platform has no more
OVERLAP = timedelta(hours=1)
EMPTY = Notice(
    "the App Store gave no review for {countries}, although it did before: this happens at Apple; the next reading is "
    "automatic"
)
FAILED = "the App Store did not answer for {countries}: this happens at Apple; the next reading is automatic"

Country = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[a-z]{2}$")]


class App(Params):
    base_url: Interface = Field("https://itunes.apple.com", title="Address of the feed")
    app_id: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(id)?[0-9]{5,15}$")] = Field(
        title="Number of the app", description="The digits in the address of its page", examples=["1234567890"]
    )
    countries: tuple[Country, ...] = Field(
        ("fr", "us"), title="Countries", description="Two letters each", min_length=1, max_length=40, examples=["fr"]
    )


class Review(Part):
    id: Annotated[str, Field(min_length=1)]
    title: Text = ""
    content: Text = ""
    author: Text = ""
    profile: Text = ""
    updated: Text = ""
    rating: float | None = Field(None, alias="im:rating")
    votes: Count = Field(None, alias="im:voteSum")


def pages(params: App, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """Country by country, what is newer than its time in the cursor's `newest`; page 1 is always read in full.

    A country that fails, or is empty for once, does not stop the others. Raises SourceError where all fail.
    """
    newest = _newest_of(cursor)
    failed: list[str] = []
    empty: list[str] = []
    problem: SourceError | None = None
    for country in params.countries:
        count = 0
        try:
            for page in _country(params, newest, country, http):
                newest = _newest_of(page.cursor)
                count += len(page.mentions) + len(page.broken)
                yield page
            empty += [country] if country in newest and not count else []
        except (SourceBusy, SourceRefused):
            raise
        except SourceError as error:
            problem, failed = error, [*failed, country]
    if problem and len(failed) == len(params.countries):
        raise problem
    if failed or empty:
        yield Page((), {"newest": newest}, warning=_warning(failed, empty))


def _warning(failed: list[str], empty: list[str]) -> Notice:
    if failed:
        return Notice(FAILED, {"countries": ", ".join(failed + empty)})
    return replace(EMPTY, args={"countries": ", ".join(empty)})


def _country(params: App, newest: dict[str, Json], country: str, http: httpx2.Client) -> Iterator[Page]:
    before = moment(newest.get(country))
    since = look_back(before, OVERLAP)
    for step in forward(partial(_ask, params, http, country, MOST_PAGES + 1), before, since, MOST_PAGES):
        reached = {**newest, country: step.newest.isoformat()} if step.last and step.newest else newest
        listing = step.listing
        yield Page(listing.mentions, {"newest": reached}, broken=listing.broken, warning=step.warning)


def backfill(params: App, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """Country by country, the 500 reviews that the feed holds. The cursor holds the number of the country."""

    def back_in(number: int, cursor: Cursor) -> Iterator[Page]:
        ask = partial(_ask, params, http, params.countries[number], MOST_PAGES)
        return back(ask, cursor.get("page"), window)

    return in_turn(len(params.countries), "country", cursor, window, back_in)


def _newest_of(cursor: Cursor) -> dict[str, Json]:
    """When the newest review of each country was written, as the cursor holds it."""
    newest = cursor.get("newest")
    return dict(newest) if isinstance(newest, dict) else {}


def _ask(params: App, http: httpx2.Client, country: str, last: int, mark: str | None) -> Listing:
    """The page that `mark` numbers. Another one follows up to `last`, unless this one is empty."""
    number = int(mark) if mark and mark.isdecimal() and len(mark) < 3 else 1
    app = params.app_id.removeprefix("id")
    url = f"{params.base_url}/{country}/rss/customerreviews/page={number}/id={app}/sortBy=mostRecent"
    entries = _entries(http, url, first=number == 1)
    mentions, broken = each(Review, entries, partial(mention, app, country), host_of(url))
    more = str(number + 1) if entries and number < last else None
    return Listing(mentions, broken, more, times_of(mentions))


def _entries(http: httpx2.Client, url: str, *, first: bool) -> list[Entry]:
    """The entries in JSON; in Atom where JSON fails, has no dates, or is empty on the first page. All three happen.

    Raises the SourceError of the JSON form where neither can be read.
    """
    entries, problem = _as_json(http, url)
    if entries and any("updated" in entry for entry in entries):
        return entries
    if entries == [] and not first:
        return entries
    try:
        in_atom = isolated(of_xml, fetch(http, f"{url}/xml").content)
    except (SourceError, Isolated):
        in_atom = None
    if not in_atom and problem:
        raise problem
    return in_atom or entries or []


def _as_json(http: httpx2.Client, url: str) -> tuple[list[Entry] | None, SourceError | None]:
    """The entries in JSON, or the error to raise where no other form can be read."""
    try:
        entries = of_json(json_of(fetch(http, f"{url}/json")))
    except (SourceBusy, SourceRefused):
        raise
    except SourceError as error:
        return None, error
    if entries is None:
        return None, missing_field(host_of(url), "feed")
    return entries, None


def mention(app: str, country: str, review: Review) -> RawMention:
    """A review as a mention. The feed dates its last change, not its writing, and links to the app only."""
    return RawMention(
        external_id=fit_id(review.id),
        url=f"https://apps.apple.com/{country}/app/id{app}?see-all=reviews",
        title=review.title,
        text=review.content or ("" if review.title else stars(review.rating)),
        author=review.author,
        author_id=review.profile.rpartition("/id")[2] if "/id" in review.profile else "",
        platform="app store",
        outlet=country.upper(),
        published_at=moment(review.updated),
        thread_id=app,
        rating=review.rating,
        rating_scale=SCALE if review.rating is not None else None,
        engagement={"likes": review.votes} if review.votes is not None else {},
    )


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """The app of a page of the App Store, in the country of the page."""
    found = place.on("apps.apple.com", "itunes.apple.com") and place.at(r"/(?:([a-z]{2})/)?.{0,300}?/id(\d{5,15})")
    if not found:
        return ()
    return ({"app_id": found[2], "countries": [found[1] or ("fr" if place.language == "fr" else "us")]},)


collector = Collector(
    kind="appstore",
    **texts_of(__name__),
    params=App,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="app store",
    group="reviews",
    min_interval=timedelta(minutes=30),
    default_interval=timedelta(hours=2),
    gap=timedelta(seconds=1),
)
