from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pipeline.gather.schedule import DAY, next_run, pace, pause_before_reconnect
from collectors.base import SourceBusy, SourceChanged, SourceError, SourceRefused

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("failures", "asked", "pause"),
    [
        (0, None, HOUR),
        (1, None, 2 * HOUR),
        (3, None, 8 * HOUR),
        (6, None, DAY),
        (60, None, DAY),
        (0, timedelta(hours=5), timedelta(hours=5)),
        (0, timedelta(minutes=5), HOUR),
        (2, timedelta(days=30), DAY),
    ],
)
def test_the_next_run_backs_off_and_never_comes_sooner_than_asked(
    failures: int, asked: timedelta | None, pause: timedelta
) -> None:
    assert next_run(NOW, HOUR, failures, asked, lambda: 0.5) - NOW == pause


def test_jitter_keeps_sources_apart_by_a_tenth_at_most() -> None:
    early, late = next_run(NOW, HOUR, 0, None, lambda: 0.0), next_run(NOW, HOUR, 0, None, lambda: 1.0)
    assert (early - NOW, late - NOW) == (timedelta(minutes=54), timedelta(minutes=66))


def test_a_lively_source_is_read_more_often_and_a_quiet_one_less() -> None:
    lively = quiet = HOUR
    for _ in range(20):
        lively = pace(lively, HOUR, timedelta(minutes=1), 5, unchanged=False)
        quiet = pace(quiet, HOUR, timedelta(minutes=1), 0, unchanged=True)
    assert (lively, quiet) == (timedelta(minutes=15), timedelta(hours=4))


def test_the_floor_of_the_platform_is_kept() -> None:
    assert pace(HOUR, HOUR, timedelta(minutes=50), 9, unchanged=False) == timedelta(minutes=50)


@given(
    was=st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
    wanted=st.timedeltas(timedelta(seconds=60), timedelta(days=30)),
    floor=st.timedeltas(timedelta(seconds=1), timedelta(days=2)),
    brought=st.integers(0, 500),
)
def test_the_pace_stays_within_its_bounds(was: timedelta, wanted: timedelta, floor: timedelta, brought: int) -> None:
    found = pace(was, wanted, floor, brought, unchanged=not brought)
    assert max(floor, wanted / 4) <= found
    assert found <= max(floor, wanted / 4, min(4 * wanted, DAY))


def test_pauses_grow_and_are_never_shorter_than_asked() -> None:
    broken, low, high = SourceError("x"), lambda: 0.0, lambda: 1.0
    grown = [pause_before_reconnect(failures, broken, low).total_seconds() for failures in range(12)]
    assert grown[:4] == [1, 2, 4, 8]
    assert grown[-1] == 300
    assert pause_before_reconnect(3, broken, high).total_seconds() == 12
    assert pause_before_reconnect(0, SourceBusy("x", wait=timedelta(hours=2)), low) == timedelta(hours=2)
    assert pause_before_reconnect(0, SourceRefused("x"), low) == timedelta(days=1)
    assert pause_before_reconnect(0, SourceChanged("x"), low) == timedelta(hours=1)
    assert pause_before_reconnect(50, None, high) <= timedelta(minutes=8)
