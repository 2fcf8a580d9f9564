"""The contract that every collector is written against."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from collectors.base import Window

MARCH = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
MOMENT = timedelta(microseconds=1)
PARIS = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("at", "held"),
    [
        (MARCH.since - MOMENT, False),
        (MARCH.since, True),
        (datetime(2026, 3, 15, tzinfo=UTC), True),
        (MARCH.until - MOMENT, True),
        (MARCH.until, False),
        (datetime(2026, 4, 1, 1, 59, tzinfo=PARIS), True),
        (datetime(2026, 4, 1, 2, 0, tzinfo=PARIS), False),
        (None, True),
    ],
)
def test_a_window_holds_its_beginning_but_not_its_end_and_all_that_has_no_date(at: datetime | None, held: bool) -> None:
    assert MARCH.holds(at) is held


def test_an_empty_window_holds_no_moment() -> None:
    assert not Window(MARCH.since, MARCH.since).holds(MARCH.since)
