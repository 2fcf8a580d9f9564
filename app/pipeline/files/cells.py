"""Reads the cells of a file: texts, dates, numbers. What cannot be read raises a sentence for whoever made the file.

Dates are ISO 8601, day first (22/11/2026, 22/11/2026 14:05; also with - or .), or Unix seconds or milliseconds.
A date without a zone is in the zone given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b

from ground.notice import Json, Notice

_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,à]+(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?", re.ASCII)
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,9})?", re.ASCII)


class Unread(ValueError):
    """A cell that cannot be read. The text is for whoever made the file."""

    def __init__(self, text: str, **args: Json) -> None:
        self.notice = Notice(text, args)
        super().__init__(str(self.notice))


def name_of(column: str) -> str:
    """A column's name as it is compared: case, surrounding spaces and the kind of apostrophe do not count."""
    return " ".join(column.replace("’", "'").split()).casefold()


def fields_by_alias(fields: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """{name of a column: our field}, from {our field: its other names}."""
    return {alias: field for field, aliases in fields.items() for alias in (field, *aliases)}


def match_columns(columns: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """{our field: its column}. A column with the field's own name takes precedence over one with another name."""
    columns_by_field: dict[str, str] = {}
    for column in columns:
        field = known.get(name_of(column))
        if field and (field not in columns_by_field or name_of(column) == field):
            columns_by_field[field] = column
    return columns_by_field


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


def date_of(value: Json | datetime, zone: tzinfo) -> datetime | None:
    """The time of a cell, None when it is empty. Raises Unread."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    written = text_of(value)
    if not written:
        return None
    try:
        return _written_date(written, zone)
    except (ValueError, OverflowError, OSError):
        text = "The date “{date}” could not be read: write 2026-11-22 14:05 or, day first, 22/11/2026 14:05."
        raise Unread(text, date=written[:40]) from None


def _written_date(written: str, zone: tzinfo) -> datetime:
    if _EPOCH.fullmatch(written):
        seconds = float(written)
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC)
    if day_first := _DAY_FIRST.fullmatch(written):
        day, month, year, hour, minute, second = (int(part or 0) for part in day_first.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=zone)


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
    """As `number_of`, but a whole number."""
    number = number_of(field, value)
    return None if number is None else int(number)
