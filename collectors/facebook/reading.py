"""Reads a Page: what a webhook named, its posts, the comments under those that changed, tags and ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from collectors._kit.answers import Part, each
from collectors._kit.paging import capped
from collectors._kit.times import moment, rfc3339
from collectors._kit.watched import MOST_THREADS, Forward, Reading, before
from collectors._platforms.graph import MOST_SHEETS, Graph, Sheet, past
from collectors._platforms.graph_refusals import Withdrawn
from collectors._platforms.meta_inbox import Item, look_up
from collectors.base import Cursor, Page, RawMention, SourceBusy, Window
from ground.notice import Notice

from .posts import COMMENT_FIELDS, POST_FIELDS, RATING_FIELDS, Comment, Post, Rating, of_comment, of_post, of_rating

SHEET = 100
SHEET_BACK, MOST_BACK = 25, 10_000  # going back asks for the comments of every post
Broken = tuple[tuple[str, str], ...]
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
    """One reading. The cursor is that of `Reading`, with the `inbox` that a webhook filled."""
    run = Reading.begun(cursor, "tagged", "ratings", "again")
    yield from look_up(run, graph, cursor.get("inbox"), lambda item: _look_up(what, graph, item))
    yield from _feed(run, what, graph)
    if what.tagged and not graph.pause:
        tagged = graph.sheets(f"{what.page}/tagged", {"fields": POST_FIELDS, "limit": SHEET})
        yield from _listed(run, "tagged", graph, tagged, Post, lambda post: of_post(post, what.ours()))
    if what.ratings and not graph.pause:
        yield from _ratings(run, what, graph)
    yield replace(run.page(()), asked=graph.pause, warning=run.warning)


def read_window(what: What, cursor: Cursor, window: Window, graph: Graph) -> Iterator[Page]:
    """The posts of the window, newest first, each page with the comments under its posts.

    The cursor holds the time from which on all posts are read.
    """
    run = Reading()
    upto = min(moment(cursor.get("until")) or window.until, window.until)
    within = {"since": int(window.since.timestamp()), "until": int(upto.timestamp()) + 1}
    asked: dict[str, str | int] = {"fields": POST_FIELDS, "limit": SHEET_BACK, **within}
    for sheet in graph.sheets(f"{what.page}/feed", asked, MOST_BACK):
        posts, found, broken = _posts(what, sheet, graph)
        for post in posts if what.comments else ():
            mentions, bad = _whole_thread(what, post, graph)
            found, broken = (*found, *mentions), (*broken, *bad)
        if graph.pause:
            raise SourceBusy("{host} has been asked too often and wants a pause", wait=graph.pause, host=graph.host)
        upto = max(min([upto, *filter(None, (past(post.created_time) for post in posts))]), window.since)
        inside = [one for one in found if window.holds(one.published_at)]
        yield replace(run.page(inside, broken), cursor={"until": rfc3339(upto)}, reached=upto)
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)


def _look_up(what: What, graph: Graph, item: Item) -> RawMention | None:
    post, comment = item.get("post", ""), item.get("comment", "")
    if comment:
        return of_comment(graph.read(Comment, comment, {"fields": COMMENT_FIELDS}), post, what.ours())
    return of_post(graph.read(Post, post, {"fields": POST_FIELDS}), what.ours()) if post else None


def _feed(run: Reading, what: What, graph: Graph) -> Iterator[Page]:
    watched: dict[str, Post] = {}
    for sheet in graph.sheets(f"{what.page}/feed", {"fields": POST_FIELDS, "limit": SHEET}):
        posts, mentions, broken = _posts(what, sheet, graph)
        watched.update((post.id, post) for post in posts)
        yield run.page(mentions, broken)
        if run.beyond(past(post.created_time) for post in posts):
            break
        if sheet.capped:
            run.warning = capped(len(watched))
    changed = [post for post in watched.values() if what.comments and _has_news(run, post)]
    if len(changed) > MOST_THREADS:
        run.warning = Notice("more than {most} posts have new comments: the rest is read next", {"most": MOST_THREADS})
    for post in changed[:MOST_THREADS]:
        if graph.pause:
            return
        yield from _thread(run, what, post, graph)


def _posts(what: What, sheet: Sheet, graph: Graph) -> tuple[list[Post], tuple[RawMention, ...], Broken]:
    """The posts of a page of the feed, and those of them that are mentions."""
    posts: list[Post] = []

    def taken(post: Post) -> RawMention | None:
        posts.append(post)
        by_page = post.writer.id in (what.page, post.id.partition("_")[0])
        return of_post(post, what.ours(post.id)) if (what.own if by_page else what.posts) else None

    mentions, broken = each(Post, sheet.items, taken, graph.host)
    return posts, mentions, broken


def _has_news(run: Reading, post: Post) -> bool:
    silent = post.comments.summary.total_count == 0 and post.id not in run.marks
    return not silent and run.changed(post.id, post.mark)


def _thread(run: Reading, what: What, post: Post, graph: Graph) -> Iterator[Page]:
    """The comments under a post, newest first, as far back as they were read before."""
    floor, newest = run.back_to(post.id), None
    for sheet in _comments(post, graph):
        found, mentions, broken = _comments_of(what, post, sheet, graph)
        times = [past(one.created_time) for one in found]
        newest = newest or next(filter(None, times), None)
        done = sheet.last or before(times, floor)
        if sheet.capped and not done:
            run.warning = capped(SHEET * MOST_SHEETS)
        if done or sheet.capped:
            run.read(post.id, post.mark, newest)
        yield run.page(mentions, broken)
        if done:
            return


def _whole_thread(what: What, post: Post, graph: Graph) -> tuple[tuple[RawMention, ...], Broken]:
    mentions: tuple[RawMention, ...] = ()
    broken: Broken = ()
    for sheet in _comments(post, graph) if post.comments.summary.total_count != 0 else ():
        _, found, bad = _comments_of(what, post, sheet, graph)
        mentions, broken = (*mentions, *found), (*broken, *bad)
    return mentions, broken


def _comments(post: Post, graph: Graph) -> Iterator[Sheet]:
    order = {"filter": "stream", "order": "reverse_chronological"}
    return graph.sheets(f"{post.id}/comments", {"fields": COMMENT_FIELDS, "limit": SHEET, **order})


def _comments_of(
    what: What, post: Post, sheet: Sheet, graph: Graph
) -> tuple[list[Comment], tuple[RawMention, ...], Broken]:
    found: list[Comment] = []

    def taken(comment: Comment) -> RawMention | None:
        found.append(comment)
        return of_comment(comment, post.id, what.ours(post.id))

    mentions, broken = each(Comment, sheet.items, taken, graph.host)
    return found, mentions, broken


def _ratings(run: Reading, what: What, graph: Graph) -> Iterator[Page]:
    listed = graph.sheets(f"{what.page}/ratings", {"fields": RATING_FIELDS, "limit": SHEET})
    try:
        yield from _listed(run, "ratings", graph, listed, Rating, of_rating)
    except Withdrawn:
        run.warning = Notice("Meta does not give recommendations in this version: choose v21.0, or use the webhook")


def _listed(
    run: Reading,
    name: str,
    graph: Graph,
    sheets: Iterator[Sheet],
    model: type[W],
    taken: Callable[[W], RawMention | None],
) -> Iterator[Page]:
    """A listing, newest first, down to what was read of it before."""
    ahead = Forward(run.state.get(name))
    for sheet in sheets:
        mentions, broken = each(model, sheet.items, taken, graph.host)
        end = ahead.ends(one.published_at for one in mentions) or sheet.last
        if sheet.capped and not end:
            run.warning = capped(SHEET * MOST_SHEETS)
        if end or sheet.capped:
            run.state[name] = ahead.reached
        yield run.page(mentions, broken)
        if end:
            return
