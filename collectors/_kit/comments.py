"""The comments under one's own posts: under those that changed since the last reading, and under those of a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from collectors.base import Broken, Cursor, Page, RawMention, SourceBusy, Window
from ground.notice import Notice

from .paging import Unmet, cap_warning
from .times import rfc3339
from .walk import Leg, ends_before, until_of
from .watched import Watchlist

MOST_THREADS = 50  # posts whose comments one reading asks for; the next reading goes on


class Commented(Protocol):
    """A post. Its `mark` changes with its comments; `count` is how many there are, None where the platform hides it."""

    @property
    def id(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def mark(self) -> str: ...
    @property
    def count(self) -> int | None: ...


P = TypeVar("P", bound=Commented)


@dataclass(frozen=True, slots=True)
class Posts(Generic[P]):
    """One answer of the list of posts, newest first.

    `posts` are those whose comments are read, `times` the dates of all posts in the answer, `mentions` the posts that
    are mentions themselves. `capped`: older posts follow, but are not read.
    """

    posts: Sequence[P]
    times: Sequence[datetime | None]
    mentions: tuple[RawMention, ...] = ()
    broken: tuple[Broken, ...] = ()
    capped: bool = False


@dataclass(frozen=True, slots=True)
class ThreadPart:
    """One answer of the comments under a post, newest first. Not `complete`: some replies were not asked for."""

    times: Sequence[datetime | None]
    mentions: tuple[RawMention, ...]
    broken: tuple[Broken, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Comments(Generic[P]):
    """How a platform gives the comments under a post.

    `ask` yields the answers, newest comment first, and `read` turns one into mentions. `pause` returns a pause once the
    platform wants no more requests. `most` comments can be reached in one reading. The comments of the `always` newest
    posts are read even when their number is unchanged. Where replies stand under their comments, a reading goes
    `deeper` into the past than the newest comment known.
    """

    host: str
    ask: Callable[[P], Iterable[Leg[list[Any], str]]]
    read: Callable[[P, list[Any]], ThreadPart]
    pause: Callable[[], timedelta | None]
    most: int
    always: int = 0
    deeper: timedelta = timedelta()

    def are_due(self, post: P, place: int, watchlist: Watchlist) -> bool:
        """Whether to read the comments of this post, the newest being at place 0."""
        if post.count == 0 and post.id not in watchlist.marks:
            return False
        return place < self.always or watchlist.has_changed(post.id, post.mark)

    def new(self, post: P, watchlist: Watchlist) -> Iterator[Page]:
        """The comments under a post, newest first, as far back as they were read before."""
        floor, newest = watchlist.back_to(post.id), None
        if watchlist.has_changed(post.id, post.mark):
            floor -= self.deeper
        for leg in self.ask(post):
            part = self.read(post, leg.answer)
            newest = newest or next(filter(None, part.times), None)
            ended = leg.ended or ends_before(part.times, floor)
            if leg.capped and not ended:
                watchlist.warning = cap_warning(self.most)
            if (ended or leg.capped) and part.complete:
                watchlist.mark(post.id, post.mark, newest)
            yield watchlist.page(part.mentions, part.broken)
            if ended:
                return

    def all(self, post: P) -> tuple[tuple[RawMention, ...], tuple[Broken, ...]]:
        """All comments under a post, and what could not be read of them."""
        mentions: tuple[RawMention, ...] = ()
        broken: tuple[Broken, ...] = ()
        for leg in self.ask(post) if post.count != 0 else ():
            part = self.read(post, leg.answer)
            mentions, broken = (*mentions, *part.mentions), (*broken, *part.broken)
        return mentions, broken


def read_changed(watchlist: Watchlist, answers: Iterable[Posts[P]], comments: Comments[P] | None) -> Iterator[Page]:
    """The watched posts, then the comments under those that changed. Without `comments`, the posts only."""
    watched: dict[str, P] = {}
    for answer in answers:
        watched.update((post.id, post) for post in answer.posts)
        yield watchlist.page(answer.mentions, answer.broken)
        if watchlist.ends_with(answer.times):
            break
        if answer.capped:
            watchlist.warning = cap_warning(len(watched))
    if comments is not None:
        yield from _read_due(watchlist, list(watched.values()), comments)


def _read_due(watchlist: Watchlist, watched: Sequence[P], comments: Comments[P]) -> Iterator[Page]:
    due = [post for place, post in enumerate(watched) if comments.are_due(post, place, watchlist)]
    if len(due) > MOST_THREADS:
        watchlist.warning = Notice(
            "more than {most} posts have new comments: the next reading brings the rest", {"most": MOST_THREADS}
        )
    for post in due[:MOST_THREADS]:
        if comments.pause():
            return
        yield from comments.new(post, watchlist)


def read_window(answers: Iterable[Posts[P]], comments: Comments[P], cursor: Cursor, window: Window) -> Iterator[Page]:
    """The posts of a window with the comments under them, newest post first.

    The cursor holds `until`: everything from there to the end of the window was given. Raises SourceBusy when the
    platform wants a pause; the page that this interrupts is read again next time.
    """
    unmet, until = Unmet(), until_of(cursor, window)
    for answer in answers:
        mentions, broken = answer.mentions, answer.broken
        for post in answer.posts:
            below, unread = comments.all(post)
            mentions, broken = (*mentions, *below), (*broken, *unread)
        if pause := comments.pause():
            raise SourceBusy("{host} received too many requests and asks for a pause", wait=pause, host=comments.host)
        until = max(min([until, *filter(None, answer.times)]), window.since)
        inside = unmet(mention for mention in mentions if window.holds(mention.published_at))
        yield Page(inside, {"until": rfc3339(until)}, broken=broken, reached=until)
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)
