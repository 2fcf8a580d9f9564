"""A deadly item is found, and costs none of its neighbours; where the machine kills everything, none is blamed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from ground.halving import ALONE, EACH, LATER, MOST_DEADLY, Deadly, Halving, seconds_for
from ground.isolate import Starved


def double(items: Sequence[int]) -> list[int]:
    """Twice each number; a negative one ends the process."""
    if min(items) < 0:
        os._exit(1)
    return [2 * item for item in items]


def die(_items: Sequence[int]) -> list[int]:
    os._exit(1)


def note_size(log: str, items: Sequence[int]) -> list[int]:
    """The numbers themselves; writes into the log how many they are."""
    with Path(log).open("a") as file:
        file.write(f"{len(items)}\n")
    return list(items)


def results(items: Sequence[int], **options: int) -> list[object]:
    """The results, with those of deadly items as "deadly" and of unread ones as "later"."""
    return [
        "deadly" if isinstance(result, Deadly) else "later" if result is LATER else result
        for result in Halving(double, 0, **options)(items)
    ]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], []),
        ([1], [2]),
        ([1, 2, 3], [2, 4, 6]),
        ([-1], ["deadly"]),
        ([-1, 2, 3], ["deadly", 4, 6]),
        ([1, 2, -3], [2, 4, "deadly"]),
        ([1, -2, 3, 4, -5, 6, 7], [2, "deadly", 6, 8, "deadly", 12, 14]),
    ],
)
def test_each_item_has_its_result_in_order(items: list[int], expected: list[object]) -> None:
    assert results(items) == expected


@pytest.mark.parametrize("items", [[], [1], [-1], [1, -2, 3], [-1, -2]])
def test_a_batch_that_is_known_to_kill_has_the_same_results(items: list[int]) -> None:
    expected = ["deadly" if item < 0 else 2 * item for item in items]
    again = Halving(double, 0)(items, has_died=True)
    assert ["deadly" if isinstance(result, Deadly) else result for result in again] == expected


def test_a_batch_that_is_known_to_kill_is_not_read_whole_again(tmp_path: Path) -> None:
    log = tmp_path / "sizes"
    Halving(partial(note_size, str(log)), 0)([1, 2, 3, 4], has_died=True)
    assert log.read_text().split() == ["2", "2"]


def test_what_follows_too_many_deadly_items_is_left_for_later() -> None:
    assert results([-1, 1, -1, 2], most_deadly=2) == ["deadly", 2, "deadly", "later"]
    assert results([*[-1] * MOST_DEADLY, 7, -1]) == [*["deadly"] * MOST_DEADLY, "later", "later"]


def test_the_reason_says_how_the_process_ended() -> None:
    (result,) = Halving(double, 0)([-1])
    assert isinstance(result, Deadly)
    assert result.reason == "the process died"


def test_no_item_is_blamed_where_a_harmless_one_dies_too() -> None:
    with pytest.raises(Starved, match="ends every process"):
        Halving(die, 0)([1, 2, 3])


def test_a_batch_has_time_for_each_of_its_items() -> None:
    assert seconds_for(1) == ALONE
    assert seconds_for(251) == pytest.approx(ALONE + 250 * EACH)
