"""Comments under one's own posts: those under posts that changed, and those under the posts of a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors._kit.comments import MOST_THREADS, Comments, Posts, ThreadPart, read_changed, read_window
from collectors._kit.walk import Leg
from collectors._kit.watched import Watchlist
from collectors.base import Page, RawMention, SourceBusy, Window

T0 = datetime(2026, 3, 1, tzinfo=UTC)
PAUSE = timedelta(minutes=5)


def at(hour: int) -> datetime:
    return T0 + timedelta(hours=hour)


@dataclass(frozen=True)
class Post:
    id: str
    at: datetime | None = T0
    mark: str = "1"
    count: int | None = None


@dataclass
class Platform:
    """Gives the hours of the comments of each post, page by page, and notes what it was asked for."""

    pages: dict[str, list[list[int]]]
    endless: bool = False
    complete: bool = True
    pause: timedelta | None = None
    pause_after: str = ""
    asked: list[str] = field(default_factory=list)

    def ask(self, post: Post) -> Iterator[Leg[list[Any], str]]:
        pages = self.pages.get(post.id, [[]])
        for number, hours in enumerate(pages, 1):
            self.asked.append(f"{post.id}{number}")
            self.pause = PAUSE if self.pause_after == post.id else self.pause
            last = number == len(pages)
            yield Leg(list(hours), None, "x", ended=last and not self.endless, capped=last and self.endless)

    def read(self, post: Post, hours: list[Any]) -> ThreadPart:
        mentions = tuple(RawMention(external_id=f"{post.id}.{hour}", published_at=at(hour)) for hour in hours)
        return ThreadPart([at(hour) for hour in hours], mentions, (), self.complete)

    def comments(self, always: int = 0, deeper: timedelta = timedelta()) -> Comments[Post]:
        return Comments("platform.example", self.ask, self.read, lambda: self.pause, 100, always, deeper)


def posts(*given: Post, capped: bool = False) -> Posts[Post]:
    return Posts(given, [post.at for post in given], capped=capped)


def ids(pages: list[Page]) -> list[str]:
    return [one.external_id for page in pages for one in page.mentions]


def test_only_posts_that_changed_are_asked_for_and_not_those_without_any_comment() -> None:
    platform = Platform({"new": [[9]], "same": [[8]], "silent": [[7]], "emptied": [[]]})
    watchlist = Watchlist(marks={"same": ["1", None], "emptied": ["5", None]})
    given = posts(Post("new"), Post("same"), Post("silent", count=0), Post("emptied", count=0))
    pages = list(read_changed(watchlist, [given], platform.comments()))
    assert (platform.asked, ids(pages)) == (["new1", "emptied1"], ["new.9"])
    assert set(watchlist.marks) == {"new", "same", "emptied"}


def test_the_comments_of_the_newest_posts_are_asked_for_even_when_nothing_seems_to_have_changed() -> None:
    platform = Platform({})
    watchlist = Watchlist(marks={"a": ["1", None], "b": ["1", None]})
    list(read_changed(watchlist, [posts(Post("a"), Post("b"))], platform.comments(always=1)))
    assert platform.asked == ["a1"]


def test_comments_are_read_down_to_those_that_are_known() -> None:
    marks: dict[str, Any] = {"a": ["0", at(6).isoformat()]}
    for deeper, asked in ((timedelta(), ["a1", "a2"]), (timedelta(hours=4), ["a1", "a2", "a3"])):
        platform = Platform({"a": [[9, 8], [7, 4], [3, 0], [-1]]})
        list(read_changed(Watchlist(marks=dict(marks)), [posts(Post("a"))], platform.comments(deeper=deeper)))
        assert platform.asked == asked


def test_a_thread_that_is_not_read_to_its_end_stays_changed_unless_the_platform_gives_no_more() -> None:
    broken_off = Platform({"a": [[9]]}, complete=False)
    watchlist = Watchlist()
    list(read_changed(watchlist, [posts(Post("a"))], broken_off.comments()))
    assert watchlist.has_changed("a", "1")
    endless = Platform({"a": [[9]]}, endless=True)
    list(read_changed(watchlist, [posts(Post("a"))], endless.comments()))
    assert not watchlist.has_changed("a", "1")
    assert "100" in str(watchlist.warning)


def test_reading_ends_where_the_platform_wants_a_pause_and_what_is_left_stays_changed() -> None:
    platform = Platform({}, pause_after="a")
    watchlist = Watchlist()
    list(read_changed(watchlist, [posts(Post("a"), Post("b"))], platform.comments()))
    assert (platform.asked, watchlist.has_changed("b", "1")) == (["a1"], True)


def test_more_changed_posts_than_one_reading_asks_for_are_told_and_so_are_posts_beyond_the_bound() -> None:
    platform, watchlist = Platform({}), Watchlist()
    many = posts(*(Post(str(number)) for number in range(MOST_THREADS + 1)))
    list(read_changed(watchlist, [many], platform.comments()))
    assert (len(platform.asked), "the next reading brings the rest" in str(watchlist.warning)) == (MOST_THREADS, True)
    list(read_changed(capped := Watchlist(), [posts(Post("a"), capped=True)], None))
    assert "more than 1 hits" in str(capped.warning)


def test_posts_beyond_what_is_watched_end_the_list() -> None:
    asked: list[int] = []

    def listed() -> Iterator[Posts[Post]]:
        for day in (0, -40, -80):
            asked.append(day)
            yield posts(Post(str(day), at(24 * day)))

    list(read_changed(Watchlist(), listed(), None))
    assert asked == [0, -40]


WINDOW = Window(at(0), at(10))


def test_the_posts_of_a_window_are_given_with_their_comments_and_how_far_back_they_are_read() -> None:
    platform = Platform({"a": [[9, 8], [7]], "b": [[12, 6]]})
    answers = [posts(Post("a", at(5)), Post("b", at(4))), posts(Post("c", at(2), count=0))]
    pages = list(read_window(answers, platform.comments(), {}, WINDOW))
    assert ids(pages) == ["a.9", "a.8", "a.7", "b.6"]
    assert [page.reached for page in pages] == [at(4), at(2), at(0)]
    assert pages[0].cursor == {"until": "2026-03-01T04:00:00Z"}
    assert platform.asked == ["a1", "a2", "b1"]


def test_a_page_during_which_the_platform_wants_a_pause_is_read_again() -> None:
    platform = Platform({}, pause_after="a")
    with pytest.raises(SourceBusy) as caught:
        list(read_window([posts(Post("a", at(5)))], platform.comments(), {}, WINDOW))
    assert caught.value.wait == PAUSE
