"""When a source proves nothing by its silence. What a database is needed for is in `test_watch`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.pipeline.tell.verdicts import SILENT_INTERVALS, is_silent

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATELY, LONG_AGO = NOW - SILENT_INTERVALS * HOUR, NOW - SILENT_INTERVALS * HOUR - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "waits", "succeeded_at", "silent"),
    [
        ("ok", False, LONG_AGO, False),
        ("ok", False, None, False),
        ("waiting", False, None, False),
        ("failing", False, LATELY, False),
        ("failing", False, LONG_AGO, True),
        ("refused", False, LONG_AGO, True),
        ("budget", False, LONG_AGO, True),
        ("changed", False, None, True),
        ("ok", True, LATELY, False),
        ("ok", True, LONG_AGO, True),
        ("waiting", True, None, True),
    ],
)
def test_a_source_is_silent_when_it_cannot_be_read_and_was_not_for_three_intervals(
    state: str, waits: bool, succeeded_at: datetime | None, silent: bool
) -> None:
    assert is_silent(state, waits, succeeded_at, HOUR, NOW) is silent


def test_a_slow_source_is_given_its_own_three_intervals() -> None:
    assert is_silent("failing", False, NOW - 4 * HOUR, HOUR, NOW)
    assert not is_silent("failing", False, NOW - 4 * HOUR, 2 * HOUR, NOW)
