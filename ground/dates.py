"""Reads dates as feeds, pages, files and mails write them, in the six languages whose words `date_words` lists.

A spelling is read as a whole or not at all: what has parts left over, what is impossible and what can be read in two
ways is unknown, for a wrong date does more harm than none. 11/12/2026 can be read in two ways: `order_of` tells from
all the spellings of a column, a feed or a page which number is the day, and no spelling alone decides for the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

from ground.date_tokens import LONGEST, Token, plain, tokens
from ground.date_words import FILLERS, MONTHS, WEEKDAYS
from ground.zones import NAMES, zone_of

Order = Literal["day first", "month first"]

EARLIEST, LATEST = 631_152_000, 4_102_444_800  # 1990 and 2100, in Unix seconds
_NUMBER = re.compile(r"\d{9,16}(?:\.\d{1,9})?", re.ASCII)
_COMPACT = re.compile(r"(?:19|20)\d{10}(?:\d\d)?", re.ASCII)
_MONTH_FIRST = ("en-us", "en-ph")
_DAY_FIRST = ("fr", "de", "es", "it", "pt", "nl", "en-gb", "en-ie", "en-au", "en-nz")
_NUMERIC = ("year first", "year last", "week", "of year")


class _Unknown(ValueError):
    """This is no date, or it could be several."""


def read_date(text: str, *, order: Order | None = None, zone: tzinfo | None = None) -> datetime | None:
    """The moment that a spelling names, None when it is not wholly a date.

    It is naive where the spelling has no zone and the caller gives none. `order` is that of all the spellings beside
    it (`order_of`); without one, 25/11/2026 is read and 11/12/2026 is unknown.
    """
    if len(text) > LONGEST * 4:
        return None
    written = plain(text)
    if not written or len(written) > LONGEST:
        return None
    with suppress(ValueError, OverflowError):
        if _NUMBER.fullmatch(written):
            return _of_number(written, zone)
        return _assemble(tuple(tokens(written)), order, zone)
    return None


def order_of(spellings: Iterable[str]) -> Order | None:
    """Which number comes first in all of these: the day, where some can only be read so and none only otherwise.

    None where nothing decides, or where they contradict each other.
    """
    seen: set[Order] = set()
    for spelling in spellings:
        seen.update(order for token in tokens(plain(spelling[:LONGEST])) if (order := _order_shown(token)))
    return seen.pop() if len(seen) == 1 else None


def order_in(language: str | None) -> Order | None:
    """Which number comes first in a language (fr, en-US); None where its countries differ, as for plain English."""
    tag = (language or "").lower().replace("_", "-")
    if tag in _MONTH_FIRST:
        return "month first"
    return "day first" if tag in _DAY_FIRST or tag[:2] in _DAY_FIRST else None


def date_within(text: str, *, order: Order | None = None, zone: tzinfo | None = None) -> datetime | None:
    """The first date that stands in a longer text: «Posted by Ann on 12 March 2026». Otherwise as `read_date`."""
    written = plain(text[: LONGEST * 4])
    found = (read_date(written[start:end], order=order, zone=zone) for start, end in _runs(written))
    return next((at for at in found if at is not None), None)


def _runs(written: str) -> list[tuple[int, int]]:
    """The stretches of a text that may be a date: all parts beside each other that may belong to one, then fewer.

    A number before another word belongs to that word: «12 mars 2026 · 3 commentaires».
    """
    stretches: list[tuple[int, int]] = []
    run: list[Token] = []
    for token in (*tokens(written), None):
        if token is not None and _is_known(token):
            run.append(token)
            continue
        if token is not None and token.kind == "word" and run and _may_count(run[-1]):
            run.pop()
        stretches += [(part.start, run[-1].end) for part in run if part is run[0] or _may_begin(part)]
        run = []
    return stretches


def _may_count(part: Token) -> bool:
    """Whether a part may be a plain number, as in «3 comments» or «4.50 euros»."""
    return part.kind == "number" or (part.kind == "clock" and re.fullmatch(r"\d+\.\d+", part.text) is not None)


def _may_begin(part: Token) -> bool:
    """Whether a date may begin here in the middle of numbers and words: in «Ann 2 le 12 mars 2026» not at «mars»."""
    return part.kind in _NUMERIC or (part.kind == "word" and _bare(part) not in MONTHS)


def _is_known(token: Token) -> bool:
    if token.kind == "word":
        return any(_bare(token) in words for words in (MONTHS, WEEKDAYS, FILLERS, NAMES))
    return token.kind != "unknown"


def _bare(token: Token) -> str:
    return token.text.rstrip(".'")


def _of_number(written: str, zone: tzinfo | None) -> datetime:
    """Unix seconds, milli- or microseconds; or year, month, day, hour, minute and second without signs between."""
    if _COMPACT.fullmatch(written):
        form = "%Y%m%d%H%M%S" if len(written) == 14 else "%Y%m%d%H%M"
        return datetime.strptime(written, form).replace(tzinfo=zone)
    digits, number = len(written.partition(".")[0]), float(written)
    unit = {9: 1.0, 10: 1.0, 12: 1e3, 13: 1e3, 15: 1e6, 16: 1e6}.get(digits, 0.0)
    if not unit or not EARLIEST <= number / unit < LATEST:
        raise _Unknown
    return datetime.fromtimestamp(number / unit, UTC)


def _assemble(parts: Sequence[Token], order: Order | None, zone: tzinfo | None) -> datetime:
    clocks = [part for part in parts if part.kind == "clock"]
    if len(clocks) > 1 or any(part.kind == "unknown" for part in parts):
        raise _Unknown
    zones, words = _zones_and_words(parts)
    day, own = _day(parts, words, order), _zone(parts, zones)
    clock, later = _clock(clocks[0], parts) if clocks else (time(), timedelta())
    return datetime.combine(day, clock, own or zone) + later


def _zones_and_words(parts: Sequence[Token]) -> tuple[list[str], list[str]]:
    """The names of zones among the words, and the other words. Beside no clock and no number a zone has no sense."""
    exact = any(part.kind in ("clock", *_NUMERIC) for part in parts)
    words = [_bare(part) for part in parts if part.kind == "word"]
    zones = [word for word in words if exact and word in NAMES]
    return zones, [word for word in words if word not in zones]


def _day(parts: Sequence[Token], words: Sequence[str], order: Order | None) -> date:
    numeric = [part for part in parts if part.kind in _NUMERIC]
    numbers = [part for part in parts if part.kind == "number"]
    month = _month(words, bool(numeric))
    if len(numeric) == 1 and month is None and not numbers:
        return _numeric(numeric[0], order)
    if numeric or month is None or len(numbers) != 2:
        raise _Unknown
    return _day_in_words(month, *("".join(sign for sign in number.text if sign.isdigit()) for number in numbers))


def _day_in_words(month: int, one: str, two: str) -> date:
    """The day of a month that is written as a word, among two numbers: of two short ones the day comes first."""
    year, day = (one, two) if len(one) == 4 else (two, one)
    if len(day) > 2 or len(year) not in (2, 4):
        raise _Unknown
    return date(_year(year), month, int(day))


def _month(words: Sequence[str], numeric: bool) -> int | None:
    """The month that the words name, None when none does. Raises _Unknown for two months, and for any other word.

    «mar.» is a weekday beside another month, or beside numbers that hold the whole date.
    """
    if any(word not in MONTHS and word not in WEEKDAYS and word not in FILLERS for word in words):
        raise _Unknown
    named = [word for word in words if word in MONTHS]
    sure = [word for word in named if word not in WEEKDAYS]
    if len(sure) > 1:
        raise _Unknown
    if sure:
        return MONTHS[sure[0]]
    return MONTHS[named[-1]] if named and not numeric else None


def _numeric(part: Token, order: Order | None) -> date:
    values = part.values
    if part.kind == "week":
        return datetime.fromisoformat(part.text.rstrip("t").upper()).date()
    if part.kind == "of year":
        day = date(int(values["year"]), 1, 1) + timedelta(days=int(values["day"]) - 1)
        if day.year != int(values["year"]):
            raise _Unknown
        return day
    if part.kind == "year first":
        return date(int(values["year"]), int(values["month"]), int(values["day"]))
    return _year_last(values, order)


def _year_last(values: dict[str, str], order: Order | None) -> date:
    """Of 24-11-26 even the year is not known: dashes stand in 2024-11-26 cut short just as well."""
    if len(values["year"]) == 2 and values["sign"] == "-":
        raise _Unknown
    year, one, two = _year(values["year"]), int(values["one"]), int(values["two"])
    if order is None and one != two and one <= 12 and two <= 12:
        raise _Unknown
    order = order or ("month first" if two > 12 else "day first")
    return date(year, two, one) if order == "day first" else date(year, one, two)


def _order_shown(token: Token) -> Order | None:
    if token.kind != "year last":
        return None
    one, two = int(token.values["one"]), int(token.values["two"])
    if one > 12 >= two:
        return "day first"
    return "month first" if two > 12 >= one else None


def _year(written: str) -> int:
    number = int(written)
    return number if len(written) == 4 else number + (2000 if number < 70 else 1900)


def _clock(part: Token, parts: Sequence[Token]) -> tuple[time, timedelta]:
    """The time of day, and what comes on top: a leap second is the second after."""
    given = part.values
    hour, minute, second = (int(given.get(name, 0)) for name in ("hour", "minute", "second"))
    leap = second == 60
    if half := given.get("half"):
        hour = _hour_of_day(hour, half, part, parts)
    micro = int(given.get("part", "0")[:6].ljust(6, "0"))
    return time(hour, minute, 59 if leap else second, micro), timedelta(seconds=1 if leap else 0)


def _hour_of_day(hour: int, half: str, part: Token, parts: Sequence[Token]) -> int:
    """The hour of a 12-hour clock. «15:07 PM» is met, and «15:07 am 24. November» is German."""
    if 1 <= hour <= 12:
        return hour % 12 + (12 if half == "p" else 0)
    german = half == "a" and any(other.kind == "number" and other.start > part.end for other in parts)
    if (hour == 0 and half == "a") or (hour > 12 and (half == "p" or german)):
        return hour
    raise _Unknown


def _zone(parts: Sequence[Token], names: Sequence[str]) -> timezone | None:
    """The zone that a spelling names. A comment beside an offset says nothing more. Raises _Unknown for a wrong one."""
    offsets = [part.text for part in parts if part.kind == "zone"]
    comments = [part.text.strip("()[] ") for part in parts if part.kind == "comment"]
    written = [*offsets, *names] or comments
    zones = {zone_of(one) for one in written}
    if len(zones) > 1 or None in zones:
        raise _Unknown
    return zones.pop() if zones else None
