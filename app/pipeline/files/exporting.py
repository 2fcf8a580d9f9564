"""Writes rows as CSV, JSON Lines or XLSX, as a stream of bytes.

Cells of CSV and XLSX are made safe for spreadsheets: a text that a spreadsheet could take for a formula starts with an
apostrophe. JSON Lines holds what the database holds, unaltered, so that it can be imported again.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Cell = str | int | float | bool | None
Rows = Iterable[Mapping[str, object]]

XLSX_CELL_LIMIT = 32_767  # both limits are Excel's
XLSX_ROW_LIMIT = 1_048_576
_CHUNK = 64 * 1024
_FORMULA = re.compile(r"[\s\x00-\x1f\u200b\ufeff]*[=+\-@＝＋－＠﹢﹣﹦﹫]|[\t\r\n\0]")


def safe_cell(value: object) -> Cell:
    """A value as a cell that no spreadsheet takes for a formula. Numbers stay numbers; times are the API's.

    OWASP, CSV injection: an apostrophe goes before a text whose first sign, after any invisible characters, is = + -
    @ or the full-width form of one, or that begins with a tab, a line break or NUL.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    text = _cell_text(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _cell_text(value: object) -> str:
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return " | ".join("" if each is None else _cell_text(each) for each in value)
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _utc(value: datetime) -> str:
    """RFC 3339 in UTC, such as 2026-11-22T09:30:00Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def csv_bytes(rows: Rows, columns: Sequence[str]) -> Iterator[bytes]:
    """CSV as RFC 4180 has it, in UTF-8, every cell quoted: for programs. People are better served by XLSX."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(row.get(name)) for name in columns])
        if buffer.tell() >= _CHUNK:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: io.StringIO) -> bytes:
    written = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return written


def jsonl_bytes(rows: Rows, columns: Sequence[str]) -> Iterator[bytes]:
    """One JSON object per line, in UTF-8. Lists stay lists; infinite and missing numbers are null."""
    for row in rows:
        known = {name: _json(row.get(name)) for name in columns}
        yield json.dumps(known, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n"


def _json(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item) for item in value]
    return _cell_text(value)


def xlsx_bytes(rows: Rows, columns: Sequence[str]) -> Iterator[bytes]:
    """XLSX. Past Excel's limit of rows a second sheet starts, and texts are cut at its limit for a cell."""
    book = Workbook(write_only=True)
    sheet, used = None, XLSX_ROW_LIMIT
    for row in rows:
        if sheet is None or used == XLSX_ROW_LIMIT:
            sheet, used = book.create_sheet(), 1
            sheet.append(list(columns))
        sheet.append([_xlsx_cell(row.get(name)) for name in columns])
        used += 1
    if sheet is None:
        book.create_sheet().append(list(columns))
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _xlsx_cell(value: object) -> Cell:
    cell = safe_cell(value)
    return ILLEGAL_CHARACTERS_RE.sub("", cell)[:XLSX_CELL_LIMIT] if isinstance(cell, str) else cell


FORMATS: Mapping[str, tuple[str, Callable[[Rows, Sequence[str]], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", csv_bytes),
    "jsonl": ("application/x-ndjson", jsonl_bytes),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_bytes),
}
"""Each format with its media type and its writer."""
