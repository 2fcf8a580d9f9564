"""The language of a page: its catalogue, and how it writes numbers, dates and durations."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - `date` is what a tongue says
from datetime import datetime, timedelta
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from app.web.typography import NARROW, french
from app.web.words import ASIDE, C_, CHECKS, GATE, SENSE

Code = Literal["en", "fr"]
LANGUAGES: dict[Code, str] = {"en": "English", "fr": "Français"}
LOCALE = Path(__file__).parent.parent / "locale"
RECENT = timedelta(days=6)
HOUR, DAY = 60, 24 * 60
_PROMISE = re.compile(
    r"\s*[;:,]\s(?:the next reading is automatic|la prochaine lecture est automatique)", re.IGNORECASE
)
UNITS = {"MB": "Mo", "kB": "ko"}
SENTENCES = frozenset({"why", "reason", "what"})
"""Arguments that are our own texts, to be translated before they are filled in."""


@cache
def catalogue(code: Code) -> NullTranslations:
    """The translations of a language, read from its .po file: nothing has to be compiled before starting."""
    if code == "en":
        return NullTranslations()
    with (LOCALE / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        read = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose_language(chosen: str | None, cookie: str | None, accepted: str) -> Code:
    """The language to use: the one asked for, else the cookie's, else the first of the browser's that we have."""
    for wish in (chosen, cookie, *_preferences(accepted)):
        code = _supported_code((wish or "").lower().split("-")[0])
        if code:
            return code
    return "en"


def _supported_code(code: str) -> Code | None:
    return "fr" if code == "fr" else "en" if code == "en" else None


def _preferences(accepted: str) -> list[str]:
    """`Accept-Language` in order of preference (RFC 9110, 12.5.4). What cannot be read comes last."""

    def weight(part: str) -> float:
        _, _, quality = part.partition(";q=")
        try:
            return float(quality) if quality else 1.0
        except ValueError:
            return 0.0

    parts = [part.strip() for part in accepted[:500].split(",")]
    return [part.split(";")[0] for part in sorted(parts, key=weight, reverse=True) if weight(part) > 0]


def zone(name: str) -> ZoneInfo:
    """The time zone of that name, UTC when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Tongue:
    """Says and formats things in one language, for one time zone, at one moment."""

    code: Code
    zone: ZoneInfo
    now: datetime

    def say(self, text: str, /, **args: Any) -> str:
        """The translation of an English template, its {named} places filled. A foreign template stays as it is."""
        words = self._translate(text) if text else ""
        try:
            return words.format(**args) if args else words
        except (KeyError, IndexError, ValueError):
            return words

    def say_in(self, context: str, text: str, /, **args: Any) -> str:
        """The translation of a word in one of its senses."""
        return self.say(C_(context, text), **args)

    def _translate(self, text: str) -> str:
        """The translation of a template, also when it was turned into a sentence, with a capital and a full stop."""
        gettext = catalogue(self.code).gettext
        whole = gettext(text)
        if SENSE in text:
            return whole.rpartition(SENSE)[2]
        if whole != text or self.code == "en":
            return whole
        bare = text[:1].lower() + text[1:].removesuffix(".")
        words = gettext(bare)
        words = self._measured(bare) if words == bare else words
        if words == bare:
            return text
        first = words[:1].upper() if text[:1].isupper() else words[:1]
        return first + words[1:] + ("." if text.endswith(".") else "")

    def _measured(self, said: str) -> str:
        """The translation of what the gate says with a measure in it; anything else stays as it is."""
        for pattern, template in GATE:
            if match := pattern.fullmatch(said):
                return self.say(template, **{name: self._measure(value) for name, value in match.groupdict().items()})
        return said

    def _measure(self, written: str) -> str:
        """A figure and its unit, written in English by the gate, as the language writes them."""
        figure, _, unit = written.partition(" ")
        if not figure.replace(".", "", 1).isdigit():
            return written
        return f"{self.number(float(figure), 1)} {UNITS.get(unit, unit)}".strip() if self.code == "fr" else written

    def count(self, singular: str, plural: str, n: float, /, **args: Any) -> str:
        """The singular or the plural, as the language requires, with {n} written as a number."""
        words = catalogue(self.code).ngettext(singular, plural, int(n)) if self.code != "en" or n != 1 else singular
        return words.format(n=self.number(n), **args)

    def notice(self, stored: Any) -> str:
        """A sentence kept as {"text": template, "args": {…}}, as a template and its arguments, or as plain text."""
        if isinstance(stored, dict):
            return self._fill_in(str(stored.get("text", "")), dict(stored.get("args") or {}))
        text = getattr(stored, "text", None)
        if text is not None:
            args = getattr(stored, "args_", None) or getattr(stored, "args", None)
            return self._fill_in(str(text), dict(args) if isinstance(args, Mapping) else {})
        return self.say(str(stored or ""))

    def brief(self, stored: Any) -> str:
        """A sentence as `notice` says it, without the promise that a source will be read again: it is not saved."""
        return _PROMISE.sub("", self.notice(stored))

    def aside(self, reason: str) -> str:
        """Why something was set aside, kept as a sentence in English; one that is not known stays as it is."""
        for pattern, template in ASIDE:
            if match := pattern.fullmatch(reason):
                why = match.groupdict()
                return self.say(template, **(why | ({"why": self.aside(why["why"])} if "why" in why else {})))
        return self.notice(reason)

    def _fill_in(self, text: str, args: dict[str, Any]) -> str:
        """A template with its arguments; those that are sentences themselves are translated too."""
        for pattern, template in CHECKS:
            if not args and (match := pattern.fullmatch(text)):
                return self.say(template, **match.groupdict())
        sentences = {name: value for name, value in args.items() if name in SENTENCES and isinstance(value, str)}
        translated = {name: self._translate(value) for name, value in sentences.items()}
        words = self.say(text, **(args | translated))
        return words if args else words.replace("{{", "{").replace("}}", "}")

    def pick(self, titles: Any) -> str:
        """Our text in a plug-in's {"en": …, "fr": …}."""
        return self._set(str(titles.get(self.code) or titles.get("en") or "") if titles else "")

    def lines(self, texts: Any) -> list[str]:
        """Our texts in a plug-in's {"en": (…), "fr": (…)}."""
        return [self._set(str(text)) for text in texts.get(self.code) or texts.get("en") or ()] if texts else []

    def _set(self, text: str) -> str:
        return french(text) if self.code == "fr" else text

    def language_name(self, code: str) -> str:
        """The name of a language, its code when it has none."""
        try:
            return str(Locale.parse(code).get_display_name(self.code) or code)
        except (UnknownLocaleError, ValueError):
            return code

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with this many decimals at most, «–» when there is none."""
        if value is None:
            return "–"
        places = "." + "#" * digits if digits else ""
        return format_decimal(round(value, digits), format=f"#,##0{places}", locale=self.code)

    def with_sign(self, value: float | None, digits: int = 0) -> str:
        """A number with its sign: a true minus, and a plus."""
        if value is None:
            return "–"
        rounded = round(value, digits)
        sign = "+" if rounded > 0 else "\u2212" if rounded < 0 else ""
        return sign + self.number(abs(rounded), digits)

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share from 0 to 1 as a percentage."""
        if share is None:
            return "–"
        blank = NARROW if self.code == "fr" else ""
        places = "." + "0" * digits if digits else ""
        return format_percent(share, format=f"#,##0{places}{blank}%", locale=self.code)

    def exact(self, at: datetime) -> str:
        """The full date and time, in the reader's time zone."""
        return format_datetime(at, "full", tzinfo=self.zone, locale=self.code)

    def day(self, at: datetime) -> str:
        """The day alone."""
        return format_date(at.astimezone(self.zone).date(), "medium", locale=self.code)

    def date(self, at: datetime) -> str:
        """The day in words, with its year when that is another one."""
        here, today = at.astimezone(self.zone).date(), self.now.astimezone(self.zone).date()
        day = format_date(here, "d MMMM" if here.year == today.year else "d MMMM y", locale=self.code)
        return day.replace("1 ", "1er ", 1) if self.code == "fr" and here.day == 1 else day

    def weekday(self, at: datetime) -> str:
        """The day of the week and the day, with its year when that is another one."""
        here = at.astimezone(self.zone)
        same_year = here.year == self.now.astimezone(self.zone).year
        words = str(format_date(here.date(), "EEEE d MMMM" if same_year else "EEEE d MMMM y", locale=self.code))
        words = words.replace(" 1 ", " 1er ", 1) if self.code == "fr" and here.day == 1 else words
        return words[:1].upper() + words[1:]

    def dates(self, first: Day, last: Day) -> str:
        """From which day to which, as short as it can be said: one day alone where they are the same."""
        if first == last:
            return format_date(first, "medium", locale=self.code)
        return str(format_interval(first, last, "yMMMd", locale=self.code))

    def moment(self, at: datetime) -> str:
        """Day and minute."""
        return format_datetime(at, "short", tzinfo=self.zone, locale=self.code)

    def until(self, at: datetime) -> str:
        """Until when: a time of day when that is today, else a day, with its time unless it is midnight."""
        here = at.astimezone(self.zone)
        hour = str(format_time(here, "short", locale=self.code))
        if here.date() == self.now.astimezone(self.zone).date():
            return self.say("until {time}", time=hour)
        midnight = (here.hour, here.minute) == (0, 0)
        return self.say("until {day}", day=self.day(at) if midnight else f"{self.day(at)}, {hour}")

    def ago(self, at: datetime) -> str:
        """How long ago, or in how long; the date itself when that is some days away."""
        apart = at - self.now
        if abs(apart) < timedelta(seconds=45):
            return self.say("just now") if apart <= timedelta() else self.say("in a moment")
        if abs(apart) > RECENT:
            same_year = at.astimezone(self.zone).year == self.now.astimezone(self.zone).year
            return format_date(at.astimezone(self.zone).date(), "d MMM" if same_year else "d MMM y", locale=self.code)
        return format_timedelta(apart, add_direction=True, locale=self.code, format="short", threshold=1.2)

    def span(self, seconds: float) -> str:
        """How long something took, short: minutes below an hour, hours and minutes below two days, then days."""
        minutes = max(1, int(seconds // 60))
        if minutes < HOUR:
            return self.say("{n} min", n=minutes)
        if minutes < 2 * DAY:
            hours, left = divmod(minutes, HOUR)
            whole = self.say("{n} h", n=hours)
            return self.say("{hours} h {minutes}", hours=hours, minutes=f"{left:02}") if left else whole
        days = timedelta(days=minutes // DAY)
        return format_timedelta(days, "day", threshold=float("inf"), locale=self.code, format="short")

    def lasting(self, span: timedelta | float | None) -> str:
        """A duration in words."""
        if span is None:
            return "–"
        length = span if isinstance(span, timedelta) else timedelta(seconds=span)
        return format_timedelta(length, locale=self.code, format="long", threshold=1.2)
