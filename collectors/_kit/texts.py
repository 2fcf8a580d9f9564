"""Reads what a kind of source tells people about itself: a Markdown file beside its code, in English and in French.

    # English

    ## Discourse forum

    Posts of a Discourse forum: those that a search finds, or all of them.

    ### Step by step

    1. Open the forum in a browser and copy its address.

    ### What it cannot see

    - Private messages.

    ### The first reading brings

    the last 7 days

    ### Units

    - searches: searches of Discourse

Each text is one line and is shown as it is written: nothing in it is markup. Steps, blind spots and units may be left
out, in both languages together. A unit follows the name of its meter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypedDict

LANGUAGES = {"English": "en", "Français": "fr"}
SECTIONS = {
    "English": ("Step by step", "What it cannot see", "The first reading brings", "Units"),
    "Français": ("Pas à pas", "Ce qui lui échappe", "La première lecture apporte", "Unités"),
}
"""The headings of the sections, in the order of STEPS, BLIND, HISTORY and UNITS."""
STEPS, BLIND, HISTORY, UNITS = range(4)
_STEP = re.compile(r"(\d+)\. +(.+)")
_BULLET = re.compile(r"- +(.+)")
_UNIT = re.compile(r"- +(\w+) *: +(.+)")


class Texts(TypedDict):
    """The texts of a Collector, by its fields: each is {"en": …, "fr": …}, `units` by meter and then so."""

    title: Mapping[str, str]
    help: Mapping[str, str]
    steps: Mapping[str, Sequence[str]]
    blind: Mapping[str, Sequence[str]]
    history: Mapping[str, str]
    units: Mapping[str, Mapping[str, str]]


class BadTexts(Exception):
    """A file of texts is written wrongly: the sentence names the file, the language and what to change."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The texts in one language; `units` are by meter."""

    title: str
    help: str
    steps: tuple[str, ...]
    blind: tuple[str, ...]
    history: str
    units: Mapping[str, str]


@cache
def texts_of(module: str) -> Texts:
    """The texts of the kind that a module declares. The module calls this with its `__name__`.

    Those of `collectors/hackernews.py` stand in `collectors/hackernews.md`, those of the folder `collectors/discourse/`
    in `collectors/discourse/discourse.md`. Raises BadTexts.
    """
    package, _, kind = module.rpartition(".")
    beside, within = (files(package).joinpath(path) for path in (f"{kind}.md", f"{kind}/{kind}.md"))
    file = within if within.is_file() else beside
    try:
        return read_texts(file.read_text(encoding="utf-8-sig"), str(file))
    except FileNotFoundError:
        raise BadTexts(f"{file}: this file is missing, in which the kind says what it is") from None
    except UnicodeDecodeError:
        raise BadTexts(f"{file}: save this file as UTF-8, its accents cannot be read") from None


def read_texts(markdown: str, file: str) -> Texts:
    """The texts of a Markdown file; `file` is its name in errors. Raises BadTexts."""
    before, by_language = _split(filter(None, map(str.strip, markdown.splitlines())), "# ", file)
    if before:
        raise BadTexts(f"{file}: «{before[0]}» stands before the first language, put it below «# English»")
    for name in by_language:
        if name not in LANGUAGES:
            raise BadTexts(f"{file}: «# {name}» is not one of the languages, which are «# English» and «# Français»")
    for name in LANGUAGES:
        if name not in by_language:
            raise BadTexts(f"{file}: «# {name}» is missing, each kind is described in English and in French")
    parts = {name: _part(by_language[name], name, f"{file}, {name}") for name in LANGUAGES}
    _check_alike(parts["English"], parts["Français"], file)
    return _by_field({LANGUAGES[name]: part for name, part in parts.items()})


