"""Any public web page without a feed: the reviews or comments that it shows, found by CSS selectors."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urldefrag

import httpx2
from pydantic import AfterValidator, Field, StringConstraints
from selectolax.lexbor import SelectolaxError

from collectors._kit.fetch import fetch, host_of
from collectors._kit.fields import Address, Params
from collectors._kit.items import short_hash
from collectors._kit.paging import Fresh, capped
from collectors._kit.texts import texts_of
from collectors.base import Collector, Cursor, Page, RawMention, SourceChanged, SourceError, SourceRefused, Window
from ground.html import parse_html
from ground.isolate import Crashed, TooSlow, isolated
from ground.links import clean_link
from ground.notice import Json, Notice

from .items import NOAI, Selectors, Shown, read_page
from .robots import Policy, delay_for, may_ask, policy_of, site_of

LARGEST_PAGE = 4 * 1024 * 1024
LONGEST_DELAY = 10.0  # seconds to wait between two pages; of a site that wants more, one page is read at a time
MOST_KNOWN = 500
MOST_BACK = 200
MOST_HOPS = 6
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

RESERVED = Notice(
    "this site reserves its texts against mining and training: they are shown here with their link, "
    "and never used to train a model"
)


def _selector(text: str) -> str:
    css = text.partition("@")[0].strip()
    try:
        if css:
            parse_html("<p>").css(css)
    except SelectolaxError:
        raise ValueError("this is not a CSS selector: copy one from the inspector of a browser") from None
    return text.strip()


Selector = Annotated[str, StringConstraints(max_length=200), AfterValidator(_selector)]


class Webpage(Params):
    """Where the page is, and where on it each field is. A field left empty is looked for in the usual places."""

    url: Address = Field(title="Address", examples=["https://shop.example.org/bike/reviews"])
    item: Selector = Field(
        default="",
        title="Each review or comment",
        description="CSS selector. Leave all of them empty first: many pages tell programs where their reviews are.",
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
    next_page: Selector = Field(
        default="", title="The link to the next page", description="Empty: rel=next.", examples=["a.next"]
    )
    most_pages: int = Field(default=3, title="Pages read at most each time", ge=1, le=50)
    scale: float = Field(default=5, title="The best rating", gt=0, le=100)
    month_first: bool = Field(default=False, title="Dates are written month first (03/12 is 12 March)")


def pages(params: Webpage, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What the page shows, then the pages that follow until one shows nothing new; `unchanged` when the first is.

    The cursor holds the validators of the first page, `known` (hashes of the ids last seen) and, for a day, what the
    site's robots.txt says. Only the last page carries it: a run that was stopped is done again.
    """
    now, policy = datetime.now(UTC), policy_of(http, params.url, cursor, datetime.now(UTC))
    first, there = _ask(http, params.url, policy, now, _validators(cursor))
    if first.status_code == 304 or cursor.get("digest") == _digest(first):
        kept = cursor.get("robots") == policy.as_json()
        yield Page((), cursor if kept else {**cursor, "robots": policy.as_json()}, unchanged=kept)
        return
    known, read = _known(cursor), list[RawMention]()
    for number, (shown, answer, more) in enumerate(_walk(params, there, first, http, now), 1):
        fresh = _new(shown.mentions, read)
        read += fresh
        stale = number > 1 and all(_mark(one) in known for one in fresh)
        ends = not more or number == params.most_pages or stale
        yield Page(
            fresh,
            _cursor(first, policy, read) if ends else cursor,
            warning=_warning(params, shown, answer, there, capped_now=ends and more and not stale),
        )
        if ends:
            return


