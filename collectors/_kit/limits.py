"""Reads the headers in which platforms say how many more calls they allow, and when the count starts anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from .times import moment

REMAINING = ("x-rate-limit-remaining", "x-ratelimit-remaining", "ratelimit-remaining")
RESET = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
LONGEST_WAIT = timedelta(hours=24)
EPOCH = 1_000_000_000  # a larger number is a moment, a smaller one a pause


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The pause of a Retry-After header, which gives seconds or an HTTP date; None when absent or unreadable.

    Between zero and 24 hours, whatever the header says.
    """
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return LONGEST_WAIT if len(text) > 6 else min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    then = then.replace(tzinfo=UTC) if then.tzinfo is None else then
    return _within_bounds(then - now)


def until_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The pause until a limit starts anew: from seconds (Reddit, whole or not), Unix time (X, Bluesky), ISO (Mastodon).

    Between zero and 24 hours; None when no header says.
    """
    text = next((headers[name].strip() for name in RESET if headers.get(name)), "")
    try:
        number = float(text)
    except ValueError:
        at = moment(text)
        return _within_bounds(at - now) if at else None
    if not 0 <= number < 1e13:
        return None
    if number < EPOCH:
        return _within_bounds(timedelta(seconds=number))
    return _within_bounds(datetime.fromtimestamp(number if number < 1e11 else number / 1000, UTC) - now)


def pause_of(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The pause that a refusal asks for: Retry-After, else the time until its limit starts anew; else None."""
    wait = retry_after(headers.get("retry-after"), now)
    return until_reset(headers, now) if wait is None else wait


def seconds(value: object) -> timedelta | None:
    """A pause that an answer gives as a number of seconds, at most 24 hours; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        return None
    return min(timedelta(seconds=value), LONGEST_WAIT)


def used_up(headers: Mapping[str, str], now: datetime, least: float = 1) -> timedelta | None:
    """The pause before the next call when fewer than `least` remain after this answer; None when enough remain."""
    text = next((headers[name] for name in REMAINING if headers.get(name)), "")
    try:
        remaining = float(text)
    except ValueError:
        return None
    return until_reset(headers, now) if remaining < least else None


def _within_bounds(pause: timedelta) -> timedelta:
    return max(timedelta(), min(pause, LONGEST_WAIT))
