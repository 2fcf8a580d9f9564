"""Reads a Page: what a webhook named, its posts, the comments under those that changed, tags and ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from collectors._kit.answers import Part, each
from collectors._kit.comments import Broken, Comments, Posts, ThreadPart, read_changed
from collectors._kit.comments import read_window as read_threads
from collectors._kit.newest import news
from collectors._kit.paging import capped
from collectors._kit.walk import Leg, until_of
from collectors._kit.watched import Watchlist
from collectors._platforms.graph import MOST_SHEETS, Graph
from collectors._platforms.graph_refusals import NoLongerOffered
from collectors._platforms.meta_inbox import Item, look_up
from collectors.base import Cursor, Page, RawMention, Window
from ground.notice import Notice

from .posts import COMMENT_FIELDS, POST_FIELDS, RATING_FIELDS, Comment, Post, Rating, of_comment, of_post, of_rating

SHEET = 100
SHEET_BACK, MOST_BACK = 25, 10_000  # going back asks for the comments of every post
W = TypeVar("W", bound=Part)


@dataclass(frozen=True, slots=True)
class What:
    """What is wanted of a Page."""

    page: str
    posts: bool = True
    comments: bool = True
    tagged: bool = True
    ratings: bool = False
    own: bool = False

    def ours(self, post_id: str = "") -> tuple[str, ...]:
        """The ids whose writings are no mentions: the Page, also by the first half of the id of a post on it."""
        return () if self.own else tuple(filter(None, (self.page, post_id.partition("_")[0])))


def read_page(what: What, cursor: Cursor, graph: Graph) -> Iterator[Page]:
    """One reading. The cursor is that of a `Watchlist`, with the `inbox` that a webhook filled."""
    watchlist = Watchlist.of(cursor, "tagged", "ratings", "again")
    yield from look_up(watchlist, graph, cursor.get("inbox"), lambda item: _look_up(what, graph, item))
    feed = graph.sheets(f"{what.page}/feed", {"fields": POST_FIELDS, "limit": SHEET})
    comments = _comments(what, graph) if what.comments else None
    yield from read_changed(watchlist, (_posts(what, graph, leg) for leg in feed), comments)
    if what.tagged and not graph.pause:
        tagged = graph.sheets(f"{what.page}/tagged", {"fields": POST_FIELDS, "limit": SHEET})
        yield from _news(watchlist, "tagged", graph, tagged, Post, lambda post: of_post(post, what.ours()))
    if what.ratings and not graph.pause:
        yield from _ratings(watchlist, what, graph)
    yield replace(watchlist.page(()), asked=graph.pause, warning=watchlist.warning)


def read_window(what: What, cursor: Cursor, window: Window, graph: Graph) -> Iterator[Page]:
    """The posts of the window, newest first, each page with the comments under its posts."""
    since, until = int(window.since.timestamp()), int(until_of(cursor, window).timestamp()) + 1
    asked: dict[str, str | int] = {"fields": POST_FIELDS, "limit": SHEET_BACK, "since": since, "until": until}
    answers = (_posts(what, graph, leg) for leg in graph.sheets(f"{what.page}/feed", asked, MOST_BACK))
    if not what.comments:
        answers = (replace(answer, posts=()) for answer in answers)
    return read_threads(answers, _comments(what, graph), cursor, window)


def _look_up(what: What, graph: Graph, item: Item) -> RawMention | None:
    post, comment = item.get("post", ""), item.get("comment", "")
    if comment:
        return of_comment(graph.read(Comment, comment, {"fields": COMMENT_FIELDS}), post, what.ours())
    return of_post(graph.read(Post, post, {"fields": POST_FIELDS}), what.ours()) if post else None


def _posts(what: What, graph: Graph, leg: Leg[list[Any], str]) -> Posts[Post]:
    """The posts of a page of the feed, and those of them that are mentions."""
    posts: list[Post] = []

    def taken(post: Post) -> RawMention | None:
        posts.append(post)
        by_page = post.writer.id in (what.page, post.id.partition("_")[0])
        return of_post(post, what.ours(post.id)) if (what.own if by_page else what.posts) else None

    mentions, broken = each(Post, leg.answer, taken, graph.host)
    return Posts(posts, [post.at for post in posts], mentions, broken, leg.capped)


def _comments(what: What, graph: Graph) -> Comments[Post]:
    def ask(post: Post) -> Iterator[Leg[list[Any], str]]:
        order = {"filter": "stream", "order": "reverse_chronological"}
        return graph.sheets(f"{post.id}/comments", {"fields": COMMENT_FIELDS, "limit": SHEET, **order})

    def read(post: Post, items: list[Any]) -> ThreadPart:
        found: list[Comment] = []

        def taken(comment: Comment) -> RawMention | None:
            found.append(comment)
            return of_comment(comment, post.id, what.ours(post.id))

        mentions, broken = each(Comment, items, taken, graph.host)
        return ThreadPart([comment.at for comment in found], mentions, broken)

    return Comments(graph.host, ask, read, lambda: graph.pause, SHEET * MOST_SHEETS)


def _ratings(watchlist: Watchlist, what: What, graph: Graph) -> Iterator[Page]:
    listed = graph.sheets(f"{what.page}/ratings", {"fields": RATING_FIELDS, "limit": SHEET})
    try:
        yield from _news(watchlist, "ratings", graph, listed, Rating, of_rating)
    except NoLongerOffered:
        watchlist.warning = Notice(
            "Meta does not give recommendations in this version: choose v21.0, or use the webhook"
        )


def _news(
    watchlist: Watchlist,
    name: str,
    graph: Graph,
    sheets: Iterator[Leg[list[Any], str]],
    model: type[W],
    taken: Callable[[W], RawMention | None],
) -> Iterator[Page]:
    """A listing, newest first, down to what was read of it before."""
    read = partial(_read, model, taken, graph.host)
    for part in news(sheets, read, watchlist.state.get(name)):
        if part.capped:
            watchlist.warning = capped(SHEET * MOST_SHEETS)
        if part.last:
            watchlist.state[name] = part.reached
        yield watchlist.page(part.mentions, part.broken)


def _read(
    model: type[W], taken: Callable[[W], RawMention | None], host: str, items: list[Any]
) -> tuple[tuple[RawMention, ...], Broken]:
    return each(model, items, taken, host)
