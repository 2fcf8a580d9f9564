"""Threads: public posts that contain some words, and posts that mention one's own account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_core import from_json

from ground.notice import Notice

from ._kit.answers import Part, Text, each
from ._kit.fields import Interface, Line, Params
from ._kit.paging import capped
from ._kit.texts import texts_of
from ._kit.times import moment, rfc3339
from ._kit.watched import Forward, unmet
from ._platforms.graph import MOST_SHEETS, Graph, Sheet, past
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
    graph, state, met = _graph(params, http), dict(cursor), set[str]()
    warning: Notice | None = None
    for name, sheets in _listings(params, graph):
        ahead = Forward(state.get(name))
        for sheet in sheets:
            found, broken = each(Post, sheet.items, mention, graph.host)
            end = ahead.ends(one.published_at for one in found) or sheet.last
            if end or sheet.capped:
                state[name] = ahead.reached
            warning = capped(SHEET * MOST_SHEETS) if sheet.capped and not end else warning
            yield Page(unmet(found, met), dict(state), broken=broken)
            if end:
                break
    yield Page((), dict(state), asked=graph.pause, warning=warning)


def backfill(params: ThreadsSearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The posts found that were published in the window, newest first; mentions have no dates to ask for."""
    graph, met = _graph(params, http), set[str]()
    upto = min(moment(cursor.get("until")) or window.until, window.until)
    within = {"since": int(window.since.timestamp()), "until": int(upto.timestamp()) + 1}
    for sheet in _search(params, graph, MOST_BACK, within) if params.query else ():
        found, broken = each(Post, sheet.items, mention, graph.host)
        upto = max(min([upto, *(one.published_at for one in found if one.published_at)]), window.since)
        inside = [one for one in found if window.holds(one.published_at)]
        yield Page(unmet(inside, met), {"until": rfc3339(upto)}, broken=broken, reached=upto)
        if graph.pause and not sheet.last:
            raise SourceBusy("{host} has been asked too often and wants a pause", wait=graph.pause, host=graph.host)
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)


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
        published_at=past(post.timestamp),
        thread_id=_named(post.root_post.id or post.id),
        parent_id=_named(post.replied_to.id),
    )


def _named(post_id: str) -> str | None:
    return f"tag:threads.net:{post_id}" if post_id else None


def _listings(params: ThreadsSearch, graph: Graph) -> Iterator[tuple[str, Iterator[Sheet]]]:
    if params.query:
        yield "search", _search(params, graph, MOST_SHEETS, {})
    if params.mentions and not graph.pause:
        yield "mentions", graph.sheets("me/mentions", {"fields": FIELDS, "limit": SHEET}, told=False)


def _search(params: ThreadsSearch, graph: Graph, most: int, within: dict[str, int]) -> Iterator[Sheet]:
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
