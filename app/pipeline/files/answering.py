"""Reads answers to a survey from an uploaded file: CSV, JSON Lines or XLSX, columns named in English or French.

A score is a whole number from 0 to 10, also as text: 9, 9.0, 9,0 or 9/10. A date without a zone is in the zone given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import BinaryIO

from app.pipeline.files.cells import (
    Unread,
    date_of,
    fields_by_alias,
    hash_of,
    match_columns,
    name_of,
    number_of,
    order_of_dates,
    text_of,
)
from app.pipeline.files.importing import MAX_BYTES, MAX_ROWS
from app.pipeline.files.tables import BadRow, Row, UnreadableFile, rows
from collectors.base import Answer
from ground.dates import Order
from ground.notice import Json

FIELDS: Mapping[str, tuple[str, ...]] = {
    "score": (
        "nps",
        "nps_score",
        "score_nps",
        "score nps",
        "nps score",
        "note",
        "note nps",
        "rating",
        "recommandation",
        "recommendation",
    ),
    "comment": (
        "commentaire",
        "commentaires",
        "comments",
        "verbatim",
        "texte",
        "text",
        "raison",
        "reason",
        "feedback",
        "avis",
        "why",
        "pourquoi",
    ),
    "date": (
        "answered_at",
        "submitted_at",
        "submitdate",
        "created_at",
        "submitted",
        "date de réponse",
        "date_reponse",
        "date réponse",
        "répondu le",
        "repondu_le",
        "horodatage",
        "timestamp",
        "submit date (utc)",
        "date submitted",
    ),
    "id": ("external_id", "response_id", "response id", "id_reponse", "id de réponse", "identifiant", "#"),
    "respondent": (
        "répondant",
        "repondant",
        "client",
        "id_client",
        "customer",
        "customer_id",
        "customer_ref",
        "contact_id",
        "user_id",
    ),
    "channel": ("canal", "support"),
}
"""Our fields, and the other names that their columns may have; case and surrounding spaces do not count."""

_NAMED = fields_by_alias(FIELDS)
_OF_TEN = re.compile(r"([\d.,]+)\s*(?:/|sur|out of)\s*10(?:[.,]0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Settings:
    mapping: Mapping[str, str] | None
    zone: tzinfo
    order: Order | None = None


def read_answers(
    stream: BinaryIO,
    filename: str,
    mapping: Mapping[str, str] | None = None,
    *,
    zone: tzinfo = UTC,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
) -> Iterator[tuple[int, Answer | BadRow]]:
    """The answers of a file with their lines, in order, and the rows that could not be read with the reason.

    `mapping` is {column of the file: one of FIELDS}; without it, columns are recognised by their names. A row
    without an id gets one made from its other fields, with a number where several rows are equal: importing a file
    again gives the same answers. Raises UnreadableFile when the file as a whole cannot be read.
    """
    settings = _Settings(_check_mapping(mapping), zone)
    alike: Counter[str] = Counter()
    found = list(
        rows(stream, filename, max_bytes=max_bytes, max_rows=max_rows, check=lambda names: _fields(names, settings))
    )
    known = _NAMED if settings.mapping is None else settings.mapping
    order = order_of_dates((row.cells for row in found if isinstance(row, Row)), known)
    settings = replace(settings, order=order)
    for row in found:
        yield row.line, row if isinstance(row, BadRow) else _answer(row, settings, alike)


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """{our field: its column}, as the names of the columns suggest."""
    return match_columns(columns, _NAMED)


def _check_mapping(mapping: Mapping[str, str] | None) -> Mapping[str, str] | None:
    unknown = sorted(set((mapping or {}).values()) - FIELDS.keys())
    if unknown:
        raise UnreadableFile(
            "“{field}” is not a field of an answer: choose one of {known}.", field=unknown[0], known=", ".join(FIELDS)
        )
    return None if mapping is None else {name_of(column): field for column, field in mapping.items()}


def _fields(columns: Iterable[str], settings: _Settings) -> dict[str, str]:
    """{our field: its column}. Raises UnreadableFile when the score or the date is not among the columns."""
    columns = list(columns)
    columns_by_field = match_columns(columns, _NAMED if settings.mapping is None else settings.mapping)
    listed = ", ".join(filter(None, columns))[:500] or "none"
    if "score" not in columns_by_field:
        raise UnreadableFile("No column holds the score from 0 to 10. Columns found: {found}.", found=listed)
    if "date" not in columns_by_field:
        raise UnreadableFile("No column holds the date of the answer. Columns found: {found}.", found=listed)
    return columns_by_field


def _answer(row: Row, settings: _Settings, alike: Counter[str]) -> Answer | BadRow:
    try:
        cells = {field: row.cells.get(column) for field, column in _fields(row.cells, settings).items()}
        return _read(cells, settings, alike)
    except (Unread, UnreadableFile) as error:
        return BadRow(row.line, error.notice)


def _read(cells: Mapping[str, Json | datetime], settings: _Settings, alike: Counter[str]) -> Answer:
    texts = {name: text_of(cells.get(name)) for name in ("comment", "id", "respondent", "channel")}
    score, at = _score(cells.get("score")), date_of(cells.get("date"), settings.zone, settings.order)
    if at is None:
        raise Unread("This row has no date.")
    return Answer(
        external_id=texts["id"] or _made_up_id(texts, score, at, alike),
        score=score,
        answered_at=at,
        comment=texts["comment"],
        channel=texts["channel"],
        respondent=texts["respondent"],
    )


def _made_up_id(texts: Mapping[str, str], score: int, at: datetime, alike: Counter[str]) -> str:
    """Two people may answer the same on the same day, so a second equal row is another answer."""
    words = hash_of(texts["respondent"], at.isoformat(), str(score), texts["comment"], texts["channel"])
    alike[words] += 1
    return words if alike[words] == 1 else hash_of(words, str(alike[words]))


def _score(value: Json | datetime) -> int:
    if isinstance(value, str) and (out_of_ten := _OF_TEN.fullmatch(value.strip())):
        value = out_of_ten[1]
    number = number_of("score", value)
    if number is None:
        raise Unread("This row has no score.")
    if not number.is_integer() or not 0 <= number <= 10:
        raise Unread("The score {score} is not a whole number from 0 to 10.", score=f"{number:g}")
    return int(number)
