"""Reads answers to a survey from an uploaded file: CSV, JSON Lines or XLSX, columns named in English or French.

A score is a whole number from 0 to 10, also as text: 9, 9.0, 9,0 or 9/10. A date without a zone is in the zone given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from app.pipeline.files.cells import Unread, date_of, hash_of, number_of, order_of_dates, text_of, with_clock, zone_said
from app.pipeline.files.columns import Vocabulary, listing
from app.pipeline.files.limits import BadRow, Cell, UnreadableFile
from app.pipeline.files.profiles import ANSWERS
from app.pipeline.files.tables import AS_FOUND, FileOptions, Row, Shape, Table, open_table, shape_of
from collectors.base import Answer
from ground.dates import Order

FIELDS: Mapping[str, tuple[str, ...]] = {
    "score": (
        *("nps", "nps_score", "score_nps", "score nps", "nps score", "note", "note nps", "rating"),
        *("recommandation", "recommendation"),
    ),
    "comment": (
        *("commentaire", "commentaires", "comments", "verbatim", "texte", "text", "raison", "reason", "feedback"),
        *("avis", "why", "pourquoi"),
    ),
    "date": (
        *("answered_at", "submitted_at", "submitdate", "created_at", "submitted", "date de réponse", "date_reponse"),
        *("date réponse", "répondu le", "repondu_le", "horodateur", "horodatage", "timestamp", "submit date (utc)"),
        *("submit date", "date submitted", "date de soumission", "date d'envoi", "end date", "date de fin"),
    ),
    "time": ("heure", "hour"),
    "id": (
        "external_id",
        "response_id",
        "response id",
        "id_reponse",
        "id de réponse",
        "identifiant",
        "token",
        "#",
        "survey response id",
        "respondent id",
    ),
    "respondent": (
        *("répondant", "repondant", "client", "id_client", "customer", "customer_id", "customer_ref", "contact_id"),
        *("user_id", "adresse e-mail", "adresse mail", "email address", "e-mail"),
    ),
    "channel": ("canal", "support"),
}
"""Our fields, and the other names that their columns may have, the best first."""
VOCABULARY = Vocabulary(
    what="answer",
    titles=FIELDS,
    profiles=ANSWERS,
    hints={
        "score": re.compile(r"recommand|recommend|\bnps\b|(0|zéro|zero) (à|to) 10|(de|from) 0"),
        "comment": re.compile(
            r"pourquoi|\bwhy\b|raison|reason|follow.?up|comment|dites|tell us|améliorer|improve|feedback"
        ),
        "respondent": re.compile(r"\be-?mail\b|courriel"),
        "date": re.compile(r"^(?!.*(start|début|naissance|birth)).{0,50}(\bdate\b|horodat|timestamp|submitted)"),
    },
    prose="comment",
)

_OF_TEN = re.compile(r"([\d.,]+)\s*(?:/|sur|out of)\s*10(?:[.,]0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Dates:
    """How the dates of a file are read."""

    zone: tzinfo
    order: Order | None


def read_answers(
    content: bytes, filename: str, how: FileOptions = AS_FOUND
) -> tuple[Shape, Iterator[tuple[int, Answer | BadRow]]]:
    """How a file was read, and its answers with their lines, in order; rows that cannot be read with the reason.

    A row without an id gets one made from its other fields, with a number where several rows are equal: importing a
    file again gives the same answers. Raises UnreadableFile when the file as a whole cannot be read.
    """
    table = open_table(content, filename, how, VOCABULARY)
    if table.shape.header_row:
        _demand(table.shape.fields, table.shape.columns)
    return table.shape, _answers(table, zone_said(table.shape.fields.get("date", ""), how.zone))


def shape_of_answers(content: bytes, filename: str, how: FileOptions = AS_FOUND) -> Shape:
    """How a file of answers would be read. Raises UnreadableFile."""
    return shape_of(content, filename, how, VOCABULARY)


def _demand(fields: Mapping[str, object], columns: tuple[str, ...]) -> None:
    if "score" not in fields:
        raise UnreadableFile("No column holds the score from 0 to 10. Columns found: {found}.", found=listing(columns))
    if "date" not in fields:
        raise UnreadableFile("No column holds the date of the answer. Columns found: {found}.", found=listing(columns))


def _answers(table: Table, zone: tzinfo) -> Iterator[tuple[int, Answer | BadRow]]:
    rows, alike = list(table.rows), Counter[str]()
    dates = _Dates(zone, order_of_dates(row.cells for row in rows if isinstance(row, Row)))
    for row in rows:
        yield row.line, row if isinstance(row, BadRow) else _answer(row, dates, alike)


def _answer(row: Row, dates: _Dates, alike: Counter[str]) -> Answer | BadRow:
    try:
        return _read(row.cells, dates, alike)
    except Unread as error:
        return BadRow(row.line, error.notice)


def _read(cells: Mapping[str, Cell], dates: _Dates, alike: Counter[str]) -> Answer:
    texts = {name: text_of(cells.get(name)) for name in ("comment", "id", "respondent", "channel")}
    score, day = _score(cells.get("score")), with_clock(cells.get("date"), cells.get("time"))
    at = date_of(day, dates.zone, dates.order)
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


def _score(value: Cell) -> int:
    if isinstance(value, str) and (out_of_ten := _OF_TEN.fullmatch(value.strip())):
        value = out_of_ten[1]
    number = number_of("score", value)
    if number is None:
        raise Unread("This row has no score.")
    if not number.is_integer() or not 0 <= number <= 10:
        raise Unread("The score {score} is not a whole number from 0 to 10.", score=f"{number:g}")
    return int(number)
