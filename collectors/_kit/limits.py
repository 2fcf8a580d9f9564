"""What platforms say of how much more may be asked: their headers, in all the forms they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from .times import moment

REMAINING = ("x-rate-limit-remaining", "x-ratelimit-remaining", "ratelimit-remaining")
RESET = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
LONGEST = timedelta(hours=24)
EPOCH = 1_000_000_000  # a larger number is a moment, a smaller one is a pause


def until_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The pause until more may be asked: seconds (Reddit, whole or not), Unix time (X, Bluesky) or ISO (Mastodon).

    None when no header says so; between zero and 24 hours.
    """
    text = next((headers[name].strip() for name in RESET if headers.get(name)), "")
    try:
        number = float(text)
    except ValueError:
        at = moment(text)
        return _bounded(at - now) if at else None
    if not 0 <= number < 1e13:
        return None
    if number < EPOCH:
        return _bounded(timedelta(seconds=number))
    return _bounded(datetime.fromtimestamp(number if number < 1e11 else number / 1000, UTC) - now)


def used_up(headers: Mapping[str, str], now: datetime, least: float = 1) -> timedelta | None:
    """The pause that an answer asks for although it was given: when fewer than `least` calls remain; else None."""
    text = next((headers[name] for name in REMAINING if headers.get(name)), "")
    try:
        remaining = float(text)
    except ValueError:
        return None
    return until_reset(headers, now) if remaining < least else None


def _bounded(pause: timedelta) -> timedelta:
    return max(timedelta(), min(pause, LONGEST))
