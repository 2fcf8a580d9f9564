"""Writes an explanation in English or French: five plain lines, with numbers and times as the language writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent

from .base import Explanation, Language, Sample
from .clean import one_line

NAME, WORD, QUOTE = 80, 60, 200
"""How many code points are shown of a foreign name and of a foreign word."""

PHRASES: dict[str, dict[Language, str]] = {
    "negative one": {"en": "{n} negative story", "fr": "{n} message négatif"},
    "negative": {"en": "{n} negative stories", "fr": "{n} messages négatifs"},
    "positive one": {"en": "{n} positive story", "fr": "{n} message positif"},
    "positive": {"en": "{n} positive stories", "fr": "{n} messages positifs"},
    "mention one": {"en": "{n} mention", "fr": "{n} mention"},
    "mention": {"en": "{n} mentions", "fr": "{n} mentions"},
    "hour one": {"en": "{n} hour", "fr": "{n} heure"},
    "hour": {"en": "{n} hours", "fr": "{n} heures"},
    "observed": {"en": "{what} in {hours}", "fr": "{what} en {hours}"},
    "observed of": {"en": "{what} out of {total} in {hours}", "fr": "{what} sur {total} en {hours}"},
    "usual": {"en": "{what} (usual {expected})", "fr": "{what} ({expected} d’habitude)"},
    "expected": {"en": "about {expected} would be usual", "fr": "le niveau habituel est d’environ {expected}"},
    "shares": {"en": "({share} instead of {usual})", "fr": "({share} au lieu de {usual})"},
    "to check one": {
        "en": "{n} more story has yet to be checked.",
        "fr": "{n} autre message reste à vérifier.",
    },
    "to check": {
        "en": "{n} more stories have yet to be checked.",
        "fr": "{n} autres messages restent à vérifier.",
    },
    "since": {"en": "It began on {time}.", "fr": "Début\u202f: le {time}."},
    "words": {"en": "What people mention: {words}.", "fr": "On y parle de\u202f: {words}."},
    "quote": {
        "en": "What people mention: {words} (“{quote}”).",
        "fr": "On y parle de\u202f: {words} («\u202f{quote}\u202f»).",
    },
    "one text": {
        "en": "{share} of it is one text, passed on by {n} accounts",
        "fr": "{share} du total vient d’un même texte, repris par {n} comptes",
    },
    "headline": {"en": "{brand}: {what}", "fr": "{brand}\u202f: {what}"},
    "first": {"en": "First seen: {who}, {time}", "fr": "Premier message\u202f: {who}, le {time}"},
    "top": {"en": "most come from {source}", "fr": "la plupart viennent de {source}"},
    "top alone": {"en": "Most come from {source}", "fr": "La plupart viennent de {source}"},
    "reach": {"en": "Seen by up to {n} people", "fr": "Portée\u202f: jusqu’à {n} personnes"},
    "risk": {
        "en": "between {low} and {high} customers at risk (a rough estimate)",
        "fr": "entre {low} et {high} clients pourraient partir (estimation grossière)",
    },
    "risk alone": {
        "en": "Between {low} and {high} customers at risk (a rough estimate)",
        "fr": "Entre {low} et {high} clients pourraient partir (estimation grossière)",
    },
    "time": {"en": "d MMMM, HH:mm", "fr": "d MMMM 'à' HH:mm"},
    "colon": {"en": ": ", "fr": "\u202f: "},
    "semicolon": {"en": "; ", "fr": "\u202f; "},
}


def say(key: str, language: Language, **values: str) -> str:
    """A phrase with its places filled in. Foreign text may be a value, never the phrase."""
    return PHRASES[key][language].format(**values)


def count_phrase(key: str, number: float, language: Language) -> str:
    """A phrase in the singular or the plural. French uses the singular for numbers under 2."""
    single = number == 1 if language == "en" else abs(number) < 2
    return say(f"{key} one" if single else key, language, n=figure(number, language))


def figure(number: float, language: Language) -> str:
    """A number as the language writes it, with at most one decimal under ten and none above."""
    return format_decimal(number, format="#,##0.#" if abs(number) < 10 else "#,##0", locale=language)


def percent(share: float, language: Language) -> str:
    """A share of 0 to 1 as a percentage, with at most one decimal under ten percent and none above."""
    pattern = "0.#" if share < 0.1 else "0"
    return format_percent(share, format=pattern + ("\u202f%" if language == "fr" else "%"), locale=language)


def moment(time: datetime, language: Language, timezone: str) -> str:
    """A time in the reader's time zone, with the zone's name. UTC stands in for an unknown zone."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone, timezone = ZoneInfo("UTC"), "UTC"
    there = time.astimezone(UTC).astimezone(zone)
    return f"{format_datetime(there, PHRASES['time'][language], locale=language)} ({timezone})"


