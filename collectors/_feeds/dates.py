"""Reads the dates of a feed's items: which number is the day is decided by all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ground.dates import Order, order_in, order_of, read_date


@dataclass(frozen=True, slots=True)
class Dates:
    """When an item was published, and edited if that is another time; `unread` is a spelling that is no date."""

    published: datetime | None
    edited: datetime | None
    unread: str


def order_of_feed(spellings: Iterable[object], language: object) -> Order | None:
    """Which number comes first in the dates of a feed; its language decides where none of them does."""
    written = [spelling for spelling in spellings if isinstance(spelling, str)]
    return order_of(written) or order_in(language if isinstance(language, str) else None)


def dates_of(published: Sequence[object], edited: object, order: Order | None) -> Dates:
    """The first of `published` that can be read, else `edited`; without a zone they are in UTC."""
    first = next((at for spelling in published if (at := _date(spelling, order))), None)
    last = _date(edited, order)
    spellings = (spelling for spelling in (*published, edited) if isinstance(spelling, str) and spelling.strip())
    unread = "" if first or last else next(spellings, "")
    return Dates(first or last, last if first and last != first else None, unread)


def _date(spelling: object, order: Order | None) -> datetime | None:
    at = read_date(spelling, order=order, zone=UTC) if isinstance(spelling, str) else None
    return at.astimezone(UTC) if at else None
