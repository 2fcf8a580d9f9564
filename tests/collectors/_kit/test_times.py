"""Times as platforms write them, and the clocks of others, which are not ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collectors._kit.times import earlier, latest, moment, rfc3339

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01 12:00:00 UTC",
        "2026-03-01T13:00:00.000+0100",
        "2026-03-01T12:00",
        "20260301T120000Z",
        "20260301120000",
        1772366400,
        1772366400.0,
        "1772366400",
        1772366400000,
        1772366400000000,
    ],
)
def test_one_moment_is_read_in_all_its_dialects(written: object) -> None:
    assert moment(written) == NOON


@pytest.mark.parametrize("written", [None, "", True, "soon", "2026-13-01T00:00:00Z", 0, -5, "9" * 17, [], 1e300])
def test_what_is_no_time_is_none(written: object) -> None:
    assert moment(written) is None


def test_a_day_begins_at_midnight_utc_and_is_written_in_whole_seconds() -> None:
    assert moment("2026-03-01") == NOON - timedelta(hours=12)
    assert rfc3339(NOON + timedelta(microseconds=7)) == "2026-03-01T12:00:00Z"


def test_unknown_times_are_neither_the_earliest_nor_the_latest() -> None:
    assert earlier(None, NOON, NOON + timedelta(hours=1)) == NOON
    assert latest(None, NOON, NOON - timedelta(hours=1)) == NOON
    assert (earlier(None), latest(None), latest()) == (None, None, None)


def test_the_latest_time_never_lies_ahead_of_ours() -> None:
    found = latest(NOON, datetime.now(UTC) + timedelta(days=900))
    assert found is not None
    assert NOON < found <= datetime.now(UTC)
