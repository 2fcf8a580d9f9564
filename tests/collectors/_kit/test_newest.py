"""How listings are read that give the newest first: pages that shift, end, repeat or are cut short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from collectors._kit.newest import Listing, News, Step, back, forward, look_back, news
from collectors._kit.walk import Leg
from collectors.base import RawMention, SourceError, Window

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def at(hour: int) -> datetime:
    return T0 + timedelta(hours=hour)


def said(hour: int) -> RawMention:
    return RawMention(external_id=str(hour), text="x", published_at=at(hour))


def page(*hours: int, next: str | None = None, asked: timedelta | None = None) -> Listing:  # noqa: A002
    return Listing(tuple(said(hour) for hour in hours), (), next, tuple(at(hour) for hour in hours), asked)


def ids(steps: list[Step]) -> list[str]:
    return [one.external_id for step in steps for one in step.listing.mentions]


def asker(pages: dict[str | None, Listing]) -> Callable[[str | None], Listing]:
    return lambda mark: pages[mark]


def test_reading_goes_on_until_what_is_known_and_only_the_last_step_moves_the_cursor() -> None:
    pages = {None: page(9, 8, next="b"), "b": page(7, 4, next="c"), "c": page(3, 2)}
    steps = list(forward(asker(pages), at(6), at(5), 10))
    assert ids(steps) == ["9", "8", "7", "4"]
    assert [(step.last, step.newest) for step in steps] == [(False, at(9)), (True, at(9))]


def test_what_a_new_item_pushes_to_the_next_page_is_given_once_and_nothing_is_missed() -> None:
    pages = {None: page(9, 8, 7, next="b"), "b": page(8, 7, 6, next="c"), "c": page(5, 4)}
    assert ids(list(forward(asker(pages), None, at(0), 10))) == ["9", "8", "7", "6", "5", "4"]


def test_an_old_item_that_somebody_pinned_to_the_top_does_not_end_the_reading() -> None:
    pages = {None: page(-500, 9, 8, next="b"), "b": page(7, 1)}
    assert ids(list(forward(asker(pages), at(3), at(2), 10))) == ["-500", "9", "8", "7", "1"]


def test_a_listing_that_points_at_itself_is_read_once() -> None:
    pages = {None: page(9, next="b"), "b": page(8, next="b")}
    steps = list(forward(asker(pages), None, at(0), 10))
    assert ids(steps) == ["9", "8"]
    assert steps[-1].last


def test_at_the_cap_the_cursor_moves_and_a_warning_says_so() -> None:
    pages = {None: page(9, next="b"), "b": page(8, next="c")}
    steps = list(forward(asker(pages), None, at(0), 2))
    assert [bool(step.warning) for step in steps] == [False, True]
    assert steps[-1].last


def test_when_no_more_calls_are_allowed_the_reading_stops_and_begins_again_from_the_top_next_time() -> None:
    pages = {None: page(9, next="b", asked=timedelta(hours=1)), "b": page(8)}
    (step,) = forward(asker(pages), None, at(0), 10)
    assert (step.last, step.listing.asked) == (False, timedelta(hours=1))
    (alone,) = forward(asker({None: page(9, asked=timedelta(hours=1))}), None, at(0), 10)
    assert alone.last


def test_without_anything_new_what_was_known_stays_known() -> None:
    (step,) = forward(asker({None: page()}), at(3), at(2), 10)
    assert (step.last, step.newest, ids([step])) == (True, at(3), [])


def test_a_backfill_gives_its_window_alone_and_reaches_its_start_at_the_last_page_only() -> None:
    pages = {None: page(9, 6, next="b"), "b": page(5, 3, next="c"), "c": page(2, 1, next="d")}
    got = list(back(asker(pages), None, Window(at(3), at(7))))
    assert [[one.external_id for one in one_page.mentions] for one_page in got] == [["6"], ["5", "3"], []]
    assert [one_page.reached for one_page in got] == [at(6), at(3) + timedelta(microseconds=1), at(3)]


def test_a_backfill_without_anything_has_reached_its_start() -> None:
    (got,) = back(asker({None: page()}), None, Window(at(3), at(7)))
    assert (got.mentions, got.reached) == ((), at(3))


def test_a_backfill_that_may_not_ask_any_more_tells_where_it_goes_on() -> None:
    pages = {None: page(6, next="b", asked=timedelta(hours=1)), "b": page(5)}
    (first,) = back(asker(pages), None, Window(at(3), at(7)))
    assert (first.cursor, first.asked, first.reached) == ({"page": "b"}, timedelta(hours=1), at(6))
    (rest,) = back(asker(pages), first.cursor["page"], Window(at(3), at(7)))
    assert [one.external_id for one in rest.mentions] == ["5"]


def test_what_is_dated_in_the_future_does_not_hide_what_comes_until_then() -> None:
    ahead = datetime.now(UTC) + timedelta(days=900)
    (step,) = forward(asker({None: Listing((), times=(ahead, at(9)))}), at(3), at(2), 10)
    assert step.newest is not None
    assert step.newest <= datetime.now(UTC)


def test_a_backfill_whose_mark_is_too_old_for_the_platform_begins_again() -> None:
    def ask(mark: str | None) -> Listing:
        if mark == "stale":
            raise SourceError("answered 400")
        return page(6, 5)

    (got,) = back(ask, "stale", Window(at(3), at(7)))
    assert ([one.external_id for one in got.mentions], got.reached) == (["6", "5"], at(3))


def test_a_reading_begins_a_while_before_what_was_newest_and_a_week_ago_at_first() -> None:
    assert look_back(at(9), timedelta(hours=2)) == at(7)
    assert abs(datetime.now(UTC) - look_back(None, timedelta(hours=2)) - timedelta(days=7)) < timedelta(seconds=5)


Hours = list[int]


def legs(*pages: Hours, capped: bool = False) -> list[Leg[Hours, int]]:
    last = len(pages) - 1
    return [
        Leg(hours, n, n + 1, ended=n == last and not capped, capped=n == last and capped)
        for n, hours in enumerate(pages)
    ]


def read(hours: Hours) -> tuple[tuple[RawMention, ...], tuple[tuple[str, str], ...]]:
    return tuple(said(hour) for hour in hours), ()


def told(parts: list[News]) -> list[tuple[list[str], bool, bool, str | None]]:
    return [([one.external_id for one in part.mentions], part.ended, part.capped, part.reached) for part in parts]


def test_news_are_read_down_to_an_hour_before_what_was_newest() -> None:
    parts = list(news(legs([9, 8], [7, 5], [4]), read, "2026-03-01T06:30:00Z"))
    top = "2026-03-01T09:00:00Z"
    assert told(parts) == [(["9", "8"], False, False, top), (["7", "5"], True, False, top)]


def test_the_first_news_go_back_a_week_from_the_newest_entry_however_old_that_is() -> None:
    parts = list(news(legs([9, 0], [-150], [-169]), read, None))
    assert [part.last for part in parts] == [False, False, True]
    assert list(news(legs([9, -160], [-200]), read, None))[-1].ended


def test_news_that_are_cut_short_say_so_unless_they_reach_what_is_known() -> None:
    known = "2026-03-01T06:30:00Z"
    (cut,) = news(legs([9, 8], capped=True), read, known)
    assert (cut.ended, cut.capped, cut.last) == (False, True, True)
    (whole,) = news(legs([9, 5], capped=True), read, known)
    assert (whole.ended, whole.capped, whole.last) == (True, False, True)


def test_without_any_entry_what_was_newest_stays() -> None:
    (part,) = news(legs([]), read, "2026-03-01T06:30:00Z")
    assert (part.ended, part.reached) == (True, "2026-03-01T06:30:00Z")
    (nothing,) = news(legs([]), read, None)
    assert (nothing.ended, nothing.reached) == (True, None)
