"""The lines of an XLSX file: the sheet that holds the table, its rows, and the cells that were merged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Protocol, cast
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.pipeline.files.header import Count
from app.pipeline.files.limits import COLUMN_LIMIT, Cell, Line, UnreadableFile, check_lines
from app.pipeline.files.merged import Filling, Readable, merged_down

UNZIPPED_LIMIT = 100_000_000
RATIO_LIMIT = 200  # an honest sheet of repeated values stays under 100
PART_LIMIT = 1_000
SHEETS_LOOKED_AT = 20
LOOKED_AT = 60
"""Lines of each sheet in which titles are looked for."""
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    NotImplementedError,
    OverflowError,
    SyntaxError,
)
"""What openpyxl lets through of its parts."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was chosen, the names of all, and its lines, read as they are asked for."""

    name: str
    names: tuple[str, ...]
    lines: Iterator[Line] = field(repr=False)


class Worksheet(Protocol):
    """A sheet of openpyxl."""

    @property
    def title(self) -> str: ...
    @property
    def sheet_state(self) -> str: ...
    def reset_dimensions(self) -> None: ...
    def _get_source(self) -> AbstractContextManager[Readable]: ...
    def iter_rows(self, *, max_col: int, values_only: bool) -> Iterable[tuple[object, ...]]: ...


def open_sheet(content: bytes, wanted: str, count: Count) -> Sheet:
    """The sheet of this name or number; without one, the one in whose first lines most fields are recognised.

    Raises UnreadableFile.
    """
    with _damage_told():
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = cast("list[Worksheet]", book.worksheets)  # the stubs leave _get_source out
    names = tuple(sheet.title for sheet in sheets)
    if wanted:
        chosen = sheets[_place(wanted, names)]
        return Sheet(chosen.title, names, _lines(chosen))
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    best: tuple[int, Sheet] | None = None
    for sheet in visible[:SHEETS_LOOKED_AT]:
        lines = _lines(sheet)
        head = list(islice(lines, LOOKED_AT))
        number = max((count(line.cells) for line in head), default=-1)
        if best is None or number > best[0]:
            best = number, Sheet(sheet.title, names, chain(head, lines))
    if best is None or best[0] < 0:
        raise UnreadableFile("This file is empty.")
    return best[1]


def _place(wanted: str, names: tuple[str, ...]) -> int:
    known = {name.strip().casefold(): at for at, name in reversed(list(enumerate(names)))}
    at = known.get(wanted.strip().casefold())
    if at is None and wanted.isascii() and wanted.isdigit() and 0 < int(wanted[:4]) <= len(names):
        at = int(wanted[:4]) - 1
    if at is None:
        raise UnreadableFile(
            "This file has no sheet “{name}”. Its sheets: {names}.", name=wanted[:60], names=", ".join(names)[:500]
        )
    return at


def _lines(sheet: Worksheet) -> Iterator[Line]:
    """The lines of a sheet that are not empty; formulas are the text they were typed as."""
    with _damage_told():
        sheet.reset_dimensions()  # a file may lie about its size
        nothing = (None,) * (COLUMN_LIMIT + 1)
        with sheet._get_source() as xml:
            fill = Filling(merged_down(xml))
        for number, cells in enumerate(sheet.iter_rows(max_col=COLUMN_LIMIT + 1, values_only=True), start=1):
            check_lines(number)
            if cells == nothing:  # most of a sheet that says little is lines like this
                continue
            if trimmed := _trim(fill(number, cells)):
                yield Line(number, trimmed)


def _trim(cells: tuple[object, ...]) -> list[Cell]:
    last = len(cells)
    while last and cells[last - 1] in (None, ""):
        last -= 1
    return [_cell(cell) for cell in cells[:last]]


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, bool | int | float | str | datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return str(getattr(value, "text", value))  # array formulas keep their text there


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except UnreadableFile:
        raise
    except BROKEN as error:
        raise UnreadableFile("This XLSX file is damaged: save it again from the spreadsheet, or as CSV.") from error


def _refuse_bombs(content: bytes) -> None:
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    unzipped = sum(part.file_size for part in parts)  # reading stops at the size each part declares
    if unzipped > UNZIPPED_LIMIT or unzipped > RATIO_LIMIT * max(len(content), 10_000) or len(parts) > PART_LIMIT:
        raise UnreadableFile("This XLSX file unpacks to far more than its size: save it as CSV.")