def _split(lines: Iterable[str], mark: str, where: str) -> tuple[list[str], dict[str, list[str]]]:
    """The lines before the first heading that begins with `mark`, and those below each, by heading."""
    before: list[str] = []
    below: dict[str, list[str]] = {}
    current = before
    for line in lines:
        if not line.startswith(mark):
            current.append(line)
            continue
        heading = line.removeprefix(mark).strip()
        if heading in below:
            raise BadTexts(f"{where}: «{line}» stands there twice")
        current = below[heading] = []
    return before, below


def _part(lines: list[str], language: str, where: str) -> _Part:
    before, titled = _split(lines, "## ", where)
    if before or len(titled) != 1:
        raise BadTexts(f"{where}: begin with the title of the kind, one line such as «## Hacker News»")
    ((title, below),) = titled.items()
    paragraphs, sections = _split(below, "### ", where)
    if len(paragraphs) != 1:
        raise BadTexts(f"{where}: say below the title what the kind brings, in one line: here are {len(paragraphs)}")
    _check_sections(sections, language, where)
    steps, blind, history, units = (sections.get(heading, []) for heading in SECTIONS[language])
    if len(history) != 1:
        heading = SECTIONS[language][HISTORY]
        raise BadTexts(f"{where}: one line stands below «### {heading}»: here are {len(history)}")
    return _Part(title, paragraphs[0], _steps(steps, where), _bullets(blind, where), history[0], _units(units, where))


def _check_sections(sections: Mapping[str, list[str]], language: str, where: str) -> None:
    for heading, content in sections.items():
        if heading not in SECTIONS[language]:
            names = ", ".join(f"«{name}»" for name in SECTIONS[language])
            raise BadTexts(f"{where}: «### {heading}» is not one of the sections, which are {names}")
        if not content:
            raise BadTexts(f"{where}: nothing stands below «### {heading}», write it or leave the heading out")


def _steps(lines: list[str], where: str) -> tuple[str, ...]:
    steps = []
    for number, line in enumerate(lines, 1):
        match = _STEP.fullmatch(line)
        if match is None or int(match[1]) != number:
            raise BadTexts(f"{where}: step {number} begins with «{number}. » and stands on one line, unlike «{line}»")
        steps.append(match[2])
    return tuple(steps)


def _bullets(lines: list[str], where: str) -> tuple[str, ...]:
    bullets = []
    for line in lines:
        match = _BULLET.fullmatch(line)
        if match is None:
            raise BadTexts(f"{where}: a blind spot begins with «- » and stands on one line, unlike «{line}»")
        bullets.append(match[1])
    return tuple(bullets)


def _units(lines: list[str], where: str) -> dict[str, str]:
    units: dict[str, str] = {}
    for line in lines:
        match = _UNIT.fullmatch(line)
        if match is None or match[1] in units:
            raise BadTexts(f"{where}: a unit is written once, as «- meter: unit», unlike «{line}»")
        units[match[1]] = match[2]
    return units


def _check_alike(english: _Part, french: _Part, file: str) -> None:
    """Raises BadTexts where one language has more lines than the other."""
    for section, ours, theirs in (
        (STEPS, english.steps, french.steps),
        (BLIND, english.blind, french.blind),
        (UNITS, english.units, french.units),
    ):
        if len(ours) != len(theirs):
            above, below = (f"«{SECTIONS[name][section]}»" for name in LANGUAGES)
            raise BadTexts(f"{file}: English has {len(ours)} lines below {above}, Français {len(theirs)} below {below}")
    if english.units.keys() != french.units.keys():
        raise BadTexts(f"{file}: the units of English and those of Français belong to different meters")


def _by_field(parts: Mapping[str, _Part]) -> Texts:
    """The texts by field, then by language. A field without text is empty."""
    meters = next(iter(parts.values())).units
    return Texts(
        title={code: part.title for code, part in parts.items()},
        help={code: part.help for code, part in parts.items()},
        steps={code: part.steps for code, part in parts.items() if part.steps},
        blind={code: part.blind for code, part in parts.items() if part.blind},
        history={code: part.history for code, part in parts.items()},
        units={meter: {code: part.units[meter] for code, part in parts.items()} for meter in meters},
    )
