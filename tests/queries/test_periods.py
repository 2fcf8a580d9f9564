"""The periods of a series: as people of a time zone count them, without a hole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.problems import Problem
from app.queries.periods import By, Period, periods

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "by", "zone", "expected"),
    [
        ("2026-11-01T10:30", "2026-11-01T12:00", "hour", "UTC", ["2026-11-01T10:00", "2026-11-01T11:00"]),
        ("2026-11-01T00:00", "2026-11-03T00:00", "day", "UTC", ["2026-11-01T00:00", "2026-11-02T00:00"]),
        ("2026-11-01T12:00", "2026-11-02T12:00", "day", "Europe/Paris", ["2026-10-31T23:00", "2026-11-01T23:00"]),
        ("2026-10-24T22:00", "2026-10-26T23:00", "day", "Europe/Paris", ["2026-10-24T22:00", "2026-10-25T23:00"]),
        ("2026-03-28T23:00", "2026-03-30T22:00", "day", "Europe/Paris", ["2026-03-28T23:00", "2026-03-29T22:00"]),
        ("2026-11-05T00:00", "2026-11-10T00:00", "week", "UTC", ["2026-11-02T00:00", "2026-11-09T00:00"]),
        ("2026-01-31T00:00", "2026-02-02T00:00", "month", "UTC", ["2026-01-01T00:00", "2026-02-01T00:00"]),
    ],
)  # fmt: skip
def test_periods_start_as_people_count(since: str, until: str, by: By, zone: str, expected: list[str]) -> None:
    found = periods(Period(at(since), at(until), by), zone)
    assert [f"{start:%Y-%m-%dT%H:%M}" for start in found] == expected


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(
    st.integers(0, 5_000_000).map(lambda minutes: START - timedelta(minutes=minutes)),
    st.integers(1, 60),
    st.sampled_from(["day", "week", "month"]),
    st.sampled_from(["UTC", "Europe/Paris", "America/Santiago", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_periods_follow_each_other_and_cover_what_was_asked(since: datetime, days: int, by: By, zone: str) -> None:
    until = since + timedelta(days=days)
    starts = periods(Period(since, until, by), zone)
    assert starts == sorted(set(starts))
    assert starts[0] <= since
    assert starts[-1] < until


def test_a_series_that_is_too_long_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        periods(Period(START, START + timedelta(days=400), "hour"), "UTC")
    assert refused.value.errors[0].field == "by"
    with pytest.raises(Problem):
        periods(Period(START, START, "day"), "UTC")
