"""Imports a file: shows its columns and what each is read as, tries the import, then stores it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import answering, importing
from app.actions.import_report import Report
from app.pipeline.files import answering as answers
from app.pipeline.files import importing as mentions
from app.pipeline.files.columns import UNUSED
from app.pipeline.files.tables import FileOptions, Shape
from app.problems import FieldError, Problem, invalid, not_found
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.sources import imports
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor
from app.web.words import N_

router = APIRouter(prefix="/sources/import")

COLUMNS_SHOWN = 150
"""Columns that can be chosen; a form holds no more."""
LINES_SHOWN = 50
CORRECTABLE = frozenset({404, 409, 422, 503})
"""404: the brand that was chosen has been deleted meanwhile. 503: others import at this moment."""

LABELS: Mapping[str, str] = {
    "text": N_("Text"),
    "title": N_("Title"),
    "date": N_("Date"),
    "time": N_("Hour"),
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
class ImportForm:
    """What the form asks for, mentions of a source or answers about a brand, and what has come of it so far.

    `chosen` says, for each column shown, which field it is read as; empty where it is not used.
    """

    survey: bool
    source: str
    brand_id: str
    timezone: str
    sheet: str = ""
    header_row: str = ""
    undated: bool = False
    glance: Shape | None = None
    chosen: Sequence[str] = ()
    report: Report | None = None
    problem: Problem | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(answers.FIELDS if self.survey else mentions.FIELDS)

    @property
    def asks_for_date(self) -> bool:
        """Whether to ask if mentions without any date are meant."""
        seen = self.report is not None and self.report.has_no_date
        return seen or self.undated or (self.problem is not None and self.problem.code == "undated")

    @property
    def columns(self) -> Sequence[str]:
        """The columns of the file that can be chosen."""
        return self.glance.columns[:COLUMNS_SHOWN] if self.glance else ()


@router.get("")
def show_empty(visit: Visit = Depends(editor)) -> Response:
    survey = visit.request.query_params.get("what") == "survey"
    return import_page(visit, ImportForm(survey, "", "", visit.viewer.timezone))


@router.post("")
def submit(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Shows the columns of a file, tries it, or stores it, by the button that was pressed."""
    survey, timezone = sent.get("what") == "survey", sent.get("timezone") or "UTC"
    form = ImportForm(survey, sent.get("source"), sent.get("brand_id"), timezone)
    form = replace(form, sheet=sent.get("sheet"), header_row=sent.get("header_row"), undated=sent.get("undated") == "1")
    try:
        name, data = sent.upload("file")
        if not data:
            raise invalid(FieldError("file", "Choose a file first."))
        form = _with_columns(visit, sent, form, name, data)
        form = replace(form, report=_run(visit, form, name, data, sent.get("do")))
    except Problem as problem:
        if problem.status not in CORRECTABLE:
            raise
        form = replace(form, problem=problem)
    return import_page(visit, form)


def _with_columns(visit: Visit, sent: SentForm, form: ImportForm, name: str, data: bytes) -> ImportForm:
    """The form with the columns of the file, and what each is read as.

    That is as chosen on the page, else as in the last import of this name, else as they are recognised.
    """
    where = FileOptions(sheet=form.sheet, header_row=_header_row(form))
    glance = importing.glance_at(data, name, where, survey=form.survey)
    form = replace(form, glance=glance, sheet=glance.sheet)
    typed = sent.every("map")
    if sent.get("columns") == _mark(form.columns) and len(typed) == len(form.columns):
        return replace(form, chosen=[field if field in form.fields else "" for field in typed])
    mapping: dict[str, str] = {}
    if not form.survey and form.source:
        with visit.services.db.reading() as session:
            mapping = dict(importing.saved_mapping(session, visit.viewer, form.source))
    recognised = {column: field for field, column in glance.fields.items() if field not in mapping.values()}
    chosen = [mapping.get(column, recognised.get(column, "")) for column in form.columns]
    return replace(form, chosen=[field if field in form.fields else "" for field in chosen])


def _header_row(form: ImportForm) -> int:
    """The line of the titles as typed, 0 for none. Raises Problem 422."""
    typed = form.header_row
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) < 8 and int(typed)):
        raise invalid(FieldError("header_row", "Write the number of a line, such as 4."))
    return int(typed)


def _mark(columns: Sequence[str]) -> str:
    """Identifies the columns, so that choices made on a page are not applied to another file."""
    return sha256("\x1f".join(columns).encode("utf-8", "surrogatepass")).hexdigest()


def _reading(form: ImportForm) -> FileOptions:
    """How the file is read. Raises Problem 422 for an unknown time zone, or two columns read as one field."""
    if form.timezone not in available_timezones():
        raise invalid(FieldError("timezone", "This is not an IANA time zone: write it like Europe/Paris."))
    fields = [field for field in form.chosen if field]
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        raise invalid(FieldError("map", "Two columns are read as the same field: {what}.", {"what": LABELS[twice]}))
    mapping = {column: field or UNUSED for column, field in zip(form.columns, form.chosen, strict=True)}
    return FileOptions(mapping, ZoneInfo(form.timezone), form.sheet, _header_row(form), form.undated)


def _run(visit: Visit, form: ImportForm, name: str, data: bytes, button: str) -> Report | None:
    """The result of the import, or of its trial; None when only the columns were asked for."""
    reading = _reading(form)
    if button not in ("try", "import"):
        return None
    dry, services, viewer, stream = button == "try", visit.services, visit.viewer, io.BytesIO(data)
    if form.survey:
        return answering.import_answers(
            services, viewer, _brand(form), name, stream, visit.now, reading=reading, dry=dry
        )
    return importing.import_file(services, viewer, form.source, name, stream, visit.now, reading=reading, dry=dry)


def _brand(form: ImportForm) -> UUID:
    if not form.brand_id:
        raise invalid(FieldError("brand_id", "Choose the brand that the survey asks about."))
    try:
        return UUID(form.brand_id)
    except ValueError:
        raise not_found("brand") from None


def import_page(visit: Visit, form: ImportForm) -> HTMLResponse:
    """The form, or the part of it that changes when htmx asks. An error page is never put inside a page."""
    part = visit.request.headers.get("hx-request") == "true"
    columns, glance = form.columns, form.glance
    samples = [[row[at] for row in glance.samples if row[at]] for at in range(len(columns))] if glance else []
    with visit.services.db.reading() as session:
        offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
        return visit.page(
            session,
            "import_part.html" if part else "import.html",
            status=form.problem.status if form.problem and not part else 200,
            form=form,
            problem=form.problem,
            report=form.report,
            columns=list(zip(columns, samples, form.chosen or [""] * len(columns), strict=True)),
            mark=_mark(columns),
            fields=[("", visit.say("– not used –")), *((name, visit.say(LABELS[name])) for name in form.fields)],
            brands=[("", visit.say("Choose a brand")), *((str(brand.id), brand.name) for brand in offered)],
            known=imports(session, visit.viewer),
            lines_shown=LINES_SHOWN,
            left_out=max(0, len(glance.columns) - COLUMNS_SHOWN) if glance else 0,
            labels={"file": visit.say("File"), "source": visit.say("Name of the import")},
        )