def byline(sample: Sample, language: Language) -> str:
    """Who wrote a mention and where, as far as that is known."""
    who = ", ".join(one_line(part, NAME) for part in (sample.author, sample.outlet) if one_line(part, NAME))
    return who or {"en": "someone", "fr": "quelqu’un"}[language]


def sentences(explanation: Explanation, language: Language, timezone: str = "UTC") -> list[str]:
    """At most five lines of plain text: what changed, since when, what people say, who began, how far it reaches.

    It leaves out a line about which nothing is known. Whoever shows the lines must escape them.
    """
    lines = [
        _change(explanation, language),
        _since(explanation, language, timezone),
        _words(explanation, language),
        _origin(explanation, language, timezone),
        _scope(explanation, language),
    ]
    return [line for line in lines if line]


def headline(e: Explanation, language: Language) -> str:
    """The figure, what is usual, and the most telling word, short enough for the subject of a mail."""
    key = {"detractors": "negative", "promoters": "positive", "mentions": "mention"}[e.counted]
    line = count_phrase(key, e.observed, language)
    if e.expected is not None:
        line = say("usual", language, what=line, expected=figure(e.expected, language))
    word = next((w for w in (one_line(word, WORD) for word in e.words[:10]) if w), "")
    return f"{line} · {word}" if word else line


def title(brand: str, e: Explanation, language: Language) -> str:
    """An incident in one line: whom it is about, and its headline."""
    return say("headline", language, brand=one_line(brand, NAME), what=headline(e, language))


def _since(e: Explanation, language: Language, timezone: str) -> str:
    began = e.beginning or e.since
    return say("since", language, time=moment(began, language, timezone)) if began else ""


def _change(e: Explanation, language: Language) -> str:
    key = {"detractors": "negative", "promoters": "positive", "mentions": "mention"}[e.counted]
    what, hours = count_phrase(key, e.observed, language), count_phrase("hour", e.window_hours, language)
    if e.counted == "mentions" or not e.total:
        line = say("observed", language, what=what, hours=hours)
    else:
        line = say("observed of", language, what=what, total=figure(e.total, language), hours=hours)
    if e.expected is not None:
        line += PHRASES["semicolon"][language] + say("expected", language, expected=figure(e.expected, language))
    if e.share is not None and e.usual_share is not None:
        line += " " + say("shares", language, share=percent(e.share, language), usual=percent(e.usual_share, language))
    return f"{line}. {_to_check(e, language)}".strip()


def _to_check(e: Explanation, language: Language) -> str:
    """How many stories beside those counted may be of the same stance; nothing where every mention counts."""
    return count_phrase("to check", e.unsure, language) if e.unsure and e.counted != "mentions" else ""


def _words(e: Explanation, language: Language) -> str:
    shown = [w for w in (one_line(word, WORD) for word in e.words[:10]) if w]
    if not shown:
        return ""
    quoted = one_line(e.quote or "", QUOTE)
    return say("quote" if quoted else "words", language, words=", ".join(shown), quote=quoted)


def _origin(e: Explanation, language: Language, timezone: str) -> str:
    source = one_line(e.top_source or "", NAME)
    parts = []
    if e.first_mention:
        time = moment(e.first_mention.published_at, language, timezone)
        parts.append(say("first", language, who=byline(e.first_mention, language), time=time))
    if source:
        parts.append(say("top" if parts else "top alone", language, source=source))
    if parts and e.one_text and e.one_text.accounts > 1:
        share, accounts = percent(e.one_text.share, language), figure(e.one_text.accounts, language)
        parts.append(say("one text", language, share=share, n=accounts))
    return PHRASES["semicolon"][language].join(parts) + "." if parts else ""


def _scope(e: Explanation, language: Language) -> str:
    parts = [say("reach", language, n=figure(e.reach, language))] if e.reach is not None else []
    if e.customers_at_risk:
        low, high = (figure(n, language) for n in e.customers_at_risk)
        parts.append(say("risk" if parts else "risk alone", language, low=low, high=high))
    return PHRASES["semicolon"][language].join(parts) + "." if parts else ""
