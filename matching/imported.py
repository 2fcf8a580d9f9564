"""Queries of other tools in the language of Vigie, with a report of what was changed and what was left out.

`TOOLS` knows what the query languages of these tools write in another way. What Vigie knows by the same name stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ground.notice import Notice

from .query import QueryError, parse

Tool = Literal["brandwatch", "talkwalker", "mention", "brand24"]


@dataclass(frozen=True, slots=True)
class Imported:
    """A query in the language of Vigie, and what was done to it. `query` is what was given where nothing could be read:
    the report then ends with what is wrong."""

    query: str
    report: tuple[Notice, ...]
    valid: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A pattern outside quotation marks, what is written instead, and what the report says about each place."""

    pattern: re.Pattern[str]
    write: Callable[[re.Match[str]], str]
    said: str


CHANGED = "“{found}” is now “{now}”."
LEFT_OUT = "“{found}” was left out: Vigie has nothing like it."
WIDER = "“{found}” is now “{now}”, which finds more."
DISTANCE_MOST = 30


def _near(found: re.Match[str]) -> str:
    return f"{'O' if found['ordered'] else ''}NEAR/{min(int(found['distance']), DISTANCE_MOST)}"


def _slop(found: re.Match[str]) -> str:
    distance = min(int(found["distance"]) + 1, DISTANCE_MOST)
    return f"({found['first']} NEAR/{distance} {found['second']})"


def _field(name: str) -> Callable[[re.Match[str]], str]:
    return lambda _: f"{name}:"


def _change(pattern: str, write: str | Callable[[re.Match[str]], str], said: str = CHANGED) -> Change:
    known = write if callable(write) else lambda found: found.expand(write)
    return Change(re.compile(pattern), known, said)


PROXIMITY = _change(r"(?<![^\s)\"])(?P<ordered>)(?:NEAR|ADJ|W|N)/(?P<distance>\d+)[xf]?(?![^\s(\"])", _near)
FORWARD = _change(r"(?<![^\s)\"])(?P<ordered>ONEAR|PRE|NEAR)/(?P<distance>\d+)f(?![^\s(\"])", _near)
SLOP = _change(r"\"(?P<first>\w+) (?P<second>\w+)\"~(?P<distance>\d+)", _slop)
NOT_SIGN = _change(r"(?<![^\s(])!(?=[\w\"(])", "-")
PLUS = _change(r"(?<![^\s(])\+(?=[\w\"(])", "")
EXACT = _change(r"(?<![^\s(])(?:raw|exact|case_sensitive|caseSensitive):(?=\S)", "", WIDER)
EITHER = _change(r"\|\|?", " OR ")
BOTH = _change(r"&&?", " AND ")

