from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.silence import is_quiet, quiet_until

NIGHT = {"start": "22:00", "end": "07:00", "timezone": "Europe/Paris"}
LUNCH = {"start": "12:00", "end": "14:00", "timezone": "Europe/Paris"}
PARIS = ZoneInfo("Europe/Paris")


def at(clock: str, month: int = 1, zone: ZoneInfo = PARIS) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, month, 15, int(hour), int(minute), tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        (LUNCH, "11:59", False),
        (LUNCH, "12:00", True),
        (LUNCH, "13:59", True),
        (LUNCH, "14:00", False),
        (NIGHT, "21:59", False),
        (NIGHT, "22:00", True),
        (NIGHT, "00:00", True),
        (NIGHT, "06:59", True),
        (NIGHT, "07:00", False),
        (NIGHT, "12:00", False),
        ({**NIGHT, "start": "08:00", "end": "08:00"}, "08:00", False),
        (None, "03:00", False),
        ({}, "03:00", False),
    ],
)
@pytest.mark.parametrize("month", [1, 7])
def test_quiet_hours_are_those_of_the_clock_on_the_wall_in_winter_and_in_summer(hours, clock, quiet, month):
    assert is_quiet(hours, at(clock, month)) is quiet


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "", "../etc/passwd", "\x00", None])
def test_quiet_hours_in_an_unknown_zone_are_read_in_utc(zone):
    hours = {**LUNCH, "timezone": zone}
    assert is_quiet(hours, at("13:59", zone=ZoneInfo("UTC")))
    assert not is_quiet(hours, at("11:59", zone=ZoneInfo("UTC")))


def test_quiet_hours_without_a_zone_are_read_in_utc():
    assert is_quiet({"start": "12:00", "end": "14:00"}, datetime(2026, 1, 15, 13, tzinfo=UTC))


def test_the_night_ends_at_the_same_hour_when_the_clock_is_changed():
    """On 29 March 2026 Paris jumps from 02:00 to 03:00."""
    assert is_quiet(NIGHT, datetime(2026, 3, 29, 4, 59, tzinfo=UTC))
    assert not is_quiet(NIGHT, datetime(2026, 3, 29, 5, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-11-22T21:59+01:00", None),
        ("2026-11-22T22:00+01:00", "2026-11-23T07:00+01:00"),
        ("2026-11-23T06:59+01:00", "2026-11-23T07:00+01:00"),
        ("2026-11-23T07:00+01:00", None),
        ("2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"),  # the clocks go forward in that night
        ("2026-10-24T23:00+02:00", "2026-10-25T07:00+01:00"),
    ],
)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(now: str, over: str | None) -> None:
    hours = {"start": "22:00", "end": "07:00", "timezone": "Europe/Paris"}
    found = quiet_until(hours, datetime.fromisoformat(now))
    assert found == (datetime.fromisoformat(over) if over else None)


def test_without_quiet_hours_nothing_waits() -> None:
    assert quiet_until(None, datetime.fromisoformat("2026-11-22T22:00+01:00")) is None
