"""The comments under one's own posts: under those that changed since the last reading, and under those of a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from collectors.base import Cursor, Page, RawMention, SourceBusy, Window
from ground.notice import Notice

from .paging import Unmet, capped
from .times import rfc3339
from .walk import Leg, ends_before, until_of
from .watched import Watchlist

MOST_THREADS = 50  # posts whose comments one reading asks for; the rest waits for the next
Broken = tuple[tuple[str, str], ...]


class Commented(Protocol):
    """A post. Its `mark` changes with its comments; `count` is how many there are, None where that is not told."""

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

    `posts` are those whose comments are wanted, `times` the dates of all that it holds, `mentions` those of them that
    are mentions themselves. `capped`: older ones follow that are not read.
    """

    posts: Sequence[P]
    times: Sequence[datetime | None]
    mentions: tuple[RawMention, ...] = ()
    broken: Broken = ()
    capped: bool = False


@dataclass(frozen=True, slots=True)
class ThreadPart:
    """One answer of the comments under a post, newest first. Not `complete`: some replies were not asked for."""

    times: Sequence[datetime | None]
    mentions: tuple[RawMention, ...]
    broken: Broken
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Comments(Generic[P]):
    """How a platform gives the comments under a post.

    `ask` gives the answers, newest comment first, and `read` makes of one what was said. `pause` is set once the
    platform wants no more questions. `most` comments can be reached in one reading. The comments of the `always` newest
    posts are asked for even when their number is the same. A reading goes `deeper` than to the newest comment known,
    where replies stand under their comments.
    """

    host: str
    ask: Callable[[P], Iterable[Leg[list[Any], str]]]
    read: Callable[[P, list[Any]], ThreadPart]
    pause: Callable[[], timedelta | None]
    most: int
    always: int = 0
    deeper: timedelta = timedelta()

    def are_due(self, post: P, place: int, watchlist: Watchlist) -> bool:
        """Whether there is something new under this post, which stands at that place from the newest."""
        if post.count == 0 and post.id not in watchlist.marks:
            return False
        return place < self.always or watchlist.has_changed(post.id, post.mark)

    def new(self, post: P, watchlist: Watchlist) -> Iterator[Page]:
        """The comments under a post, newest first, as far back as they were read before."""
        floor, newest = watchlist.back_to(post.id), None
        if watchlist.has_changed(post.id, post.mark):
            floor -= self.deeper
        for leg in self.ask(post):
            said = self.read(post, leg.answer)
            newest = newest or next(filter(None, said.times), None)
            done = leg.ended or ends_before(said.times, floor)
            if leg.capped and not done:
                watchlist.warning = capped(self.most)
            if (done or leg.capped) and said.complete:
                watchlist.mark(post.id, post.mark, newest)
            yield watchlist.page(said.mentions, said.broken)
            if done:
                return

    def all(self, post: P) -> tuple[tuple[RawMention, ...], Broken]:
        """All comments under a post, and what could not be read of them."""
        mentions: tuple[RawMention, ...] = ()
        broken: Broken = ()
        for leg in self.ask(post) if post.count != 0 else ():
            said = self.read(post, leg.answer)
            mentions, broken = (*mentions, *said.mentions), (*broken, *said.broken)
        return mentions, broken


def read_changed(watchlist: Watchlist, answers: Iterable[Posts[P]], comments: Comments[P] | None) -> Iterator[Page]:
    """The posts that are watched, then the comments under those that changed; none without `comments`."""
    watched: dict[str, P] = {}
    for answer in answers:
        watched.update((post.id, post) for post in answer.posts)
        yield watchlist.page(answer.mentions, answer.broken)
        if watchlist.ends_with(answer.times):
            break
        if answer.capped:
            watchlist.warning = capped(len(watched))
    if comments is not None:
        yield from _read_due(watchlist, list(watched.values()), comments)


def _read_due(watchlist: Watchlist, watched: Sequence[P], comments: Comments[P]) -> Iterator[Page]:
    due = [post for place, post in enumerate(watched) if comments.are_due(post, place, watchlist)]
    if len(due) > MOST_THREADS:
        watchlist.warning = Notice(
            "more than {most} posts have new comments: the rest is read next", {"most": MOST_THREADS}
        )
    for post in due[:MOST_THREADS]:
        if comments.pause():
            return
        yield from comments.new(post, watchlist)


def read_window(answers: Iterable[Posts[P]], comments: Comments[P], cursor: Cursor, window: Window) -> Iterator[Page]:
    """The posts of a window with the comments under them, newest post first.

    The cursor holds `until`, the time from which on all posts are read. Raises SourceBusy where the platform wants a
    pause: the page that it falls into is read again.
    """
    unmet, until = Unmet(), until_of(cursor, window)
    for answer in answers:
        found, broken = answer.mentions, answer.broken
        for post in answer.posts:
            mentions, bad = comments.all(post)
            found, broken = (*found, *mentions), (*broken, *bad)
        if pause := comments.pause():
            raise SourceBusy("{host} has been asked too often and wants a pause", wait=pause, host=comments.host)
        until = max(min([until, *filter(None, answer.times)]), window.since)
        inside = unmet(one for one in found if window.holds(one.published_at))
        yield Page(inside, {"until": rfc3339(until)}, broken=broken, reached=until)
    yield Page((), {"until": rfc3339(window.since)}, reached=window.since)
