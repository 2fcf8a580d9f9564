"""Any public web page without a feed: the reviews or comments that it shows, found by CSS selectors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field, StringConstraints
from selectolax.lexbor import SelectolaxError

from collectors._kit.fields import Address, Params
from collectors._kit.items import short_hash
from collectors._kit.paging import Unmet, cap_warning
from collectors._kit.texts import texts_of
from collectors._kit.walk import Rewind
from collectors.base import Collector, Cursor, Page, RawMention, Window
from ground import place as given
from ground.html import parse_html
from ground.notice import Json, Notice

from .items import NOAI, Selectors
from .robots import Policy, policy_of
from .visit import Reading, Visit

MOST_KNOWN = 500
MOST_BACK = 200

RESERVED = Notice(
    "this site does not allow text mining or model training: its texts are shown here with their link, and never "
    "train a model"
)


def _selector(text: str) -> str:
    css = text.partition("@")[0].strip()
    try:
        if css:
            parse_html("<p>").css(css)
    except SelectolaxError:
        raise ValueError("this is not a CSS selector: copy one from the inspector of a browser") from None
    return text.strip()


def _whole(text: str) -> str:
    if "@" in text:
        raise ValueError("this is not a CSS selector: only a field within an item may end in @ and an attribute")
    return text


Selector = Annotated[str, StringConstraints(max_length=200), AfterValidator(_selector)]


Place = Annotated[Selector, AfterValidator(_whole)]
"""A selector of elements, not of an attribute of one."""


class Webpage(Params):
    """Where the page is, and where on it each field is. A field left empty is looked for in the usual places."""

    url: Address = Field(title="Address", examples=["https://shop.example.org/bike/reviews"])
    item: Place = Field(
        default="",
        title="Each review or comment",
        description="CSS selector. Leave them all empty first: many pages tell programs where their reviews are.",
        examples=["article.review"],
    )
    text: Selector = Field(
        default="", title="Its text", description="Within the item; css@name reads an attribute.", examples=[".body"]
    )
    title: Selector = Field(default="", title="Its title", examples=["h3"])
    author: Selector = Field(default="", title="Its author", examples=[".author"])
    date: Selector = Field(default="", title="Its date", examples=["time"])
    rating: Selector = Field(
        default="", title="Its rating", description="Words, labels and stars are understood.", examples=[".stars"]
    )
    link: Selector = Field(default="", title="Its link", examples=["a.permalink"])
    id: Selector = Field(default="", title="Its id", examples=[".review@data-id"])
    next_page: Place = Field(
        default="", title="The link to the next page", description="Empty: rel=next.", examples=["a.next"]
    )
    most_pages: int = Field(default=3, title="Pages read at most each time", ge=1, le=50)
    scale: float = Field(default=5, title="The best rating", gt=0, le=100)
    month_first: bool = Field(default=False, title="Dates are written month first (03/12 is 12 March)")

    def visit(self, http: httpx2.Client, now: datetime) -> Visit:
        fields = (self.item, self.text, self.title, self.author, self.date, self.rating, self.link, self.id)
        return Visit(http, self.url, Selectors(*fields, self.next_page, self.scale, self.month_first), now)


def pages(params: Webpage, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The items of the page, then of the pages that follow it, until one has nothing new.

    `unchanged` when the first page is what it was. The cursor holds the validators of the first page, `known` (hashes
    of the ids last seen) and, for a day, the site's robots.txt. Only the last page carries it: a run that was stopped
    begins again.
    """
    now = datetime.now(UTC)
    visit, policy = params.visit(http, now), policy_of(http, params.url, cursor, now)
    first, home_policy = visit.ask(params.url, policy, _validators(cursor))
    if first.status_code == 304 or cursor.get("digest") == _digest(first):
        same = cursor.get("robots") == policy.as_json()
        yield Page((), cursor if same else {**cursor, "robots": policy.as_json()}, unchanged=same)
        return
    known_marks, read, unmet = _known_marks(cursor), list[RawMention](), Unmet()
    for leg in visit.walk(first, home_policy, params.most_pages):
        fresh = unmet(leg.answer.contents.mentions)  # items move to later pages while we read
        read += fresh
        stale = leg.answer.answer is not first and all(_mark(item) in known_marks for item in fresh)
        last = leg.last or stale
        warning = _warning(params, leg.answer, home_policy, more=leg.capped and not stale)
        yield Page(fresh, _cursor(first, policy, read) if last else cursor, warning=warning)
        if last:
            return


