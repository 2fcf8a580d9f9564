"""Reads dates that are counted from now, as pages do: «il y a 3 jours», «yesterday at 14:05», «vor einer Stunde»."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from ground.date_tokens import LONGEST, plain, tokens

_UNITS: dict[str, timedelta] = {
    word: length
    for length, words in (
        (timedelta(seconds=1), "second seconde sec sekunde segundo secondo"),
        (timedelta(minutes=1), "minute min minuto minuti"),
        (timedelta(hours=1), "hour heure h stunde std hora ora ore"),
        (timedelta(days=1), "day jour d j tag tage tagen dia giorno giorni"),
        (timedelta(weeks=1), "week semaine wk woche semana settimana settimane"),
        (timedelta(days=30), "month mois mo monat monate monaten mes mese mesi meses"),
        (timedelta(days=365), "year an annee yr jahr jahre jahren ano anno anni"),
    )
    for word in words.split()
}
_ONE = ("a", "an", "one", "un", "une", "ein", "eine", "einem", "einer", "una", "uno", "um", "uma")
_NUMBER = rf"(?P<count>\d{{1,4}}|{'|'.join(sorted(_ONE, key=len, reverse=True))}) ?(?P<unit>[a-z]+)"
_AGO = (
    re.compile(rf"\b(?:il y a|vor|hace|ha) (?:environ |etwa |ca\. )?{_NUMBER}"),
    re.compile(rf"\b{_NUMBER} (?:ago|fa|atras)\b"),
)
_DAYS = {
    "aujourd'hui": 0, "today": 0, "heute": 0, "hoy": 0, "oggi": 0, "hoje": 0, "a l'instant": 0, "just now": 0,
    "avant-hier": 2, "vorgestern": 2, "anteayer": 2, "anteontem": 2, "l'altro ieri": 2,
    "hier": 1, "yesterday": 1, "gestern": 1, "ayer": 1, "ieri": 1, "ontem": 1,
}  # fmt: skip
_WORDS = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in _DAYS))


def date_ago(text: str, now: datetime) -> datetime | None:
    """The moment that a text counts from `now`, in UTC; None when it does not.

    Distant ones are rough: «two months ago» counts as sixty days.
    """
    written = plain(text[: LONGEST * 4])
    with suppress(ValueError, OverflowError):
        return _so_long(written, now) or _day_before(written, now)
    return None


def _so_long(written: str, now: datetime) -> datetime | None:
    for form in _AGO:
        if found := form.search(written):
            unit = _UNITS.get(found["unit"]) or _UNITS.get(found["unit"].removesuffix("s").removesuffix("n"))
            if unit is not None:
                return now.astimezone(UTC) - unit * (1 if found["count"] in _ONE else int(found["count"]))
    return None


def _day_before(written: str, now: datetime) -> datetime | None:
    word = _WORDS.search(written)
    if word is None:
        return None
    day = now.astimezone(UTC) - timedelta(days=_DAYS[word[0]])
    clock = next((token.values for token in tokens(written) if token.kind == "clock"), None)
    if clock is None:
        return day
    hour = int(clock["hour"])
    if half := clock.get("half"):
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(day.year, day.month, day.day, hour, int(clock.get("minute", 0)), tzinfo=UTC)
