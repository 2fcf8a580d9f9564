"""Going through a listing: where a walk ends, where it goes on, and how far back a window has been given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from collectors._kit.walk import NEARLY, Leg, Rewind, ends_before, in_turn, oldest_of, until_of, walk
from collectors.base import Cursor, Page, RawMention, Window

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def at(hour: int) -> datetime:
    return T0 + timedelta(hours=hour)


def said(hour: int, name: str = "") -> RawMention:
    return RawMention(external_id=name or str(hour), text="x", published_at=at(hour))


WINDOW = Window(at(3), at(9))
Asked = list[int | None]


def numbers(follow: dict[int | None, int | None], asked: Asked) -> Callable[[int | None], tuple[str, int | None]]:
    """A listing whose answers are called after their marks."""

    def ask(mark: int | None) -> tuple[str, int | None]:
        asked.append(mark)
        return f"answer {mark}", follow.get(mark)

    return ask


@pytest.mark.parametrize(
    ("follow", "start", "most", "asked", "ended", "capped"),
    [
        pytest.param({}, None, None, [None], True, False, id="nothing follows"),
        pytest.param({None: 2, 2: 3}, None, None, [None, 2, 3], True, False, id="to the end"),
        pytest.param({None: 2, 2: 3}, 2, None, [2, 3], True, False, id="from a mark"),
        pytest.param({None: 2, 2: 2}, None, None, [None, 2], True, False, id="an answer that points at itself"),
        pytest.param({2: 3, 3: 2}, 2, None, [2, 3], True, False, id="back to the beginning"),
        pytest.param({None: 2, 2: 3}, None, 2, [None, 2], False, True, id="more than the bound"),
        pytest.param({None: 2}, None, 2, [None, 2], True, False, id="as much as the bound"),
    ],
)
def test_a_walk_ends_where_nothing_new_follows_or_at_its_bound(
    follow: dict[int | None, int | None], start: int | None, most: int | None, asked: Asked, ended: bool, capped: bool
) -> None:
    met: Asked = []
    legs = list(walk(numbers(follow, met), start, most=most))
    assert met == asked == [leg.mark for leg in legs]
    assert [leg.last for leg in legs] == [False] * (len(legs) - 1) + [True]
    assert (legs[-1].ended, legs[-1].capped) == (ended, capped)


def test_an_answer_that_is_old_enough_ends_the_walk_though_more_follows() -> None:
    legs = list(walk(numbers({None: 2, 2: 3, 3: 4}, []), most=2, ends=lambda answer: answer == "answer 2"))
    assert [(leg.answer, leg.ended, leg.capped) for leg in legs] == [
        ("answer None", False, False),
        ("answer 2", True, False),
    ]


def test_nothing_is_asked_before_it_is_wanted() -> None:
    asked: Asked = []
    list(islice(walk(numbers({None: 2, 2: 3}, asked)), 2))
    assert asked == [None, 2]


@pytest.mark.parametrize(
    ("leg", "onward"),
    [
        (Leg("x", 1, 2, ended=False, capped=False), 2),
        (Leg("x", 1, 2, ended=False, capped=True), 2),
        (Leg("x", 1, 2, ended=True, capped=False), 1),
        (Leg("x", None, None, ended=True, capped=False), None),
    ],
)
def test_another_walk_goes_on_after_a_leg_or_with_the_last_one_again(leg: Leg[str, int], onward: int | None) -> None:
    assert leg.onward == onward


@pytest.mark.parametrize(
    ("hours", "ends"),
    [
        ([9, 8, 4], True),
        ([9, 8, 5], False),
        ([1, 9, 8], False),  # pinned
        ([9, 4, None], True),
        ([None], False),
        ([], False),
    ],
)
def test_an_answer_ends_before_a_moment_when_its_last_dated_entry_does(hours: list[int | None], ends: bool) -> None:
    assert ends_before([None if hour is None else at(hour) for hour in hours], at(5)) is ends


def test_the_oldest_of_some_mentions_is_one_that_has_a_date() -> None:
    assert oldest_of([said(4), RawMention(external_id="?"), said(7)]) == at(4)
    assert oldest_of([RawMention(external_id="?")]) is None


@pytest.mark.parametrize(
    ("cursor", "until"),
    [({}, 9), ({"until": "2026-03-01T05:00:00Z"}, 5), ({"until": "2026-03-01T20:00:00Z"}, 9), ({"until": "x"}, 9)],
)
def test_what_is_left_of_a_window_ends_where_the_cursor_says(cursor: dict[str, str], until: int) -> None:
    assert until_of(cursor, WINDOW) == at(until)


def test_a_rewind_gives_what_lies_in_its_window_and_has_no_date_each_once() -> None:
    rewind, undated = Rewind(WINDOW), RawMention(external_id="?", text="x")
    first = rewind.page([said(9), said(8), undated, said(8)], {}, ended=False)
    second = rewind.page([said(8), undated, said(3), said(2)], {}, ended=True)
    assert [one.external_id for one in (*first.mentions, *second.mentions)] == ["8", "?", "3"]


def test_a_rewind_tells_how_far_back_it_has_come_and_its_start_with_the_last_page_only() -> None:
    rewind = Rewind(WINDOW)
    steps = [(None, False), (at(12), False), (at(7), False), (at(8), False), (at(1), False), (at(1), True)]
    reached = [rewind.page([], {}, ended=ended, oldest=oldest).reached for oldest, ended in steps]
    assert reached == [at(9), at(9), at(7), at(7), at(3) + NEARLY, at(3)]


Back = Callable[[int, Cursor], Iterator[Page]]


def three_pages(asked: list[tuple[int, Cursor]]) -> Back:
    """Of each listing, the pages from the cursor's `page` on."""

    def back(number: int, cursor: Cursor) -> Iterator[Page]:
        asked.append((number, cursor))
        begun = cursor.get("page")
        for page in range(begun if isinstance(begun, int) else 0, 3):
            yield Page((), {"page": page + 1}, reached=WINDOW.since if page == 2 else at(7 - page))

    return back


def test_only_the_last_of_several_listings_tells_how_far_all_have_come() -> None:
    pages = list(in_turn(2, "place", {}, WINDOW, three_pages([])))
    assert [page.reached for page in pages] == [at(9), at(9), at(9), at(7), at(6), at(3)]
    assert [dict(page.cursor) for page in pages] == [
        {"place": 0, "page": 1},
        {"place": 0, "page": 2},
        {"place": 1},
        {"place": 1, "page": 1},
        {"place": 1, "page": 2},
        {"place": 2},
    ]


@pytest.mark.parametrize(
    "cursor", [{"place": 1, "page": 2}, {"place": 0, "page": 2}, {"place": 7}, {"place": "x"}, {"place": 2}]
)
def test_several_listings_are_gone_on_with_where_one_of_them_stood(cursor: dict[str, int | str]) -> None:
    asked: list[tuple[int, Cursor]] = []
    list(in_turn(2, "place", cursor, WINDOW, three_pages(asked)))
    begun = int(cursor["place"]) if cursor["place"] in (0, 1, 2) else 0
    assert asked == [(number, cursor if number == begun else {}) for number in range(begun, 2)]
