"""The fields of the query language: what `site:`, `rating:` and the others accept, and what they mean.

`About` says what a mention must tell about itself; the drafts of the pipeline and the rows of the database both do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from ground.notice import Json

from .nodes import Comparison, Field

STARS = 5.0
"""The scale of `rating:`: a rating on another scale is converted to it."""

ZONES = ("title", "text")


class About(Protocol):
    """What is known of a mention beside its words, in the columns' names and units."""

    @property
    def author(self) -> str: ...
    @property
    def author_id(self) -> str: ...
    @property
    def author_followers(self) -> int | None: ...
    @property
    def host(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def platform(self) -> str: ...
    @property
    def language(self) -> str | None: ...
    @property
    def rating(self) -> float | None: ...
    @property
    def rating_scale(self) -> float | None: ...
    @property
    def reach(self) -> int | None: ...
    @property
    def parent_id(self) -> str | None: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def published_at(self) -> datetime: ...


class FieldFault(ValueError):
    """A field does not accept its value. The text is a template for `args`, the hint says what it accepts."""

    def __init__(self, text: str, *, hint: str, **args: Json) -> None:
        self.text, self.hint, self.places = text, hint, args
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Kind:
    """A field: what it accepts (`read`, of its name and what was typed), and whether a mention has it; None for
    `holds`, where only stored mentions have it."""

    name: str
    read: Callable[[str, str], tuple[str | float, Comparison]]
    holds: Callable[[Field, About], bool] | None = None


NAMES = {
    "titre": "title", "texte": "text", "auteur": "author", "langue": "lang", "language": "lang",
    "plateforme": "platform", "étiquette": "tag", "etiquette": "tag", "note": "rating", "portée": "reach",
    "portee": "reach", "abonnés": "followers", "abonnes": "followers", "statut": "status",
    "tonalité": "stance", "tonalite": "stance", "est": "is", "contient": "has", "avant": "before", "après": "after",
    "apres": "after", "adresse": "url",
}  # fmt: skip
"""Other spellings of fields, French ones above all."""

STANCES = {
    "promoter": "promoter", "promoteur": "promoter", "passive": "passive", "passif": "passive",
    "detractor": "detractor", "détracteur": "detractor", "detracteur": "detractor", "unsure": "unsure",
}  # fmt: skip
STATUSES = {
    "new": "new", "in_progress": "in_progress", "answered": "answered", "closed": "closed", "irrelevant": "irrelevant",
    "nouveau": "new", "en_cours": "in_progress", "répondu": "answered", "repondu": "answered", "clos": "closed",
}  # fmt: skip
IS = {
    "reply": "reply", "réponse": "reply", "reponse": "reply", "question": "question", "copy": "copy", "copie": "copy",
    "reprise": "copy",
}  # fmt: skip
HAS = {"link": "link", "lien": "link"}
QUESTION_MARKS = ("?", "？", "؟")
LINK_STARTS = ("http://", "https://")
_NUMBER = re.compile(r"(<=|>=|<|>|=)?(\d{1,15}(?:[.,]\d{1,6})?)")
_SITE = re.compile(r"(?:https?://)?(?:www\.)?([^\s/?#]+)/?")


def _words(name: str, value: str) -> tuple[str | float, Comparison]:
    if not value.strip():
        raise FieldFault(
            "“{field}:” is followed by nothing.", hint="Write the value right after the colon.", field=name
        )
    return value.strip().lower(), "="


def _author(name: str, value: str) -> tuple[str | float, Comparison]:
    return _words(name, value.strip().removeprefix("@"))


def _site(_name: str, value: str) -> tuple[str | float, Comparison]:
    found = _SITE.fullmatch(value.strip().lower())
    if found is None or "." not in found[1]:
        raise FieldFault(
            "“{value}” is not the name of a site.",
            hint="Write a site such as site:forum.example.com, without the rest of the address.",
            value=value,
        )
    return found[1], "="


def _lang(_name: str, value: str) -> tuple[str | float, Comparison]:
    code = value.strip().lower().replace("_", "-").split("-")[0]
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise FieldFault(
            "“{value}” is not a language code.", hint="Write a code such as lang:fr or lang:en.", value=value
        )
    return code, "="


def _number(name: str, value: str) -> tuple[str | float, Comparison]:
    found = _NUMBER.fullmatch(value.strip())
    if found is None:
        raise FieldFault(
            "“{field}:” takes a number, not “{value}”.",
            hint="Write a number, after <, <=, > or >= if you like: rating:<3, reach:>1000.",
            field=name,
            value=value,
        )
    sign = found[1] or "="
    comparison: Comparison = sign if sign in ("<", "<=", ">", ">=") else "="  # type: ignore[assignment] # narrowed
    return float(found[2].replace(",", ".")), comparison


def _day(_name: str, value: str) -> tuple[str | float, Comparison]:
    try:
        return date.fromisoformat(value.strip()).isoformat(), "="
    except ValueError:
        raise FieldFault(
            "“{value}” is not a date.", hint="Write a date as year-month-day: after:2026-11-30.", value=value
        ) from None


def _one_of(accepted: dict[str, str]) -> Callable[[str, str], tuple[str | float, Comparison]]:
    def read(name: str, value: str) -> tuple[str | float, Comparison]:
        known = accepted.get(value.strip().lower())
        if known is None:
            raise FieldFault(
                "“{field}:” does not know “{value}”: it accepts {accepted}.",
                hint="Write one of these words right after the colon.",
                field=name,
                value=value,
                accepted=", ".join(dict.fromkeys(accepted.values())),
            )
        return known, "="

    return read


def compare(number: float | None, field: Field) -> bool:
    """Whether a number passes; one that is not known never does."""
    if number is None or not isinstance(field.value, float):
        return False
    match field.comparison:
        case "<":
            return number < field.value
        case "<=":
            return number <= field.value
        case ">":
            return number > field.value
        case ">=":
            return number >= field.value
        case "=":
            return number == field.value


def _stars(mention: About) -> float | None:
    if mention.rating is None:
        return None
    return mention.rating * STARS / mention.rating_scale if mention.rating_scale else mention.rating


def midnight(day: str) -> datetime:
    """The beginning of a day in UTC."""
    at = date.fromisoformat(day)
    return datetime(at.year, at.month, at.day, tzinfo=UTC)


def _by_author(field: Field, mention: About) -> bool:
    spellings = (field.value, f"@{field.value}")
    return mention.author.lower() in spellings or mention.author_id.lower() in spellings


def _on_site(field: Field, mention: About) -> bool:
    host = mention.host.lower()
    return host == field.value or host.endswith(f".{field.value}")


def _is(field: Field, mention: About) -> bool:
    if field.value == "reply":
        return mention.parent_id is not None
    return any(mark in mention.title or mark in mention.text for mark in QUESTION_MARKS)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("author", _author, _by_author),
        Kind("site", _site, _on_site),
        Kind("url", _words, lambda field, mention: str(field.value) in (mention.url or "").lower()),
        Kind("lang", _lang, lambda field, mention: (mention.language or "").split("-")[0] == field.value),
        Kind("platform", _words, lambda field, mention: mention.platform.lower() == field.value),
        Kind("rating", _number, lambda field, mention: compare(_stars(mention), field)),
        Kind("reach", _number, lambda field, mention: compare(mention.reach, field)),
        Kind("followers", _number, lambda field, mention: compare(mention.author_followers, field)),
        Kind("is", _one_of(IS), _is),
        Kind("has", _one_of(HAS), lambda _, mention: any(start in mention.text for start in LINK_STARTS)),
        Kind("after", _day, lambda field, mention: mention.published_at >= midnight(str(field.value))),
        Kind("before", _day, lambda field, mention: mention.published_at < midnight(str(field.value))),
        Kind("source", _words),
        Kind("tag", _words),
        Kind("stance", _one_of(STANCES)),
        Kind("status", _one_of(STATUSES)),
        Kind("assignee", _words),
    )
}


def is_stored_only(field: Field) -> bool:
    """Whether only mentions that are stored can tell: nobody has worked on one that is being collected."""
    return KINDS[field.name].holds is None or (field.name, field.value) == ("is", "copy")


def holds(field: Field, mention: About) -> bool:
    """Whether a mention passes. A field that only stored mentions have is true of none that is being collected."""
    kind = KINDS[field.name]
    return kind.holds is not None and not is_stored_only(field) and kind.holds(field, mention)
