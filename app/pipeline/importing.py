"""Reads mentions from a file people give: CSV, JSON Lines or XLSX, with columns named in English or French.

Dates are ISO 8601, day first (22/11/2026, 22/11/2026 14:05; also with - or .), or Unix seconds or milliseconds.
A date without a zone is in the zone given. A rating is out of the row's scale, else written 4/5, else out of 5.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from typing import BinaryIO

from app.pipeline.tables import BadRow, Row, UnreadableFile, rows
from collectors.base import Json, RawMention

__all__ = ["FIELDS", "BadRow", "UnreadableFile", "read_rows"]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": ("texte", "contenu", "content", "message", "body", "commentaire", "comment", "verbatim", "avis", "review"),
    "title": ("titre", "sujet", "subject", "headline", "objet"),
    "date": (
        "published_at",
        "published",
        "created_at",
        "date_publication",
        "publié le",
        "publie_le",
        "date de publication",
    ),
    "author": ("auteur", "author_name", "nom", "user", "username", "utilisateur", "pseudo"),
    "author_id": ("id_auteur", "user_id"),
    "author_followers": ("followers", "abonnés", "abonnes"),
    "url": ("lien", "link", "adresse", "permalink"),
    "id": ("external_id", "identifiant", "guid", "uuid"),
    "language": ("langue", "lang"),
    "rating": ("note", "stars", "étoiles", "etoiles", "score"),
    "rating_scale": ("échelle", "echelle", "scale", "note_max"),
    "platform": ("plateforme", "réseau", "reseau", "network"),
    "outlet": ("média", "media", "support", "site"),
    "likes": ("j'aime", "jaime"),
    "shares": ("partages", "retweets", "reposts"),
    "comments": ("commentaires", "replies", "réponses", "reponses"),
    "reach": ("portée", "portee", "audience", "views", "vues"),
}
"""Our fields, and other names of their columns; case and spaces around do not count."""

DEFAULT_SCALE = 5.0
_NAMED = {alias: field for field, aliases in FIELDS.items() for alias in (field, *aliases)}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,à]+(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?", re.ASCII)
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,9})?", re.ASCII)
_FRACTION = re.compile(r"([\d.,]+)\s*(?:/|sur|out of)\s*([\d.,]+)", re.ASCII)


class _Unread(ValueError):
    """A cell that cannot be read. The text is for who made the file."""


@dataclass(frozen=True, slots=True)
class _Settings:
    mapping: Mapping[str, str] | None
    zone: tzinfo


def read_rows(
    stream: BinaryIO,
    filename: str,
    mapping: Mapping[str, str] | None = None,
    *,
    zone: tzinfo = UTC,
    max_bytes: int = 10_000_000,
    max_rows: int = 200_000,
) -> Iterator[RawMention | BadRow]:
    """The mentions of a file, in order, and the rows that could not be read with the reason.

    `mapping` is {column of the file: one of FIELDS}; without it columns are known by their names. Without an id, the
    link is the id, else author, date and text together: importing a file again gives the same mentions. Where several
    rows of a file share a link but not their words (reviews of one page), the words count too.

    Raises UnreadableFile when the file as a whole cannot be read, before the first row or where a limit is passed.
    """
    settings = _Settings(_checked(mapping), zone)
    links: dict[str, str] = {}
    for row in rows(
        stream, filename, max_bytes=max_bytes, max_rows=max_rows, check=lambda names: _fields(names, settings)
    ):
        yield row if isinstance(row, BadRow) else _mention(row, settings, links)


def _checked(mapping: Mapping[str, str] | None) -> Mapping[str, str] | None:
    unknown = sorted(set((mapping or {}).values()) - FIELDS.keys())
    if unknown:
        raise UnreadableFile(
            "“{field}” is no field of a mention: choose among {known}.", field=unknown[0], known=", ".join(FIELDS)
        )
    return None if mapping is None else {_name(column): field for column, field in mapping.items()}


def _name(column: str) -> str:
    return " ".join(column.replace("’", "'").split()).casefold()


def _fields(columns: Iterable[str], settings: _Settings) -> dict[str, str]:
    """{our field: its column}. Raises UnreadableFile when neither a text nor a title is among the columns."""
    known = _NAMED if settings.mapping is None else settings.mapping
    named = [(known.get(_name(column)), column) for column in columns]
    found: dict[str, str] = {}
    for field, column in named:
        if field and (field not in found or _name(column) == field):
            found[field] = column
    if "text" not in found and "title" not in found:
        raise UnreadableFile(
            "No column holds the text. Columns found: {found}. One named {expected} is needed.",
            found=", ".join(column for _, column in named if column)[:500] or "none",
            expected=" or ".join(("text", "texte", "contenu", "title", "titre")),
        )
    return found


def _mention(row: Row, settings: _Settings, links: dict[str, str]) -> RawMention | BadRow:
    try:
        fields = _fields(row.cells, settings)
        cells = {field: row.cells[column] for field, column in fields.items()}
        return _read(cells, settings, links)
    except (_Unread, UnreadableFile) as error:
        return BadRow(row.line, str(error))


def _read(cells: Mapping[str, Json | datetime], settings: _Settings, links: dict[str, str]) -> RawMention:
    said = {name: _text(cells.get(name)) for name in ("text", "title", "author", "url", "id", "platform", "outlet")}
    if not (said["text"] or said["title"]):
        raise _Unread("This row has neither a text nor a title.")
    published = _date(cells.get("date"), settings.zone)
    rating, scale = _rating(_text(cells.get("rating")), _number("rating_scale", cells.get("rating_scale")))
    counts = {name: _count(name, cells.get(name)) for name in ("likes", "shares", "comments")}
    return RawMention(
        external_id=said["id"] or _made_up_id(said, published, links),
        url=said["url"] or None,
        title=said["title"],
        text=said["text"],
        author=said["author"],
        author_id=_text(cells.get("author_id")),
        author_followers=_count("author_followers", cells.get("author_followers")),
        platform=said["platform"],
        outlet=said["outlet"],
        language=_text(cells.get("language")) or None,
        published_at=published,
        rating=rating,
        rating_scale=scale,
        reach=_count("reach", cells.get("reach")),
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def _made_up_id(said: Mapping[str, str], published: datetime | None, links: dict[str, str]) -> str:
    date = published.isoformat() if published else ""
    words = _hash(said["author"], date, said["title"], said["text"])
    if not said["url"]:
        return words
    if links.setdefault(said["url"], words) == words:
        return _hash(said["url"])
    return _hash(said["url"], words)


def _hash(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _text(value: Json | datetime) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dict | list):
        raise _Unread("A cell holds a list or an object where a text is wanted.")
    return str(value).replace("\0", "").strip()


def _date(value: Json | datetime, zone: tzinfo) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    written = _text(value)
    if not written:
        return None
    try:
        return _written_date(written, zone)
    except (ValueError, OverflowError, OSError):
        text = f"The date “{written[:40]}” could not be read: write 2026-11-22 14:05 or, day first, 22/11/2026 14:05."
        raise _Unread(text) from None


def _written_date(written: str, zone: tzinfo) -> datetime:
    if _EPOCH.fullmatch(written):
        seconds = float(written)
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC)
    if found := _DAY_FIRST.fullmatch(written):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _number(field: str, value: Json | datetime) -> float | None:
    if isinstance(value, bool | datetime | dict | list):
        raise _Unread(f"The {field} is not a number.")
    if isinstance(value, int | float):
        if (isinstance(value, int) and abs(value) > 2**53) or not math.isfinite(value):
            raise _Unread(f"The {field} is out of range.")
        return float(value)
    written = _text(value).replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    if not written:
        return None
    if not _NUMBER.fullmatch(written):
        raise _Unread(f"The {field} “{written[:40]}” is not a number.")
    return float(written.replace(",", "."))


def _count(field: str, value: Json | datetime) -> int | None:
    number = _number(field, value)
    return None if number is None else int(number)


def _rating(written: str, scale: float | None) -> tuple[float, float] | tuple[None, None]:
    if not written:
        return None, None
    if found := _FRACTION.fullmatch(written):
        written, scale = found[1], _number("rating_scale", found[2])
    rating, out_of = _number("rating", written), DEFAULT_SCALE if scale is None else scale
    if rating is None or not 0 <= rating <= out_of:
        raise _Unread(
            f"The rating {written[:40]} is not between 0 and {out_of:g}: add a column “scale” or write it 8/10."
        )
    return rating, out_of
