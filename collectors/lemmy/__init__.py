"""Lemmy: posts and comments that a search finds, or those of one community, through any instance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

import httpx2
from pydantic import Field, StringConstraints, model_validator

from collectors._kit.fields import BaseUrl, Line, Params
from collectors._kit.paging import capped
from collectors._kit.texts import texts_of
from collectors._kit.times import moment, rfc3339
from collectors.base import Collector, Cursor, Page, RawMention, SourceError, Window

from .lists import EVER, Instance, Step, Walk, Walker
from .refusals import Gone

OVERLAP = timedelta(hours=6)  # what is said on one instance takes hours to arrive at another
FIRST_READING = timedelta(days=7)
MOST_PAGES = 20
VERSIONS = ("v4", "v3")


class LemmySearch(Params):
    base_url: BaseUrl = Field(
        default="https://lemmy.world",
        title="Address of the instance",
        description="A large one knows of most of what is said on the others",
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
    """From the newest back to the last reading. The cursor holds `api`, the version, and `newest`, a time; it moves on
    the last page only, so that a reading that is interrupted is done again."""
    newest = moment(cursor.get("newest"))
    since = newest - OVERLAP if newest else datetime.now(UTC) - FIRST_READING
    walker, step = _begun(params, {"api": cursor.get("api")}, since, http)
    latest = newest or since
    for number in range(1, MOST_PAGES + 1):
        latest = max([latest, *(_past(one) for one in step.mentions)])
        last = walker.ended or number == MOST_PAGES
        warning = capped(len(walker.given)) if last and not walker.ended else None
        state = {**cursor, "api": walker.version} | ({"newest": rfc3339(latest)} if last else {})
        yield Page(step.mentions, state, broken=step.broken, warning=warning)
        if last:
            return
        step = walker.step(since)


def backfill(params: LemmySearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The window, newest first; the cursor holds `api` and `marks`, the next page of each list."""
    walker, step = _begun(params, cursor, window.since, http)
    reached = window.until
    while True:
        ended = walker.ended
        reached = window.since if ended else max(window.since, min(reached, walker.reached))
        yield Page(
            tuple(one for one in step.mentions if window.holds(one.published_at)),
            {"api": walker.version, "marks": [walk.mark for walk in walker.walks]},
            broken=step.broken,
            reached=reached,
        )
        if ended:
            return
        step = walker.step(window.since)


def _begun(params: LemmySearch, cursor: Cursor, since: datetime, http: httpx2.Client) -> tuple[Walker, Step]:
    """A walk and its first step, in the version remembered; in the one that answers when that is gone."""
    instance, known = Instance(params.base_url, http), cursor.get("api")
    if known in VERSIONS:
        walker = Walker(instance, "v4" if known == "v4" else "v3", _walks(params, known == "v4", cursor.get("marks")))
        with suppress(Gone):
            return walker, walker.step(since)
    version = instance.version()
    walker = Walker(instance, version, _walks(params, version == "v4", None))
    try:
        return walker, walker.step(since)
    except Gone:
        raise SourceError("{host} is no Lemmy instance: check its address", host=instance.host) from None


def _walks(params: LemmySearch, four: bool, marks: object) -> list[Walk]:
    """A search is one list; a community has its posts and its comments."""
    everything, new = ("all", "new") if four else ("All", "New")
    query: dict[str, str | int] = {"sort": new}
    if params.community:
        query["community_name"] = params.community.removeprefix("!")
    if params.query:
        words = {"search_term": params.query, "q": params.query} if four else {"q": params.query}
        walks = [Walk("search", {**query, **words, "type_": everything, "listing_type": everything})]
    else:
        walks = [Walk(path, {**query, "type_": everything}) for path in ("post/list", "comment/list")]
    for walk, mark in zip(walks, marks if isinstance(marks, list) else [], strict=False):
        walk.mark = mark if isinstance(mark, str | int) else None
    return walks


def _past(mention: RawMention) -> datetime:
    return min(mention.published_at or EVER, datetime.now(UTC))


collector = Collector(
    kind="lemmy",
    **texts_of(__name__),
    params=LemmySearch,
    address="base_url",
    pages=pages,
    backfill=backfill,
    platform="lemmy",
    group="forums",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=2),
    deletions=True,
)
