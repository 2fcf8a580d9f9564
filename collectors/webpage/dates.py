"""Reads dates as pages write them for people, in French and English: «12 mars 2026», «il y a 3 jours», «March 12th»."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from collectors._kit.times import moment
from ground.accents import without_accents

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan janv janvier january", "feb fev fevr fevrier february", "mar mars march", "apr avr avril april",
         "may mai", "jun juin june", "jul juil juillet july", "aug aout august", "sep sept septembre september",
         "oct octobre october", "nov novembre november", "dec decembre december"), 1,
    )
    for name in names.split()
}  # fmt: skip
UNITS = {
    "second": timedelta(seconds=1), "seconde": timedelta(seconds=1), "sec": timedelta(seconds=1),
    "minute": timedelta(minutes=1), "min": timedelta(minutes=1),
    "hour": timedelta(hours=1), "heure": timedelta(hours=1), "h": timedelta(hours=1),
    "day": timedelta(days=1), "jour": timedelta(days=1), "d": timedelta(days=1), "j": timedelta(days=1),
    "week": timedelta(weeks=1), "semaine": timedelta(weeks=1), "wk": timedelta(weeks=1),
    "month": timedelta(days=30), "mois": timedelta(days=30), "mo": timedelta(days=30),
    "year": timedelta(days=365), "an": timedelta(days=365), "annee": timedelta(days=365), "yr": timedelta(days=365),
}  # fmt: skip
ONE = {"a", "an", "one", "un", "une"}

_AGO = re.compile(r"(?:il y a )(?:environ )?(\d{1,4}|une?) ?([a-z]+)")
_AGO_EN = re.compile(r"(?:about )?\b(\d{1,4}|an?|one) ?([a-z]+) ago\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:er|st|nd|rd|th)? (?:of )?([a-z]+)\.?,? (\d{4})\b")
_MONTH_FIRST = re.compile(r"\b([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_HOUR = re.compile(r"\b(\d{1,2}) ?(?::|h) ?(\d{2})\b(?: ?(am|pm))?")
_DAYS = {
    "aujourd'hui": 0,
    "today": 0,
    "avant-hier": 2,
    "hier": 1,
    "yesterday": 1,
    "a l'instant": 0,
    "just now": 0,
}


def date_in(text: str, now: datetime, month_first: bool = False) -> datetime | None:
    """The date in a text, in UTC; None when there is none. In numbers the day comes first, unless `month_first`.

    Distant dates are rough: «two months ago» counts as sixty days.
    """
    exact = moment(text)
    if exact is not None and not (text.strip().isdigit() and len(text.strip()) < 9):  # digits alone may be a year
        return exact
    plain = _plain(text)
    with suppress(ValueError, OverflowError):
        return _ago(plain, now) or _by_month(plain) or _in_numbers(plain, month_first) or _recent(plain, now)
    return None


def _plain(text: str) -> str:
    """In lower case, without accents, its typographic apostrophes and spaces made plain."""
    return " ".join(without_accents(text[:300].lower().replace("’", "'")).split())


def _ago(text: str, now: datetime) -> datetime | None:
    ago = _AGO.search(text) or _AGO_EN.search(text)
    if not ago:
        return None
    unit = UNITS.get(ago[2]) or UNITS.get(ago[2].rstrip("s"))
    if unit is None:
        return None
    return now.astimezone(UTC) - unit * (1 if ago[1] in ONE else int(ago[1]))


def _by_month(text: str) -> datetime | None:
    for date, day, month in (
        *((date, date[1], date[2]) for date in _DAY_FIRST.finditer(text)),
        *((date, date[2], date[1]) for date in _MONTH_FIRST.finditer(text)),
    ):
        if month in MONTHS:
            return _at(int(date[3]), MONTHS[month], int(day), text[date.end() :])
    return None


def _in_numbers(text: str, month_first: bool) -> datetime | None:
    if iso := _ISO.search(text):
        return _at(int(iso[1]), int(iso[2]), int(iso[3]), text[iso.end() :])
    date = _NUMBERS.search(text)
    if not date:
        return None
    day, month, year = int(date[1]), int(date[2]), int(date[3])
    if month > 12 or (month_first and day <= 12):
        day, month = month, day
    return _at(year if year > 99 else 2000 + year, month, day, text[date.end() :])


def _recent(text: str, now: datetime) -> datetime | None:
    back = next((days for word, days in _DAYS.items() if word in text), None)
    if back is None:
        return None
    day = now.astimezone(UTC) - timedelta(days=back)
    if not _HOUR.search(text):
        return day
    return _at(day.year, day.month, day.day, text)


def _at(year: int, month: int, day: int, rest: str) -> datetime:
    clock = _HOUR.search(rest[:40])
    if not clock:
        return datetime(year, month, day, tzinfo=UTC)
    hour = int(clock[1]) % 12 + (12 if clock[3] == "pm" else 0) if clock[3] else int(clock[1])
    return datetime(year, month, day, hour, int(clock[2]), tzinfo=UTC)
