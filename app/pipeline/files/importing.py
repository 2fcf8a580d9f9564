"""Reads mentions from an uploaded file: CSV, JSON Lines or XLSX, with columns named in English or French.

A rating is out of the row's scale, else written 4/5, else out of 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, BinaryIO

from app.pipeline.files.cells import (
    Unread,
    count_of,
    date_of,
    fields_by_alias,
    hash_of,
    match_columns,
    name_of,
    number_of,
    order_of_dates,
    text_of,
)
from app.pipeline.files.tables import BadRow, Row, UnreadableFile, rows
from collectors.base import RawMention
from ground.dates import Order
from ground.notice import Json

__all__ = ["FIELDS", "BadRow", "UnreadableFile", "guess_mapping", "read_lines", "read_rows"]

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
"""Our fields, and the other names that their columns may have; case and surrounding spaces do not count."""

DEFAULT_SCALE = 5.0
MAX_BYTES, MAX_ROWS = 10_000_000, 200_000
_NAMED = fields_by_alias(FIELDS)
_FRACTION = re.compile(r"([\d.,]+)\s*(?:/|sur|out of)\s*([\d.,]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Settings:
    mapping: Mapping[str, str] | None
    zone: tzinfo
    order: Order | None = None


def read_rows(
    stream: BinaryIO, filename: str, mapping: Mapping[str, str] | None = None, **limits: Any
) -> Iterator[RawMention | BadRow]:
    """As read_lines, without the numbers of the lines."""
    return (row for _, row in read_lines(stream, filename, mapping, **limits))


def read_lines(
    stream: BinaryIO,
    filename: str,
    mapping: Mapping[str, str] | None = None,
    *,
    zone: tzinfo = UTC,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
) -> Iterator[tuple[int, RawMention | BadRow]]:
    """The mentions of a file with their lines, in order, and the rows that could not be read with the reason.

    `mapping` is {column of the file: one of FIELDS}; without it, columns are recognised by their names. A row without
    an id takes its link as id, else author, date and text together: importing a file again gives the same mentions.
    Where several rows of a file share a link but not their words (reviews of one page), the words count too.

    Raises UnreadableFile when the file as a whole cannot be read, either before the first row or when it exceeds a
    limit.
    """
    settings = _Settings(_check_mapping(mapping), zone)
    links: dict[str, str] = {}
    found = list(
        rows(stream, filename, max_bytes=max_bytes, max_rows=max_rows, check=lambda names: _fields(names, settings))
    )
    known = _NAMED if settings.mapping is None else settings.mapping
    order = order_of_dates((row.cells for row in found if isinstance(row, Row)), known)
    settings = replace(settings, order=order)
    for row in found:
        yield row.line, row if isinstance(row, BadRow) else _mention(row, settings, links)


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """{our field: its column}, as the names of the columns suggest."""
    return match_columns(columns, _NAMED)


def _check_mapping(mapping: Mapping[str, str] | None) -> Mapping[str, str] | None:
    unknown = sorted(set((mapping or {}).values()) - FIELDS.keys())
    if unknown:
        raise UnreadableFile(
            "“{field}” is not a field of a mention: choose one of {known}.", field=unknown[0], known=", ".join(FIELDS)
        )
    return None if mapping is None else {name_of(column): field for column, field in mapping.items()}


def _fields(columns: Iterable[str], settings: _Settings) -> dict[str, str]:
    """{our field: its column}. Raises UnreadableFile when neither a text nor a title is among the columns."""
    columns = list(columns)
    columns_by_field = match_columns(columns, _NAMED if settings.mapping is None else settings.mapping)
    if "text" not in columns_by_field and "title" not in columns_by_field:
        raise UnreadableFile(
            "No column holds the text. Columns found: {found}. One named {expected} is needed.",
            found=", ".join(filter(None, columns))[:500] or "none",
            expected=" or ".join(("text", "texte", "contenu", "title", "titre")),
        )
    return columns_by_field


def _mention(row: Row, settings: _Settings, links: dict[str, str]) -> RawMention | BadRow:
    try:
        fields = _fields(row.cells, settings)
        cells = {field: row.cells[column] for field, column in fields.items()}
        return _read(cells, settings, links)
    except (Unread, UnreadableFile) as error:
        return BadRow(row.line, error.notice)


def _read(cells: Mapping[str, Json | datetime], settings: _Settings, links: dict[str, str]) -> RawMention:
    texts = {name: text_of(cells.get(name)) for name in ("text", "title", "author", "url", "id", "platform", "outlet")}
    if not (texts["text"] or texts["title"]):
        raise Unread("This row has neither a text nor a title.")
    published = date_of(cells.get("date"), settings.zone, settings.order)
    rating, scale = _rating(text_of(cells.get("rating")), number_of("rating_scale", cells.get("rating_scale")))
    counts = {name: count_of(name, cells.get(name)) for name in ("likes", "shares", "comments")}
    external_id, undated_id = (texts["id"], "") if texts["id"] else _made_up_ids(texts, published, links)
    return RawMention(
        external_id=external_id,
        undated_id=undated_id,
        url=texts["url"] or None,
        title=texts["title"],
        text=texts["text"],
        author=texts["author"],
        author_id=text_of(cells.get("author_id")),
        author_followers=count_of("author_followers", cells.get("author_followers")),
        platform=texts["platform"],
        outlet=texts["outlet"],
        language=text_of(cells.get("language")) or None,
        published_at=published,
        rating=rating,
        rating_scale=scale,
        reach=count_of("reach", cells.get("reach")),
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def _made_up_ids(texts: Mapping[str, str], published: datetime | None, links: dict[str, str]) -> tuple[str, str]:
    """An id for a row without one, and the id that the row would have without its date.

    Rows that differ only in their dates are several: two customers may both write "Very good".
    """
    link = texts["url"]
    words, undated = (
        hash_of(texts["author"], date, texts["title"], texts["text"])
        for date in (published.isoformat() if published else "", "")
    )
    if not link:
        return words, undated
    if links.setdefault(link, words) == words:
        return hash_of(link), hash_of(link)
    return hash_of(link, words), hash_of(link, undated)


def _rating(written: str, scale: float | None) -> tuple[float, float] | tuple[None, None]:
    if not written:
        return None, None
    if fraction := _FRACTION.fullmatch(written):
        written, scale = fraction[1], number_of("rating_scale", fraction[2])
    rating, out_of = number_of("rating", written), DEFAULT_SCALE if scale is None else scale
    if rating is None or not 0 <= rating <= out_of:
        raise Unread(
            "The rating {rating} is not between 0 and {scale}: add a column “scale” or write it 8/10.",
            rating=written[:40],
            scale=f"{out_of:g}",
        )
    return rating, out_of
