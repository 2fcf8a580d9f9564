"""Import a file: see its columns and what they are taken for, try it, then store it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.actions import answering, importing
from app.pipeline import answering as answers
from app.pipeline import importing as mentions
from app.pipeline.tables import Glance
from app.problems import FieldError, Problem, invalid, not_found
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.sources import imports
from app.web.forms import Posted, posted
from app.web.page import Visit, member
from app.web.words import N_

router = APIRouter(prefix="/sources/import")

COLUMNS_SHOWN = 150
"""Columns that can be chosen; a form holds no more."""
LINES_SHOWN = 50

LABELS: Mapping[str, str] = {
    "text": N_("Text"),
    "title": N_("Title"),
    "date": N_("Date"),
    "author": N_("Author"),
    "author_id": N_("Id of the author"),
    "author_followers": N_("Followers of the author"),
    "url": N_("Link"),
    "id": N_("Id"),
    "language": N_("Language"),
    "rating": N_("Rating"),
    "rating_scale": N_("Highest rating"),
    "platform": N_("Platform"),
    "outlet": N_("Outlet"),
    "likes": N_("Likes"),
    "shares": N_("Reshares"),
    "comments": N_("Comments"),
    "reach": N_("Reach"),
    "score": N_("Score, 0 to 10"),
    "comment": N_("Comment"),
    "respondent": N_("Who answered"),
    "channel": N_("Channel"),
}
"""What the fields of a mention and of an answer are called."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for: mentions of a source, or answers about a brand."""

    survey: bool
    source: str
    brand_id: str
    timezone: str

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(answers.FIELDS if self.survey else mentions.FIELDS)


@router.get("")
def fresh(visit: Visit = Depends(member)) -> Response:
    """The form, with nothing chosen."""
    visit.viewer.needs("write")
    survey = visit.request.query_params.get("what") == "survey"
    return _page(visit, Wanted(survey, "", "", visit.viewer.timezone))


@router.post("")
def given(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """Shows the columns of a file, tries it, or stores it, by the button that was pressed."""
    visit.viewer.needs("write")
    wanted = Wanted(
        form.get("what") == "survey", form.get("source"), form.get("brand_id"), form.get("timezone") or "UTC"
    )
    seen: Glance | None = None
    chosen: list[str] = []
    try:
        name, data = form.upload("file")
        if not data:
            raise invalid(FieldError("file", "Choose a file first."))
        seen = importing.glance_at(io.BytesIO(data), name)
        chosen = _chosen(visit, form, wanted, seen)
        report = _done(visit, wanted, name, data, _reading(wanted, seen, chosen), form.get("do"))
    except Problem as problem:
        if problem.status not in (404, 409, 422):
            raise
        return _page(visit, wanted, seen, chosen, problem=problem)
    return _page(visit, wanted, seen, chosen, report=report)


def _chosen(visit: Visit, form: Posted, wanted: Wanted, seen: Glance) -> list[str]:
    """What each column shown is: as it was chosen, else as for the last import of this name, else by its name."""
    columns = seen.columns[:COLUMNS_SHOWN]
    typed = form.every("map")
    if form.get("columns") == _mark(columns) and len(typed) == len(columns):
        return [field if field in wanted.fields else "" for field in typed]
    known: dict[str, str] = {}
    if not wanted.survey and wanted.source:
        with visit.services.db.reading() as session:
            known = dict(importing.saved_mapping(session, visit.viewer, wanted.source))
    if not known.keys() & set(columns):
        guess = (answers if wanted.survey else mentions).guessed(columns)
        known = {column: field for field, column in guess.items()}
    return [known.get(column, "") for column in columns]


def _mark(columns: Sequence[str]) -> str:
    """Tells whether the choices on the page are about the columns of this file."""
    return sha256("\x1f".join(columns).encode("utf-8", "surrogatepass")).hexdigest()


def _reading(wanted: Wanted, seen: Glance, chosen: Sequence[str]) -> importing.Reading:
    if wanted.timezone not in available_timezones():
        raise invalid(FieldError("timezone", "This is no IANA time zone: write it like Europe/Paris."))
    fields = [field for field in chosen if field]
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        raise invalid(FieldError("map", "Two columns are taken for the same: {what}.", {"what": LABELS[twice]}))
    mapping = {column: field for column, field in zip(seen.columns, chosen, strict=False) if field}
    return importing.Reading(mapping, ZoneInfo(wanted.timezone))


def _done(
    visit: Visit, wanted: Wanted, name: str, data: bytes, reading: importing.Reading, button: str
) -> importing.Report | None:
    """What came of the file, or would come of it; None when only its columns were asked for."""
    if button not in ("try", "import"):
        return None
    dry, services, viewer = button == "try", visit.services, visit.viewer
    stream = io.BytesIO(data)
    if wanted.survey:
        brand_id = _brand(wanted)
        return answering.import_answers(services, viewer, brand_id, name, stream, reading=reading, dry=dry)
    return importing.import_file(services, viewer, wanted.source, name, stream, visit.now, reading=reading, dry=dry)


def _brand(wanted: Wanted) -> UUID:
    if not wanted.brand_id:
        raise invalid(FieldError("brand_id", "Choose the brand that the survey asks about."))
    try:
        return UUID(wanted.brand_id)
    except ValueError:
        raise not_found("brand") from None


def _page(
    visit: Visit,
    wanted: Wanted,
    seen: Glance | None = None,
    chosen: Sequence[str] = (),
    *,
    report: importing.Report | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    part = visit.request.headers.get("hx-request") == "true"
    status = problem.status if problem and not part else 200  # what is put into a page is never an error page
    with visit.services.db.reading() as session:
        template = "import_part.html" if part else "import.html"
        return visit.page(
            session,
            template,
            status=status,
            problem=problem,
            report=report,
            **_context(visit, session, wanted, seen, chosen),
        )


def _context(
    visit: Visit, session: Session, wanted: Wanted, seen: Glance | None, chosen: Sequence[str]
) -> dict[str, Any]:
    columns = seen.columns[:COLUMNS_SHOWN] if seen else ()
    samples = [[row[at] for row in seen.samples if row[at]] for at in range(len(columns))] if seen else []
    offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
    return {
        "wanted": wanted,
        "columns": list(zip(columns, samples, chosen or [""] * len(columns), strict=True)),
        "mark": _mark(columns),
        "fields": [("", visit.say("– not used –")), *((name, visit.say(LABELS[name])) for name in wanted.fields)],
        "brands": [("", visit.say("Choose a brand")), *((str(one.id), one.name) for one in offered)],
        "known": imports(session, visit.viewer),
        "lines_shown": LINES_SHOWN,
        "left_out": max(0, len(seen.columns) - COLUMNS_SHOWN) if seen else 0,
        "labels": {"file": visit.say("File"), "source": visit.say("Name of the import")},
    }
