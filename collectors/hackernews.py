"""Hacker News: stories and comments that hold some words, through the search that Algolia runs for it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import httpx2
from pydantic import Field, StringConstraints

from ground.links import clean_link
from ground.notice import Json
from ground.place import Place

from ._kit.answers import Count, Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import Interface, Params, Words
from ._kit.slices import Read, backward, forward
from ._kit.texts import texts_of
from ._kit.times import moment, not_ahead
from .base import Collector, Cursor, Page, RawMention, Window

PAGE_SIZE = 300
"""Hits in one answer. Algolia would give 1,000, but so many long comments may not fit into 8 MB."""
OVERLAP = timedelta(minutes=60)
"""Algolia indexes messages out of order, some of them late."""
FIRST = timedelta(days=7)
MARKED = r'<blockquote class="uncited">\g<0></blockquote>'
CODE = re.compile(r"(<pre>.*?</pre>)", re.DOTALL)
QUOTE = re.compile(  # >:( and >50% are no quotes
    r"(?:(?<=\n)|(?<=<p>)|\A)[ \t]{0,9}(?:<[ib]>)?\s?(?:&gt;|>)"
    r"(?![:;=][-'^]?[()\[\]DPpOo/\\|]|[._]|=|[-=]{1,2}&gt;|\d[\d.,]{0,12}\s?(?:%|[x×€$£kKM]\b))"
    r"(?:(?!<p>|</p>|\n).)*"
)
ITEM = "https://news.ycombinator.com/item?id={id}"


class Search(Params):
    """What is searched for."""

    query: Words = Field(
        title="Words",
        description="Every word has to be there; write several words between quotation marks to find them side by side",
        examples=['"acme cloud"'],
    )
    base_url: Interface = Field(default="https://hn.algolia.com", title="Address of the interface")


class Hit(Part):
    """A story or a comment, as Algolia knows it."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(alias="objectID")
    author: Text = ""
    title: Text = ""
    url: Text = ""
    story_text: Text = ""
    comment_text: Text = ""
    story_id: Text = ""
    parent_id: Text = ""
    points: Count = None
    num_comments: Count = None
    created_at_i: Count = None
    created_at: Text = ""


class Hits(Part):
    hits: Annotated[list[Any], Field(max_length=1_000)]
    total: Count = Field(default=None, alias="nbHits")
    size: Count = Field(default=None, alias="hitsPerPage")


def pages(params: Search, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The messages since the cursor's `at`, less an hour; at first those of the last 7 days."""
    return forward(cursor, lambda part: _read(params, part, http), overlap=OVERLAP, first=FIRST, most=PAGE_SIZE)


def backfill(params: Search, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The window, newest slice first. Everything from the cursor's `at` on was given."""
    return backward(cursor, window, lambda part: _read(params, part, http), most=PAGE_SIZE)


def _read(params: Search, window: Window, http: httpx2.Client) -> Read:
    since, until = (int(at.timestamp()) for at in (window.since, window.until))
    query: dict[str, str | int] = {
        "query": params.query,
        "tags": "(story,comment)",
        "numericFilters": f"created_at_i>={since},created_at_i<{until}",
        "hitsPerPage": PAGE_SIZE,
        "advancedSyntax": "true",
        "typoTolerance": "false",
        "attributesToHighlight": "none",
    }
    answer = answer_of(Hits, fetch(http, f"{params.base_url}/api/v1/search_by_date", params=query))
    mentions, broken = each(Hit, answer.hits, mention, host_of(params.base_url), "objectID")
    return Read(mentions, broken, _fullness(answer))


def _fullness(answer: Hits) -> float:
    """Beyond 1 for a full page when there are more hits. Without a full page, their total may be an estimate."""
    count, total = len(answer.hits), answer.total or 0
    size = max(1, min(answer.size or PAGE_SIZE, PAGE_SIZE))
    return max(total / size, 1.01) if total > count >= size else count / size


def mention(hit: Hit) -> RawMention:
    """A story has a title and often a link. A comment is text only: the title of its story is by another author."""
    comment = bool(hit.comment_text or hit.parent_id)
    return RawMention(
        external_id=hit.id,
        url=ITEM.format(id=hit.id),
        title="" if comment else html.escape(hit.title, quote=False),
        text=quotes_marked(hit.comment_text) if comment else _story(hit),
        html=True,
        author=hit.author,
        author_id=hit.author,
        platform="hacker news",
        outlet="Hacker News",
        published_at=not_ahead(moment(hit.created_at_i) or moment(hit.created_at)),
        thread_id=hit.story_id or hit.id,
        parent_id=hit.parent_id or None,
        engagement=_engagement(hit),
    )


def quotes_marked(text: str) -> str:
    """A text whose paragraphs and lines that begin with `>` are marked as quotes; code stays as it is."""
    pieces = CODE.split(text)
    return "".join(piece if place % 2 else QUOTE.sub(MARKED, piece) for place, piece in enumerate(pieces))


def _story(hit: Hit) -> str:
    """The text of a story, then on a line of its own the address it is about, if it has one («Ask HN» has none)."""
    link = clean_link(hit.url)
    return "\n".join(filter(None, (quotes_marked(hit.story_text), f"<p>{html.escape(link)}</p>" if link else "")))


def _engagement(hit: Hit) -> dict[str, int]:
    counts = {"likes": hit.points, "comments": hit.num_comments}
    return {name: number for name, number in counts.items() if number is not None}


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    if not (place.words and (place.is_search or place.on("ycombinator.com"))):
        return ()
    return ({"query": place.phrase},)


collector = Collector(
    kind="hackernews",
    **texts_of(__name__),
    params=Search,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="hacker news",
    group="forums",
    min_interval=timedelta(minutes=5),
    default_interval=timedelta(minutes=30),
)