def backfill(params: Webpage, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The items of a window, page after page, until one is older. The cursor holds the page to go on with."""
    now, at = datetime.now(UTC), cursor.get("page")
    start = at if isinstance(at, str) and at else params.url
    (first, policy), read = _ask(http, start, policy_of(http, start, {}, now), now), list[RawMention]()
    reached = window.until
    for number, (shown, _, more) in enumerate(_walk(params, policy, first, http, now), 1):
        fresh = _new(shown.mentions, read)
        read += fresh
        dates = [one.published_at for one in shown.mentions if one.published_at]
        reached = min(reached, max(dates, default=reached))  # one old item may be pinned above the others
        ends = not more or number == MOST_BACK or reached < window.since
        inside = tuple(one for one in fresh if window.holds(one.published_at))
        warning = capped(len(read)) if ends and number == MOST_BACK else None
        onward: Cursor = {"page": shown.following or start}
        yield Page(inside, onward, warning=warning, reached=window.since if ends else reached)
        if ends:
            return


def _walk(
    params: Webpage, policy: Policy, answer: httpx2.Response, http: httpx2.Client, now: datetime
) -> Iterator[tuple[Shown, httpx2.Response, bool]]:
    """Page after page, with the pause that the site asks for; each says whether another may be read after it."""
    fresh, number, home = Fresh(), 0, str(answer.url)
    delay = delay_for(policy, home)
    fresh(home)
    while True:
        number += 1
        shown = _shown(params, answer, now, first=number == 1)
        following = shown.following
        more = bool(shown.mentions) and delay <= LONGEST_DELAY and fresh(following)
        more = more and _same_site(following, home) and may_ask(policy, following)
        yield shown, answer, more
        if not more:
            return
        time.sleep(delay)
        answer, _ = _ask(http, following, policy, now)


def _ask(
    http: httpx2.Client, url: str, policy: Policy, now: datetime, validators: Mapping[str, str] | None = None
) -> tuple[httpx2.Response, Policy]:
    """The page, and the policy of the site that it came from in the end: every site on the way is asked for its own.

    Raises SourceRefused where one of them closes the address.
    """
    for _ in range(MOST_HOPS):
        delay_for(policy, url)
        headers = {"Accept": ACCEPT, **(validators or {})}
        answer = fetch(http, url, headers=headers, limit=LARGEST_PAGE, follow=False)
        if not answer.has_redirect_location:
            return answer, policy
        url = _onward(answer)
        if site_of(url) != policy.site:
            policy = policy_of(http, url, {}, now)
    raise SourceError(
        "{host} redirects in a circle: check the address in a browser and paste the final one", host=host_of(url)
    )


def _onward(answer: httpx2.Response) -> str:
    """The address that an answer redirects to. Raises SourceError when it is none."""
    onward = clean_link(answer.headers["location"], str(answer.url))
    if onward is None:
        raise SourceError(
            "{host} redirects ({status}) to nowhere: paste the final address",
            host=answer.url.host,
            status=answer.status_code,
        )
    return urldefrag(onward)[0]


def _shown(params: Webpage, answer: httpx2.Response, now: datetime, *, first: bool) -> Shown:
    """What one page shows. Raises SourceRefused, or SourceChanged with the name of the selector that finds nothing."""
    host = host_of(str(answer.url))
    where = (params.item, params.text, params.title, params.author, params.date, params.rating, params.link, params.id)
    wanted = Selectors(*where, params.next_page, params.scale, params.month_first)
    try:
        content_type = answer.headers.get("content-type", "")
        shown = isolated(read_page, answer.content, content_type, str(answer.url), params.url, wanted, now)
    except (TooSlow, Crashed):
        raise SourceError("this page is too large or too intricate to read: choose another one", host=host) from None
    if first and (shown.absent or not shown.mentions):
        raise _nothing(params, shown, host)
    return shown


def _nothing(params: Webpage, shown: Shown, host: str) -> SourceError:
    """Why a page shows nothing, and what to do about it."""
    if shown.hint == "challenge":
        return SourceRefused(
            "{host} wants proof that a person is reading (CAPTCHA). Vigie does not go round that: ask its owner",
            host=host,
        )
    if shown.hint == "login":
        return SourceRefused("{host} shows this page only to who logs in: Vigie reads public pages alone", host=host)
    if shown.absent and (params.item or shown.absent != ("item",)):
        name = shown.absent[0]
        return SourceChanged(
            "the selector «{selector}» ({name}) finds nothing at {host}: look whether the page has changed",
            selector=getattr(params, name),
            name=name,
            host=host,
        )
    if shown.hint == "scripted":
        return SourceError(
            "{host} writes this page in the browser and sends an empty one: look for a feed or another page",
            host=host,
        )
    return SourceError(
        "this page does not tell where its reviews are: give the selector of each review or comment", host=host
    )


def _warning(
    params: Webpage, shown: Shown, answer: httpx2.Response, policy: Policy, *, capped_now: bool
) -> Notice | None:
    tags = answer.headers.get("x-robots-tag", "")
    reserved = shown.reserved or NOAI.search(tags) or answer.headers.get("tdm-reservation", "").strip() == "1"
    if reserved or policy.reserves(str(answer.url)):
        return RESERVED
    if not capped_now:
        return None
    return Notice(
        "more pages follow than the {most} that are read each time: raise their number to see older ones",
        {"most": params.most_pages},
    )


def _new(shown: tuple[RawMention, ...], read: list[RawMention]) -> tuple[RawMention, ...]:
    """The mentions that no earlier page of this run showed: items move to later pages while we read."""
    seen = {one.external_id for one in read}
    return tuple(one for one in shown if one.external_id not in seen)


def _cursor(first: httpx2.Response, policy: Policy, read: list[RawMention]) -> Cursor:
    known: list[Json] = [_mark(one) for one in read[:MOST_KNOWN]]
    kept: dict[str, Json] = {"digest": _digest(first), "known": known}
    if robots := policy.as_json():
        kept["robots"] = robots
    for name, header in (("etag", "etag"), ("last_modified", "last-modified")):
        value = first.headers.get(header, "")
        if value and len(value) <= 1_024 and value.isascii() and value.isprintable():
            kept[name] = value
    return kept


def _validators(cursor: Cursor) -> dict[str, str]:
    names = (("etag", "If-None-Match"), ("last_modified", "If-Modified-Since"))
    return {header: value for name, header in names if isinstance(value := cursor.get(name), str) and value}


def _known(cursor: Cursor) -> set[str]:
    known = cursor.get("known")
    return set(map(str, known)) if isinstance(known, list) else set()


def _mark(mention: RawMention) -> str:
    return short_hash(mention.external_id)


def _digest(answer: httpx2.Response) -> str:
    return hashlib.sha256(answer.content).hexdigest()


def _same_site(url: str, than: str) -> bool:
    return host_of(url) == host_of(than)


collector = Collector(
    kind="webpage",
    **texts_of(__name__),
    params=Webpage,
    address="url",
    pages=pages,
    backfill=backfill,
    platform="web",
    group="web",
    rank=2,
    min_interval=timedelta(minutes=30),
    default_interval=timedelta(hours=3),
    gap=timedelta(seconds=2),
    may_train=False,
)
