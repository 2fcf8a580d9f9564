"""Reads the cells of a file: texts, dates, numbers. What cannot be read raises a sentence for whoever made the file.

Dates are read by `ground.dates`. One without a zone is in that of its column's title, else in the zone given; whether
the day or the month comes first in numbers is decided by the whole column (`order_of_dates`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from hashlib import blake2b

from ground.dates import Order, order_of, read_date
from ground.notice import Json, Notice

_HALF_DAY = re.compile(r"\d\s?[ap]\.?\s?m\b", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,9})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)
_HAS_CLOCK = re.compile(r"\d\s?[:h]\s?\d\d|\dT\d\d|\d\s?[ap]\.?m\b", re.IGNORECASE)
_ZONE = re.compile(r"\b(?:UTC|GMT)(?:\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)?(?![\w/])", re.I)
_NOTHING = frozenset({"-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a"})
_DAY_ZERO, _FIRST_SERIAL, _LAST_SERIAL = datetime(1899, 12, 30, tzinfo=UTC), 20_000, 80_000
"""Spreadsheets count days from here; a number between the two is one of the years 1954 to 2119."""


class Unread(ValueError):
    """A cell that cannot be read. The text is for whoever made the file."""

    def __init__(self, text: str, **args: Json) -> None:
        self.notice = Notice(text, args)
        super().__init__(str(self.notice))


def hash_of(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def text_of(value: Json | datetime) -> str:
    """The text of a cell. Raises Unread."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dict | list):
        raise Unread("A cell holds a list or an object instead of text.")
    return str(value).replace("\0", "").strip()


def with_clock(day: Json | datetime, clock: Json | datetime) -> Json | datetime:
    """One cell out of two, where a file keeps the day and the hour apart. A day that has its hour stays as it is."""
    if isinstance(day, datetime):
        if (day.hour, day.minute, day.second) != (0, 0, 0):
            return day
        day = day.date().isoformat()
    written, hour = text_of(day), text_of(clock)
    if not hour or _HAS_CLOCK.search(written):
        return day
    return f"{written} {hour}:00" if hour.isdigit() and int(hour) < 24 else f"{written} {hour}"


def zone_said(title: str, otherwise: tzinfo) -> tzinfo:
    """The zone that the title of a column of dates names, as «Date (GMT)» or «Heure UTC+2»; `otherwise` where none."""
    found = _ZONE.search(title.replace("_", " "))
    if found is None:
        return otherwise
    sign = -1 if found["sign"] == "-" else 1
    offset = sign * timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    return timezone(offset) if abs(offset) < timedelta(hours=15) else otherwise


def order_of_dates(rows: Iterable[Mapping[str, Json | datetime]]) -> Order | None:
    """Which number comes first in the dates of all rows, {our field: its cell}: the day, unless they show otherwise.

    None where they contradict each other, and where a 12-hour clock says that they may be American.
    """
    shown, half_days = set[Order](), False
    for row in rows:
        day, clock = row.get("date"), row.get("time")
        if isinstance(day, str):
            shown |= {order} if (order := order_of([day])) else set()
            half_days = half_days or bool(_HALF_DAY.search(f"{day} {clock or ''}"))
    if shown:
        return shown.pop() if len(shown) == 1 else None
    return None if half_days else "day first"


def date_of(value: Json | datetime, zone: tzinfo, order: Order | None) -> datetime | None:
    """The time of a cell, None when it is empty. Raises Unread."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, int | float) and _FIRST_SERIAL <= value < _LAST_SERIAL:
        return (_DAY_ZERO + timedelta(seconds=round(value * 86_400))).replace(tzinfo=zone)
    written = text_of(value)
    if not written:
        return None
    found = read_date(written, order=order, zone=zone)
    if found is None:
        text = "The date “{date}” could not be read: write 2026-11-22 14:05 or, day first, 22/11/2026 14:05."
        raise Unread(text, date=written[:40])
    return found


def number_of(field: str, value: Json | datetime) -> float | None:
    """The number of a cell, None when it is empty. Raises Unread."""
    if isinstance(value, bool | datetime | dict | list):
        raise Unread("“{field}” is not a number.", field=field)
    if isinstance(value, int | float):
        if (isinstance(value, int) and abs(value) > 2**53) or not math.isfinite(value):
            raise Unread("“{field}” is out of range.", field=field)
        return float(value)
    written = text_of(value).replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    if not written:
        return None
    if not _NUMBER.fullmatch(written):
        raise Unread("“{written}” is not a number ({field}).", field=field, written=written[:40])
    return float(written.replace(",", "."))


def count_of(field: str, value: Json | datetime) -> int | None:
    """As `number_of`, but a whole number: 1,200 and 1.200 are written with thousands, `n/a` and a dash are empty."""
    if isinstance(value, str):
        value = value.strip()
        if value.casefold() in _NOTHING:
            return None
        value = value.replace(",", "").replace(".", "") if _GROUPED.fullmatch(value) else value
    number = number_of(field, value)
    return None if number is None else int(number)
