"""Reads times as platforms write them, and writes them as platforms read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

EARLIEST, LATEST = 0, 4_102_444_800  # 1970 and 2100, in Unix seconds
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|z|UTC|[+-]\d\d:?(?:\d\d)?)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)Z?", re.ASCII)
_NUMBER = re.compile(r"\d{1,16}(?:\.\d{1,9})?", re.ASCII)


def moment(value: object) -> datetime | None:
    """A time in UTC, from ISO 8601 in any dialect or from Unix seconds, milli- or microseconds; None for anything else.

    A time without a zone is taken as UTC. Numbers may be written as text.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _of_number(float(value))
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _NUMBER.fullmatch(text) and not _COMPACT.fullmatch(text):
        return _of_number(float(text))
    try:
        return _of_text(text)
    except (ValueError, OverflowError):
        return None


def earlier(*times: datetime | None) -> datetime | None:
    """The earliest of the times; those that are None do not count."""
    return min(filter(None, times), default=None)


def latest(*times: datetime | None) -> datetime | None:
    """The latest of the times, or now when it lies ahead; those that are None do not count."""
    return not_ahead(max(filter(None, times), default=None))


def not_ahead(at: datetime | None) -> datetime | None:
    """The time, or now when it lies ahead: the clocks of others differ from ours."""
    return min(at, datetime.now(UTC)) if at else None


def rfc3339(at: datetime) -> str:
    """The time as most APIs take it: `2026-03-01T09:30:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _of_text(text: str) -> datetime | None:
    if match := _ISO.fullmatch(text):
        day, minute, second, part, zone = match.groups()
        zone = "+00:00" if zone in (None, "Z", "z", "UTC") else zone
        zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"
        whole = f"{day}T{minute}:{second or '00'}.{(part or '0')[:6].ljust(6, '0')}{zone}"
        return datetime.fromisoformat(whole).astimezone(UTC)
    if match := _COMPACT.fullmatch(text):
        year, month, day_of, hour, minute_of, second_of = map(int, match.groups())
        return datetime(year, month, day_of, hour, minute_of, second_of, tzinfo=UTC)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return None


def _of_number(number: float) -> datetime | None:
    for unit in (1, 1e3, 1e6):
        if EARLIEST < number / unit < LATEST:
            return datetime.fromtimestamp(number / unit, UTC)
    return None
