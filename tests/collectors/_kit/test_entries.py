"""Entries that are looked at one by one: which of them, in which order, and what is known once they are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from collectors._kit.entries import Entries, Entry, Queue, queue_of
from collectors.base import Broken

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def at(hour: int) -> datetime:
    return T0 + timedelta(hours=hour)


def entry(hour: int) -> Entry[str]:
    return Entry(hour, at(hour), f"e{hour}")


UNDATED = Entry(99, None, "undated")


def page(*entries: Entry[str], broken: str = "") -> Entries[str]:
    return Entries(entries, [one.at for one in entries if one.at], (Broken(broken, "no"),) if broken else ())


def numbered(*pages: Entries[str]) -> Callable[[int | None], tuple[Entries[str], int | None]]:
    def ask(mark: int | None) -> tuple[Entries[str], int | None]:
        number = mark or 0
        return pages[number], number + 1 if number + 1 < len(pages) else None

    return ask


def names(queue: Queue[str]) -> list[str]:
    return [one.value for one in queue.entries]


def test_what_changed_since_is_read_to_the_first_page_that_is_older_and_given_oldest_first() -> None:
    listed = numbered(page(entry(9), entry(8)), page(entry(7), entry(2)), page(entry(1)))
    queue = queue_of(listed, at(5), 10, first=False)
    assert (names(queue), queue.warning) == (["e7", "e8", "e9"], None)


def test_an_entry_that_shifts_to_the_next_page_is_there_once_and_what_is_broken_is_told_once() -> None:
    listed = numbered(page(entry(9), entry(8), broken="x"), page(entry(8), entry(7), broken="x"))
    queue = queue_of(listed, at(5), 10, first=False)
    assert (names(queue), queue.broken) == (["e7", "e8", "e9"], (Broken("x", "no"),))


def test_an_entry_without_a_date_is_new() -> None:
    assert names(queue_of(numbered(page(entry(9), UNDATED, entry(2))), at(5), 10, first=False)) == ["undated", "e9"]


def test_the_first_reading_takes_the_newest_page_whatever_its_age() -> None:
    listed = numbered(page(entry(3), entry(2)), page(entry(1)))
    assert names(queue_of(listed, at(5), 10, first=True)) == ["e2", "e3"]
    assert names(queue_of(listed, at(5), 10, first=False)) == []


def test_a_list_that_goes_on_beyond_the_bound_is_told() -> None:
    queue = queue_of(numbered(page(entry(9)), page(entry(8)), page(entry(7))), at(5), 2, first=False)
    assert (names(queue), bool(queue.warning)) == (["e8", "e9"], True)


@pytest.mark.parametrize(
    ("hours", "turns"),
    [
        pytest.param([], [([], 5, False)], id="an empty turn says that nothing is new"),
        pytest.param([6, 7], [(["e6", "e7"], 7, False)], id="one turn"),
        pytest.param([4, 6, 7], [(["e4", "e6"], 6, True), (["e7"], 7, False)], id="what is known is looked at again"),
        pytest.param([4, 6, 7, 8], [(["e6", "e7"], 7, True), (["e8"], 8, False)], id="not where there is too much"),
        pytest.param([6, 7, 8, 9], [(["e6", "e7"], 7, True), (["e8"], 8, True)], id="the rest waits"),
    ],
)
def test_entries_have_their_turn_in_order(hours: list[int], turns: list[tuple[list[str], int, bool]]) -> None:
    queue = Queue([entry(hour) for hour in hours])
    got = [(list(turn.values), turn.newest, turn.waiting) for turn in queue.turns(at(5), most=3, size=2)]
    assert got == [(values, at(newest), waiting) for values, newest, waiting in turns]
