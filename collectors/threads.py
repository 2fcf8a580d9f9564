"""Threads: public posts that contain some words, and posts that mention one's own account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_core import from_json

from ground.notice import Notice

from ._kit.answers import Part, Text, each
from ._kit.fields import Interface, Line, Params
from ._kit.newest import news
from ._kit.paging import Unmet, capped
from ._kit.texts import texts_of
from ._kit.times import moment, past, rfc3339
from ._kit.walk import Leg, oldest_of, until_of
from ._platforms.graph import MOST_SHEETS, Graph
from .base import Collector, Cursor, Meter, Page, RawMention, SourceBusy, Spend, Window

SHEET, MOST_BACK = 100, 10_000
FIELDS = (
    "id,text,permalink,timestamp,username,is_reply,replied_to,root_post,is_quote_post,quoted_post{text},"
    "link_attachment_url"
)


class Of(Part):
    id: Text = ""
    text: Text = ""


Other = Annotated[Of, BeforeValidator(lambda value: value if isinstance(value, dict) else {})]


class Post(Part):
    id: str = Field(min_length=1, max_length=200)
    text: Text = ""
    permalink: Text = ""
    timestamp: Text = ""
    username: Text = ""
    media_type: Text = ""
    replied_to: Other = Of()
    root_post: Other = Of()
    quoted_post: Other = Of()
    link_attachment_url: Text = ""


class ThreadsSearch(Params):
    """What is searched for, and whether mentions of the account that gave the token are read too."""

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
    """The newest posts found, then the newest mentions, each down to what was read before.

    The cursor holds the time of the newest of each: `search` and `mentions`.
    """
    graph, state, unmet = _graph(params, http), dict(cursor), Unmet()
    warning: Notice | None = None
    for name, sheets in _listings(params, graph):
        for part in news(sheets, partial(_read, graph), state.get(name)):
            if part.last:
                state[name] = part.reached
            warning = capped(SHEET * MOST_SHEETS) if part.capped else warning
            yield Page(unmet(part.mentions), dict(state), broken=part.broken)
    yield Page((), dict(state), asked=graph.pause, warning=warning)


def backfill(params: ThreadsSearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The posts found that were published in the window, newest first; mentions have no dates to ask for."""
    graph, unmet, until = _graph(params, http), Unmet(), until_of(cursor, window)
    within = {"since": int(window.since.timestamp()), "until": int(until.timestamp()) + 1}
    for leg in _search(params, graph, MOST_BACK, within) if params.query else ():
        found, broken = _read(graph, leg.answer)
        until = max(min(until, oldest_of(found) or until), window.since)
        inside = unmet(one for one in found if window.holds(one.published_at))
        yield Page(inside, {"until": rfc3339(until)}, broken=broken, reached=until)
        if graph.pause and not leg.ended:
            raise SourceBusy("{host} has been asked too often and wants a pause", wait=graph.pause, host=graph.host)
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)


def _read(graph: Graph, items: list[Any]) -> tuple[tuple[RawMention, ...], tuple[tuple[str, str], ...]]:
    return each(Post, items, mention, graph.host)


def mention(post: Post) -> RawMention | None:
    """None for a picture without words, and for a repost: it is somebody else's."""
    quoted = post.quoted_post.text if post.quoted_post.text not in post.text else ""
    text = "\n".join(filter(None, (post.text, quoted, post.link_attachment_url)))
    if not text or post.media_type == "REPOST_FACADE":
        return None
    known = post.permalink.startswith(("https://www.threads.net/", "https://www.threads.com/"))
    return RawMention(
        external_id=f"tag:threads.net:{post.id}",
        url=post.permalink if known and post.permalink.isascii() else None,
        text=text,
        author=post.username,
        author_id=post.username,
        platform="threads",
        published_at=past(moment(post.timestamp)),
        thread_id=_named(post.root_post.id or post.id),
        parent_id=_named(post.replied_to.id),
    )


def _named(post_id: str) -> str | None:
    return f"tag:threads.net:{post_id}" if post_id else None


def _listings(params: ThreadsSearch, graph: Graph) -> Iterator[tuple[str, Iterator[Leg[list[Any], str]]]]:
    if params.query:
        yield "search", _search(params, graph, MOST_SHEETS, {})
    if params.mentions and not graph.pause:
        yield "mentions", graph.sheets("me/mentions", {"fields": FIELDS, "limit": SHEET}, told=False)


def _search(params: ThreadsSearch, graph: Graph, most: int, within: dict[str, int]) -> Iterator[Leg[list[Any], str]]:
    asked: dict[str, Any] = {"q": params.query, "search_type": "RECENT", "fields": FIELDS, "limit": SHEET, **within}
    return graph.sheets("keyword_search", asked, most, told=False, spend=Spend("searches", 1, _spent))


def _spent(answer: httpx2.Response) -> int:
    """A search that finds nothing does not count."""
    try:
        told = from_json(answer.content)
    except (ValueError, RecursionError):
        return 1
    return 0 if isinstance(told, dict) and told.get("data") == [] else 1


def _graph(params: ThreadsSearch, http: httpx2.Client) -> Graph:
    return Graph(http, params.base_url, params.token.get_secret_value())


collector = Collector(
    kind="threads",
    **texts_of(__name__),
    params=ThreadsSearch,
    address="base_url",
    pages=pages,
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
