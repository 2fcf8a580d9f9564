"""What is read of the headers by which platforms limit us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._kit.limits import LONGEST_WAIT, pause_of, retry_after, seconds, until_reset, used_up

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("", None),
        ("0", timedelta()),
        (" 90 ", timedelta(seconds=90)),
        ("-5", None),
        ("1e3", None),
        ("٣", None),
        ("Mon, 02 Nov 2026 10:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 02 Nov 2026 11:05:00 +0100", timedelta(minutes=5)),
        ("Sun, 01 Nov 2026 10:00:00 GMT", timedelta()),
        ("Mon, 02 Nov 2026", None),
        ("9" * 5000, LONGEST_WAIT),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_a_date(value: str | None, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


@given(st.text(max_size=60))
def test_any_retry_after_is_nothing_or_at_most_a_day(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or timedelta() <= wait <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, None),
        ({"x-ratelimit-reset": "598.7"}, timedelta(seconds=598.7)),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 90)}, timedelta(seconds=90)),
        ({"ratelimit-reset": str((int(NOW.timestamp()) + 90) * 1000)}, timedelta(seconds=90)),
        ({"x-ratelimit-reset": "2026-11-02T10:01:00Z"}, timedelta(minutes=1)),
        ({"x-ratelimit-reset": "2026-11-02T09:00:00Z"}, timedelta()),
        ({"x-ratelimit-reset": "999999"}, LONGEST_WAIT),
        ({"x-ratelimit-reset": "-1"}, None),
        ({"x-ratelimit-reset": "1e300"}, None),
        ({"x-ratelimit-reset": "nan"}, None),
        ({"x-ratelimit-reset": "soon"}, None),
    ],
)
def test_a_reset_is_a_pause_or_a_moment(headers: dict[str, str], pause: timedelta | None) -> None:
    assert until_reset(headers, NOW) == pause


def test_retry_after_goes_before_the_reset_of_a_limit() -> None:
    reset = {"ratelimit-reset": "30"}
    assert pause_of({"retry-after": "0", **reset}, NOW) == timedelta()
    assert pause_of({"retry-after": "soon", **reset}, NOW) == timedelta(seconds=30)
    assert pause_of({}, NOW) is None


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        (0, timedelta()),
        (1.5, timedelta(seconds=1.5)),
        (100_000, LONGEST_WAIT),
        (-1, None),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        ("60", None),
        (None, None),
    ],
)
def test_a_number_of_seconds_is_a_pause_of_at_most_a_day(value: object, pause: timedelta | None) -> None:
    assert seconds(value) == pause


@pytest.mark.parametrize(
    ("remaining", "least", "pause"),
    [("0", 1, timedelta(seconds=30)), ("1", 1, None), ("1.9", 2, timedelta(seconds=30)), ("x", 1, None)],
)
def test_a_limit_is_used_up_before_it_is_passed(remaining: str, least: float, pause: timedelta | None) -> None:
    assert used_up({"x-ratelimit-remaining": remaining, "x-ratelimit-reset": "30"}, NOW, least) == pause
