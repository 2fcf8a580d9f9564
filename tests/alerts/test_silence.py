from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.silence import Silence, is_quiet, muting, quiet_until

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


START = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALL = Silence("all", START, START + HOUR)


@pytest.mark.parametrize(
    ("silence", "after", "quiet"),
    [
        (ALL, timedelta(), True),
        (ALL, HOUR - timedelta(seconds=1), True),
        (ALL, HOUR, False),
        (ALL, -timedelta(seconds=1), False),
        (Silence("brand", START, START + HOUR, brand="acme"), timedelta(), True),
        (Silence("another brand", START, START + HOUR, brand="lumen"), timedelta(), False),
        (Silence("kind", START, START + HOUR, kind="threshold"), timedelta(), True),
        (Silence("another kind", START, START + HOUR, brand="acme", kind="volume_surge"), timedelta(), False),
    ],
    ids=lambda value: value.id if isinstance(value, Silence) else str(value),
)
def test_a_silence_is_about_its_brand_and_kind_from_its_start_to_before_its_end(
    silence: Silence, after: timedelta, quiet: bool
) -> None:
    found = muting([silence], "acme", "threshold", START + after, lambda _: False)
    assert (found is silence) is quiet


def test_a_silence_with_a_query_keeps_quiet_what_rests_on_it_only() -> None:
    words = Silence("words", START, START + HOUR, query="sale")
    for rests in (True, False):
        found = muting([words], "acme", "threshold", START, lambda _, rests=rests: rests)
        assert (found is words) is rests


def test_of_several_silences_the_one_that_lasts_longest_is_named_and_the_others_are_not_asked() -> None:
    asked: list[str] = []
    short, long = Silence("short", START, START + HOUR, query="sale"), Silence("long", START, START + 2 * HOUR)
    found = muting([short, long], "acme", "threshold", START, lambda each: bool(asked.append(each.id)))
    assert (found, asked) == (long, [])