TOOLS: dict[Tool, tuple[Change, ...]] = {
    "brandwatch": (
        FORWARD, PROXIMITY,
        _change(r"\b(?:authorFollowers|engagementFollowers):\[(\d+) TO \*\]", r"followers:>=\1"),
        _change(r"\b(?:authorFollowers):\[\* TO (\d+)\]", r"followers:<=\1"),
        _change(r"\brating:\[(\d+) TO (\d+)\]", r"(rating:>=\1 AND rating:<=\2)"),
        _change(r"\blanguage:", _field("lang")),
        _change(r"\bengagingWith:@?(\w+)", r"@\1"),
        _change(r"\b(?:links|url):\"?(?=\S)", _field("url")),
        _change(r"\b(?:hashtags?):#?(\w+)", r"#\1"),
        _change(r"\bat_mentions:@?(\w+)", r"@\1"),
        _change(r"\{([^{}]*)\}", r'"\1"', WIDER),
        EXACT,
        _change(r"\b(?:AND )?(?:country|region|city|location|latitude|longitude|continent|gender|topLevelDomain|"
                r"engagementType|authorGender|subreddit|pageType|channelId):(?:\[[^\]]*\]|\"[^\"]*\"|[^\s()]+)",
                "", LEFT_OUT),
    ),
    "talkwalker": (
        FORWARD, PROXIMITY, SLOP,
        _change(r"\bsourcetype:(?:\"[^\"]*\"|[^\s()]+)", "", LEFT_OUT),
        _change(r"\b(?:sourcecountry|sourcegeo|sourceregion|sourcecity|country|gender|image|logo|trendingscore|alexapageviews):"
                r"(?:\"[^\"]*\"|[^\s()]+)", "", LEFT_OUT),
        _change(r"\b(?:domainurl|domain|host):\"?(?:https?://)?(?:www\.)?([\w.-]+)/?\"?", r"site:\1"),
        _change(r"\b(?:content):", _field("text")),
        _change(r"\bauthorshort:", _field("author")),
        _change(r"\bsentiment:negative\b", "stance:detractor"),
        _change(r"\bsentiment:positive\b", "stance:promoter"),
        _change(r"\bsentiment:neutral\b", "stance:passive"),
        _change(r"\breach:>=?(\d+)", r"reach:>=\1"),
        _change(r"\bfollowers:>=?(\d+)", r"followers:>=\1"),
        _change(r"\bis:question\b", "is:question"),
        _change(r"\+\+(\w+)", r"\1", WIDER),
        PLUS, EXACT,
    ),
    "mention": (
        PROXIMITY, SLOP, NOT_SIGN, PLUS,
        _change(r"(?<![^\s(])NOT\s+site:", "-site:"),
        _change(r"\b(?:lang|language):", _field("lang")),
        _change(r"\b(?:country|from_country):(?:\"[^\"]*\"|[^\s()]+)", "", LEFT_OUT),
    ),
    "brand24": (
        PROXIMITY, SLOP, NOT_SIGN, PLUS, EITHER, BOTH,
        _change(r"\b(?:domain):", _field("site")),
    ),
}  # fmt: skip
"""In the order in which they are applied."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_OPERATORS = re.compile(r'"[^"]*"|(?<![^\s()])(?:and|or|not|und|oder|nicht|et|ou|sauf)(?![^\s()])')
_LEFT = re.compile(r"\(\s*\)|(?:\s+(?:AND|OR|NOT|-))+\s*(?=\)|$)|(?<=\()\s*(?:(?:AND|OR)\s+)+|^\s*(?:(?:AND|OR)\s+)+")
_DOUBLED = re.compile(r"\b(AND|OR)(\s+NOT)?\s+(?:AND|OR)\b")


def imported(text: str, tool: Tool) -> Imported:
    """The query of another tool in the language of Vigie. Whatever cannot be translated is left out and reported."""
    written, report = text.translate(_QUOTES), list[Notice]()
    for change in TOOLS[tool]:
        written = change.pattern.sub(partial(_applied, change, report), written)
    written = _tidied(_upper(written, report))
    try:
        return Imported(str(parse(written)), tuple(report), valid=True)
    except QueryError as error:
        return Imported(written, (*report, error.notice), valid=False)


def _applied(change: Change, report: list[Notice], found: re.Match[str]) -> str:
    now = change.write(found)
    if now.strip() != found[0].strip():
        report.append(Notice(change.said, {"found": found[0].strip(), "now": now.strip()}))
    return now


def _upper(text: str, report: list[Notice]) -> str:
    """Operators in capitals, where these tools take them in small letters too."""

    def write(found: re.Match[str]) -> str:
        if found[0].startswith('"'):
            return found[0]
        now = {"et": "AND", "und": "AND", "ou": "OR", "oder": "OR", "sauf": "NOT", "nicht": "NOT"}.get(
            found[0], found[0].upper()
        )
        report.append(Notice(CHANGED, {"found": found[0], "now": now}))
        return now

    return _OPERATORS.sub(write, text)


def _tidied(text: str) -> str:
    """Without the operators and parentheses that stand alone where something was left out."""
    while True:
        shorter = _DOUBLED.sub(r"\1\2", _LEFT.sub(" ", text)).strip()
        if shorter == text:
            return text
        text = shorter
