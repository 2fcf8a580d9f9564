"""Files of mentions and of answers to surveys: checked line by line, then stored."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from app.actions.answering import import_answers
from app.actions.fields import TimeZone
from app.actions.importing import NAME_MAX, import_file
from app.api.deps import Id, Now, Served, Writer, ident
from app.api.route import Route
from app.api.schemas import Out
from app.pipeline.files.limits import MAX_ROWS
from app.pipeline.files.tables import FileOptions
from app.problems import FieldError, invalid

router = APIRouter(prefix="/api/v1", route_class=Route)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RAW = ("text/csv", "application/jsonl", "application/x-ndjson", "application/octet-stream", XLSX)
FORM = "multipart/form-data"
BINARY = {"type": "string", "format": "binary"}
FILE: dict[str, Any] = {
    "x-costly": True,
    "requestBody": {
        "required": True,
        "description": "CSV, JSON Lines or XLSX, 10 MB at most, as it is or as the field `file` of a form. "
        "What it is, is read from its content.",
        "content": {
            **{kind: {"schema": BINARY} for kind in RAW},
            FORM: {"schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY}}},
        },
    },
}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was sent."""

    name: str
    content: bytes


async def read_upload(request: Request) -> Uploaded:
    """The file, whether it is the body or a field of a form. Raises Problem 422."""
    body: bytes = request.state.body
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        file = Uploaded("the body", body)
    else:
        file = await _of_form(request)
    if not file.content:
        raise invalid(FieldError("file", "Send the file as the body, or in the field “file” of a form."))
    return file


async def _of_form(request: Request) -> Uploaded:
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            return Uploaded(file.filename or "file", await file.read()) if isinstance(file, UploadFile) else NOTHING
    except (MultiPartException, KeyError, ValueError):
        return NOTHING
    except Exception as error:
        if type(error).__name__ == "HTTPException":  # how the form parser says that it cannot be read
            return NOTHING
        raise


NOTHING = Uploaded("", b"")


class RefusedLine(Out):
    """A line that was not imported. Line 0 where the number is unknown; the header of a table is line 1."""

    line: int
    reason: str


class ImportOut(Out):
    """The result of an import, or of its dry run."""

    id: UUID | None = Field(description="The import, by which it can be looked up and undone; null for a dry run.")
    read: int
    stored: int
    updated: int
    unchanged: int
    unmatched: int = Field(description="About none of the brands: not kept. Always 0 for answers to a survey.")
    refused: int
    refused_lines: list[RefusedLine] = Field(description="The first 1,000.")
    dry_run: bool = Field(description="True: nothing was stored.")
    undated: int = Field(description="Mentions without a date, which have that of the import.")
    columns: dict[str, str] = Field(description="What each column was read as.")
    unused_columns: list[str] = Field(description="Columns that were read as nothing.")
    tool: str | None = Field(description="The tool whose export the file was taken for.")
    header_row: int | None = Field(description="The line that holds the titles of the columns.")
    sheet: str | None = Field(description="The sheet that was read.")
    sheets: list[str] = Field(description="The sheets of the file.")


def reading(
    timezone: Annotated[TimeZone, Query(description="The time zone of dates that carry none.")] = "UTC",
    map: Annotated[  # noqa: A002 - the name of the parameter
        list[Annotated[str, Field(max_length=300)]],
        Query(
            max_length=200,
            description="What to read a column as: `Votre avis:text`, or `Votre avis:-` not to use it. "
            "The other columns are recognised.",
        ),
    ] = [],  # noqa: B006 - FastAPI copies
    sheet: Annotated[
        str, Query(max_length=100, description="The sheet of a spreadsheet, by name or number; found if missing.")
    ] = "",
    header_row: Annotated[
        int, Query(ge=0, le=MAX_ROWS, description="The line with the titles of the columns; found if 0.")
    ] = 0,
) -> FileOptions:
    """How to read the file. Raises Problem 422."""
    pairs = [text.rpartition(":") for text in map]
    if any(not column or not field for column, _, field in pairs) or any("\x00" in text for text in map):
        raise invalid(FieldError("map", "Write a column, a colon and what it is, such as Votre avis:text."))
    if "\x00" in sheet:
        raise invalid(FieldError("sheet", "This cannot be the name of a sheet."))
    mapping = {column: field for column, _, field in pairs}
    return FileOptions(mapping or None, ZoneInfo(timezone), sheet, header_row)


Dry = Annotated[bool, Query(description="Only say what the import would do.")]
File = Annotated[Uploaded, Depends(read_upload)]
Read = Annotated[FileOptions, Depends(reading)]


@router.post("/imports", openapi_extra=FILE, tags=["mentions"], name="create_import")
@router.post("/mentions/import", openapi_extra=FILE, tags=["mentions"])
def import_mentions(
    source: Annotated[
        str, Query(min_length=1, max_length=NAME_MAX, description="The source they belong to; created if missing.")
    ],
    file: File,
    how: Read,
    viewer: Writer,
    services: Served,
    now: Now,
    dry_run: Dry = False,
    undated: Annotated[bool, Query(description="Store the mentions of a file in which no row has a date.")] = False,
) -> ImportOut:
    """Imports the mentions of a file. What can be read is stored, once however often the file is sent."""
    stream, how = io.BytesIO(file.content), replace(how, undated=undated)
    report = import_file(services, viewer, source, file.name, stream, now, reading=how, dry=dry_run)
    return ImportOut.model_validate(report.as_json())


@router.post("/brands/{brand_id}/survey-responses/import", openapi_extra=FILE, tags=["surveys"])
def import_responses(
    brand_id: Id, file: File, how: Read, viewer: Writer, services: Served, now: Now, dry_run: Dry = False
) -> ImportOut:
    """Imports answers to a survey: score and date, and optionally comment, id, respondent and channel."""
    about = ident(brand_id, "brand")
    stream = io.BytesIO(file.content)
    report = import_answers(services, viewer, about, file.name, stream, now, reading=how, dry=dry_run)
    return ImportOut.model_validate(report.as_json())
