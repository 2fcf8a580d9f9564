"""Reads the cells of a file: texts, dates, numbers. What cannot be read raises a sentence for whoever made the file.

Dates are read by `ground.dates`. One without a zone is in the zone given; whether the day or the month comes first in
numbers is decided by the whole column (`order_of_dates`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from hashlib import blake2b

from ground.dates import Order, order_of, read_date
from ground.notice import Json, Notice

_HALF_DAY = re.compile(r"\d\s?[ap]\.?\s?m\b", re.IGNORECASE)
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


def order_of_dates(rows: Iterable[Mapping[str, Json | datetime]], known: Mapping[str, str]) -> Order | None:
    """Which number comes first in the dates of all rows: the day, unless they show otherwise.

    None where they contradict each other, and where a 12-hour clock says that they may be American. `known` is {name
    of a column: our field}.
    """
    cells = (row[column] for row in rows if (column := match_columns(row, known).get("date")) is not None)
    written = [cell for cell in cells if isinstance(cell, str)]
    shown = {order for cell in written if (order := order_of([cell]))}
    if shown:
        return shown.pop() if len(shown) == 1 else None
    return None if any(map(_HALF_DAY.search, written)) else "day first"


def date_of(value: Json | datetime, zone: tzinfo, order: Order | None) -> datetime | None:
    """The time of a cell, None when it is empty. Raises Unread."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
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
    """As `number_of`, but a whole number."""
    number = number_of(field, value)
    return None if number is None else int(number)
