"""Threads: public posts that contain some words, and posts that mention one's own account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_core import from_json

from ground.notice import Json, Notice
from ground.place import Place

from ._kit.answers import Part, Text, each
from ._kit.fields import Interface, Line, Params
from ._kit.newest import news
from ._kit.paging import Unmet, cap_warning
from ._kit.texts import texts_of
from ._kit.times import moment, not_ahead, rfc3339
from ._kit.walk import Leg, oldest_of, until_of
from ._platforms.graph import MOST_SHEETS, Graph
from .base import Broken, Collector, Cursor, Meter, Page, RawMention, SourceBusy, Spend, Window

SHEET, MOST_BACK = 100, 10_000
FIELDS = "id,text,permalink,timestamp,username,is_reply,replied_to,root_post,is_quote_post,link_attachment_url"


class Reference(Part):
    id: Text = ""
    text: Text = ""


OtherPost = Annotated[Reference, BeforeValidator(lambda value: value if isinstance(value, dict) else {})]


class Post(Part):
    id: str = Field(min_length=1, max_length=200)
    text: Text = ""
    permalink: Text = ""
    timestamp: Text = ""
    username: Text = ""
    media_type: Text = ""
    replied_to: OtherPost = Reference()
    root_post: OtherPost = Reference()
    link_attachment_url: Text = ""


class ThreadsSearch(Params):
    """What to search for, and whether to read the mentions of the account that the token belongs to."""

    query: Line = Field(
        default="", title="Words", description="As in the search field of Threads", examples=["acme grinder"]
    )
    mentions: bool = Field(default=True, title="Posts that mention your own account")
    token: SecretStr = Field(title="Access token", max_length=2_000)
    base_url: Interface = Field(default="https://graph.threads.net/v1.0", title="Address of the Threads API")

    @model_validator(mode="after")
    def _asks_something(self) -> ThreadsSearch:
        if not self.query and not self.mentions:
            raise ValueError("give words to search for, or read the mentions of your account")
        return self


def pages(params: ThreadsSearch, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The newest posts that the search finds, then the newest mentions, each down to what was read before.

    The cursor holds the time of the newest of each: `search` and `mentions`.
    """
    graph, state, unmet = _graph(params, http), dict(cursor), Unmet()
    warning: Notice | None = None
    for name, sheets in _listings(params, graph):
        for part in news(sheets, partial(_read, graph), state.get(name)):
            if part.last:
                state[name] = part.reached
            warning = cap_warning(SHEET * MOST_SHEETS) if part.capped else warning
            yield Page(unmet(part.mentions), dict(state), broken=part.broken)
    yield Page((), dict(state), asked=graph.pause, warning=warning)


def backfill(params: ThreadsSearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The posts of the search from the window, newest first. Mentions are left out: Meta takes no dates for them."""
    graph, unmet, until = _graph(params, http), Unmet(), until_of(cursor, window)
    span = {"since": int(window.since.timestamp()), "until": int(until.timestamp()) + 1}
    for leg in _search(params, graph, MOST_BACK, span) if params.query else ():
        mentions, broken = _read(graph, leg.answer)
        until = max(min(until, oldest_of(mentions) or until), window.since)
        inside = unmet(post for post in mentions if window.holds(post.published_at))
        yield Page(inside, {"until": rfc3339(until)}, broken=broken, reached=until)
        if graph.pause and not leg.ended:
            raise SourceBusy(
                "{host} received too many requests and asks for a pause", wait=graph.pause, host=graph.host
            )
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)


def _read(graph: Graph, items: list[Any]) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
    return each(Post, items, mention, graph.host)


def mention(post: Post) -> RawMention | None:
    """A post as a mention; None for a picture without words, and for a repost of somebody else's post."""
    text = "\n".join(filter(None, (post.text, post.link_attachment_url)))
    if not text or post.media_type == "REPOST_FACADE":
        return None
    is_on_threads = post.permalink.startswith(("https://www.threads.net/", "https://www.threads.com/"))
    return RawMention(
        external_id=f"tag:threads.net:{post.id}",
        url=post.permalink if is_on_threads and post.permalink.isascii() else None,
        text=text,
        author=post.username,
        author_id=post.username,
        platform="threads",
        published_at=not_ahead(moment(post.timestamp)),
        thread_id=_global_id(post.root_post.id or post.id),
        parent_id=_global_id(post.replied_to.id),
    )


def _global_id(post_id: str) -> str | None:
    return f"tag:threads.net:{post_id}" if post_id else None


def _listings(params: ThreadsSearch, graph: Graph) -> Iterator[tuple[str, Iterator[Leg[list[Any], str]]]]:
    if params.query:
        yield "search", _search(params, graph, MOST_SHEETS, {})
    if params.mentions and not graph.pause:
        yield "mentions", graph.sheets("me/mentions", {"fields": FIELDS, "limit": SHEET}, announces_next=False)


def _search(params: ThreadsSearch, graph: Graph, most: int, span: dict[str, int]) -> Iterator[Leg[list[Any], str]]:
    query: dict[str, Any] = {"q": params.query, "search_type": "RECENT", "fields": FIELDS, "limit": SHEET, **span}
    return graph.sheets("keyword_search", query, most, announces_next=False, spend=Spend("searches", 1, _cost))


def _cost(answer: httpx2.Response) -> int:
    """How many searches Meta counts: one, or none for a search that finds nothing."""
    try:
        body = from_json(answer.content)
    except (ValueError, RecursionError):
        return 1
    return 0 if isinstance(body, dict) and body.get("data") == [] else 1


def _graph(params: ThreadsSearch, http: httpx2.Client) -> Graph:
    return Graph(http, params.base_url, params.token.get_secret_value())


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({"query": place.words},) if place.words and place.on("threads.net", "threads.com") else ()


collector = Collector(
    kind="threads",
    **texts_of(__name__),
    params=ThreadsSearch,
    address="base_url",
    pages=pages,
    recognise=recognise,
    backfill=backfill,
    platform="threads",
    group="social",
    auth="token",
    min_interval=timedelta(minutes=10),
    meters={
        "searches": Meter(limit=2_200, period="day", whose="key"),
    },
    may_train=False,
)
