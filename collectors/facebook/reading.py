"""Reads a Page: what a webhook named, its posts, the comments under changed posts, tags and ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from collectors._kit.answers import Part, each
from collectors._kit.comments import Comments, Posts, ThreadPart, read_changed
from collectors._kit.comments import read_window as read_threads
from collectors._kit.newest import news
from collectors._kit.paging import cap_warning
from collectors._kit.walk import Leg, until_of
from collectors._kit.watched import Watchlist
from collectors._platforms.graph import MOST_SHEETS, Graph
from collectors._platforms.graph_refusals import NoLongerOffered
from collectors._platforms.meta_inbox import Item, look_up
from collectors.base import Broken, Cursor, Page, RawMention, Window
from ground.notice import Notice

from .posts import COMMENT_FIELDS, POST_FIELDS, RATING_FIELDS, Comment, Post, Rating, of_comment, of_post, of_rating

SHEET = 100
SHEET_BACK, MOST_BACK = 25, 10_000  # going back asks for the comments of every post
W = TypeVar("W", bound=Part)


@dataclass(frozen=True, slots=True)
class PageScope:
    """Which parts of a Page to read."""

    page: str
    posts: bool = True
    comments: bool = True
    tagged: bool = True
    ratings: bool = False
    own: bool = False

    def ours(self, post_id: str = "") -> tuple[str, ...]:
        """The ids whose texts are no mentions: the Page's, and the one in the first half of the id of a post on it."""
        return () if self.own else tuple(filter(None, (self.page, post_id.partition("_")[0])))


def read_page(scope: PageScope, cursor: Cursor, graph: Graph) -> Iterator[Page]:
    """One reading. The cursor is that of a `Watchlist`, with the `inbox` that a webhook filled."""
    watchlist = Watchlist.of(cursor, "tagged", "ratings", "again")
    yield from look_up(watchlist, graph, cursor.get("inbox"), lambda item: _look_up(scope, graph, item))
    feed = graph.sheets(f"{scope.page}/feed", {"fields": POST_FIELDS, "limit": SHEET})
    comments = _comments(scope, graph) if scope.comments else None
    yield from read_changed(watchlist, (_posts(scope, graph, leg) for leg in feed), comments)
    if scope.tagged and not graph.pause:
        tagged = graph.sheets(f"{scope.page}/tagged", {"fields": POST_FIELDS, "limit": SHEET})
        yield from _news(watchlist, "tagged", graph, tagged, Post, lambda post: of_post(post, scope.ours()))
    if scope.ratings and not graph.pause:
        yield from _ratings(watchlist, scope, graph)
    yield replace(watchlist.page(()), asked=graph.pause, warning=watchlist.warning)


def read_window(scope: PageScope, cursor: Cursor, window: Window, graph: Graph) -> Iterator[Page]:
    """The posts of the window, newest first, each page with the comments under its posts."""
    since, until = int(window.since.timestamp()), int(until_of(cursor, window).timestamp()) + 1
    query: dict[str, str | int] = {"fields": POST_FIELDS, "limit": SHEET_BACK, "since": since, "until": until}
    answers = (_posts(scope, graph, leg) for leg in graph.sheets(f"{scope.page}/feed", query, MOST_BACK))
    if not scope.comments:
        answers = (replace(answer, posts=()) for answer in answers)
    return read_threads(answers, _comments(scope, graph), cursor, window)


def _look_up(scope: PageScope, graph: Graph, item: Item) -> RawMention | None:
    post, comment = item.get("post", ""), item.get("comment", "")
    if comment:
        return of_comment(graph.read(Comment, comment, {"fields": COMMENT_FIELDS}), post, scope.ours())
    return of_post(graph.read(Post, post, {"fields": POST_FIELDS}), scope.ours()) if post else None


def _posts(scope: PageScope, graph: Graph, leg: Leg[list[Any], str]) -> Posts[Post]:
    """A page of the feed: its posts, and those of them that are mentions."""
    posts: list[Post] = []

    def to_mention(post: Post) -> RawMention | None:
        posts.append(post)
        by_page = post.writer.id in (scope.page, post.id.partition("_")[0])
        return of_post(post, scope.ours(post.id)) if (scope.own if by_page else scope.posts) else None

    mentions, broken = each(Post, leg.answer, to_mention, graph.host)
    return Posts(posts, [post.at for post in posts], mentions, broken, leg.capped)


def _comments(scope: PageScope, graph: Graph) -> Comments[Post]:
    def ask(post: Post) -> Iterator[Leg[list[Any], str]]:
        order = {"filter": "stream", "order": "reverse_chronological"}
        return graph.sheets(f"{post.id}/comments", {"fields": COMMENT_FIELDS, "limit": SHEET, **order})

    def read(post: Post, items: list[Any]) -> ThreadPart:
        comments: list[Comment] = []

        def to_mention(comment: Comment) -> RawMention | None:
            comments.append(comment)
            return of_comment(comment, post.id, scope.ours(post.id))

        mentions, broken = each(Comment, items, to_mention, graph.host)
        return ThreadPart([comment.at for comment in comments], mentions, broken)

    return Comments(graph.host, ask, read, lambda: graph.pause, SHEET * MOST_SHEETS)


def _ratings(watchlist: Watchlist, scope: PageScope, graph: Graph) -> Iterator[Page]:
    sheets = graph.sheets(f"{scope.page}/ratings", {"fields": RATING_FIELDS, "limit": SHEET})
    try:
        yield from _news(watchlist, "ratings", graph, sheets, Rating, of_rating)
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
    to_mention: Callable[[W], RawMention | None],
) -> Iterator[Page]:
    """The entries of a listing, newest first, down to those read before. The cursor holds their time as `name`."""
    read = partial(_read, model, to_mention, graph.host)
    for part in news(sheets, read, watchlist.state.get(name)):
        if part.capped:
            watchlist.warning = cap_warning(SHEET * MOST_SHEETS)
        if part.last:
            watchlist.state[name] = part.reached
        yield watchlist.page(part.mentions, part.broken)


def _read(
    model: type[W], to_mention: Callable[[W], RawMention | None], host: str, items: list[Any]
) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
    return each(model, items, to_mention, host)
