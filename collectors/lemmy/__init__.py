"""Lemmy: posts and comments that match a search, or those of one community, through any instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Self

import httpx2
from pydantic import Field, StringConstraints, model_validator

from collectors._kit.fields import BaseUrl, Line, Params
from collectors._kit.newest import Listing, look_back
from collectors._kit.paging import Unmet, cap_warning
from collectors._kit.texts import texts_of
from collectors._kit.times import latest, moment, rfc3339
from collectors._kit.walk import Rewind, walk
from collectors.base import Collector, Cursor, Page, SourceError, Window
from ground.notice import Json
from ground.place import Place

from .lists import Instance, ListProgress, Lists, Marks
from .refusals import Gone

OVERLAP = timedelta(hours=6)  # a post takes hours to arrive from one instance at another
MOST_PAGES = 20
VERSIONS = ("v4", "v3")


class LemmySearch(Params):
    base_url: BaseUrl = Field(
        default="https://lemmy.world",
        title="Address of the instance",
        description="A large instance sees most of what is said on the others",
    )
    query: Line = Field(
        default="", title="Words to search for", description="Empty: everything in the community", examples=["acme"]
    )
    community: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^!?[\w.@-]*$", max_length=200)] = (
        Field(default="", title="Community", description="Empty: all of them", examples=["france@jlai.lu"])
    )

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.query or self.community):
            raise ValueError("give a search, a community, or both")
        return self


def pages(params: LemmySearch, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """From the newest back to the last reading. The cursor holds `api`, the version, and `newest`, a time.

    `newest` moves with the last page only, so that an interrupted reading begins again.
    """
    before = moment(cursor.get("newest"))
    since = look_back(before, OVERLAP)
    lists, first = _begin(params, {"api": cursor.get("api")}, since, http)
    newest, unmet = before or since, Unmet()
    for leg in walk(_asker(lists, first, since), most=MOST_PAGES):
        listing = leg.answer
        newest = latest(newest, *(mention.published_at for mention in listing.mentions)) or newest
        mentions = unmet(listing.mentions)
        state = {**cursor, "api": lists.version} | ({"newest": rfc3339(newest)} if leg.last else {})
        yield Page(mentions, state, broken=listing.broken, warning=cap_warning(len(unmet)) if leg.capped else None)


def backfill(params: LemmySearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The window, newest first; the cursor holds `api` and `marks`, the next page of each list."""
    lists, first = _begin(params, cursor, window.since, http)
    rewind = Rewind(window)
    for leg in walk(_asker(lists, first, window.since)):
        state: Cursor = {"api": lists.version, "marks": list(lists.marks)}
        listing = leg.answer
        yield rewind.page(listing.mentions, state, ended=leg.ended, oldest=lists.complete_from, broken=listing.broken)


def _asker(lists: Lists, first: Listing, since: datetime) -> Callable[[Marks | None], tuple[Listing, Marks | None]]:
    """The `ask` of a walk: returns the first page of all lists, which was read already, then asks page after page."""

    def ask(marks: Marks | None) -> tuple[Listing, Marks | None]:
        listing = first if marks is None else lists.page(since)
        return listing, None if lists.at_end else lists.marks

    return ask


def _begin(params: LemmySearch, cursor: Cursor, since: datetime, http: httpx2.Client) -> tuple[Lists, Listing]:
    """The lists and their first page: in the version of the cursor, else in the one that the instance speaks."""
    instance, saved = Instance(params.base_url, http), cursor.get("api")
    if saved in VERSIONS:
        lists = Lists(instance, "v4" if saved == "v4" else "v3", _lists(params, saved == "v4", cursor.get("marks")))
        with suppress(Gone):
            return lists, lists.page(since)
    version = instance.version()
    lists = Lists(instance, version, _lists(params, version == "v4", None))
    try:
        return lists, lists.page(since)
    except Gone:
        raise SourceError("{host} is not a Lemmy instance: check its address", host=instance.host) from None


def _lists(params: LemmySearch, four: bool, marks: object) -> list[ListProgress]:
    """The lists to read: one for a search; two for a community, its posts and its comments."""
    everything, new = ("all", "new") if four else ("All", "New")
    query: dict[str, str | int] = {"sort": new}
    if params.community:
        query["community_name"] = params.community.removeprefix("!")
    if params.query:
        words = {"search_term": params.query, "q": params.query} if four else {"q": params.query}
        lists = [ListProgress("search", {**query, **words, "type_": everything, "listing_type": everything})]
    else:
        lists = [ListProgress(path, {**query, "type_": everything}) for path in ("post/list", "comment/list")]
    for progress, mark in zip(lists, marks if isinstance(marks, list) else [], strict=False):
        progress.mark = mark if isinstance(mark, str | int) else None
    return lists


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    """A community by its address, else a search for the name: on the instance, or on the largest one."""
    if place.is_search:
        return ({"query": place.words},)
    if not (place.says(r"lemmyConfig|Lemmy</title>|content=.Lemmy") or place.generator.startswith("lemmy")):
        return ()
    if found := place.at(r"/c/([\w.@-]{1,200})"):
        return ({"base_url": place.origin, "community": found[1]},)
    return ({"base_url": place.origin, "query": place.words},) if place.words else ()


collector = Collector(
    kind="lemmy",
    **texts_of(__name__),
    params=LemmySearch,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="lemmy",
    group="forums",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=2),
    deletions=True,
)