def backfill(params: Webpage, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The items of a window, page after page, until all of one are older. The cursor holds the page to go on with."""
    now, page = datetime.now(UTC), cursor.get("page")
    start = page if isinstance(page, str) and page else params.url
    visit = params.visit(http, now)
    first, policy = visit.ask(start, policy_of(http, start, {}, now))
    rewind, unmet = Rewind(window), Unmet()
    for leg in visit.walk(first, policy, MOST_BACK):
        newest, following = leg.answer.newest, leg.answer.contents.following
        fresh = unmet(leg.answer.contents.mentions)
        ended = leg.last or (newest is not None and newest < window.since)  # an old item may be pinned above the others
        warning = cap_warning(len(unmet)) if leg.capped else None
        yield rewind.page(fresh, {"page": following or start}, ended=ended, oldest=newest, warning=warning)
        if ended:
            return


def _warning(params: Webpage, reading: Reading, policy: Policy, *, more: bool) -> Notice | None:
    """That the site reserves its texts, or that `more` pages follow than are read each time."""
    headers = reading.answer.headers
    by_header = NOAI.search(headers.get("x-robots-tag", "")) or headers.get("tdm-reservation", "").strip() == "1"
    if reading.contents.reserved or by_header or policy.reserves(str(reading.answer.url)):
        return RESERVED
    if not more:
        return None
    return Notice(
        "there are more pages than the {most} read each time: raise the number to see older ones",
        {"most": params.most_pages},
    )


def _cursor(first: httpx2.Response, policy: Policy, read: list[RawMention]) -> Cursor:
    marks: list[Json] = [_mark(item) for item in read[:MOST_KNOWN]]
    cursor: dict[str, Json] = {"digest": _digest(first), "known": marks}
    if robots := policy.as_json():
        cursor["robots"] = robots
    for name, header in (("etag", "etag"), ("last_modified", "last-modified")):
        value = first.headers.get(header, "")
        if value and len(value) <= 1_024 and value.isascii() and value.isprintable():
            cursor[name] = value
    return cursor


def _validators(cursor: Cursor) -> dict[str, str]:
    names = (("etag", "If-None-Match"), ("last_modified", "If-Modified-Since"))
    return {header: value for name, header in names if isinstance(value := cursor.get(name), str) and value}


def _known_marks(cursor: Cursor) -> set[str]:
    """The marks of the items that the last reading found."""
    marks = cursor.get("known")
    return set(map(str, marks)) if isinstance(marks, list) else set()


def _mark(mention: RawMention) -> str:
    return short_hash(mention.external_id)


def _digest(answer: httpx2.Response) -> str:
    return hashlib.sha256(answer.content).hexdigest()


MARKED = "(?:Review|UserReview|Comment)"


def recognise(place: given.Place) -> Sequence[Mapping[str, Json]]:
    """A page that tells programs where its reviews are; others need to be told by hand."""
    marked = place.says(rf'"@type"\s{{0,9}}:\s{{0,9}}"{MARKED}"|schema\.org/{MARKED}\b')
    return ({"url": place.url},) if place.url and marked else ()


collector = Collector(
    kind="webpage",
    **texts_of(__name__),
    params=Webpage,
    address="url",
    ids="feed",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="web",
    group="web",
    rank=2,
    min_interval=timedelta(minutes=30),
    default_interval=timedelta(hours=3),
    gap=timedelta(seconds=2),
    may_train=False,
)
