"""Rows of cells out of a CSV, JSON Lines or XLSX file, within limits of size, rows and columns."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ground.notice import Json, Notice

COLUMN_LIMIT = 200
CELL_LIMIT = 100_000
UNZIPPED_LIMIT = 100_000_000
RATIO_LIMIT = 200  # an honest sheet of repeated values stays under 100
PART_LIMIT = 1_000
LOOKED_AT = 50  # rows of JSON Lines that need not all have the same fields
SHORT = 80

Check = Callable[[Iterable[str]], object]


class UnreadableFile(ValueError):
    """The file as a whole cannot be read. The text is for whoever uploaded it."""

    def __init__(self, text: str, **args: Json) -> None:
        self.notice = Notice(text, args)
        super().__init__(str(self.notice))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read: its line (the header of a table is line 1), and a sentence that says why."""

    line: int
    notice: Notice

    @property
    def reason(self) -> str:
        return str(self.notice)


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: Mapping[str, Json | datetime]


def rows(stream: BinaryIO, filename: str, *, max_bytes: int, max_rows: int, check: Check) -> Iterator[Row | BadRow]:
    """The rows of a file. `check` sees the columns of a table first, and may raise UnreadableFile.

    The kind of file is read from its content; the name only helps a message.
    """
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UnreadableFile("This file is larger than {limit} MB: split it.", limit=max_bytes // 1_000_000)
    for count, row in enumerate(_rows_of(content, filename, check), start=1):
        if count > max_rows:
            raise UnreadableFile("This file has more than {limit} rows: split it.", limit=max_rows)
        yield row


def _rows_of(content: bytes, filename: str, check: Check) -> Iterator[Row | BadRow]:
    if content.startswith(b"PK"):
        return _xlsx(content, check)
    if content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        name = filename[-60:]
        raise UnreadableFile("“{name}” is not CSV, JSON Lines or XLSX: save it as one of these.", name=name)
    text = _decode(content).replace("\0", "")
    start = text.lstrip()[:1]
    if start == "[":
        raise UnreadableFile("This is one JSON list: write JSON Lines, one object per line.")
    if not start:
        raise UnreadableFile("This file is empty.")
    return _json_lines(text) if start == "{" else _csv(text, check)


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    head = content[:2000]
    if head[1::2].count(0) > len(head) // 4:  # UTF-16 without its mark: every other byte of Western text is zero
        return content.decode("utf-16-le", "replace")
    if head[::2].count(0) > len(head) // 4:
        return content.decode("utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _json_lines(text: str) -> Iterator[Row | BadRow]:
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            cells = json.loads(written)
        except (ValueError, RecursionError):
            yield BadRow(line, Notice("This line is not JSON."))
            continue
        if isinstance(cells, dict) and len(cells) <= COLUMN_LIMIT:
            yield Row(line, cells)
        else:
            yield BadRow(line, Notice("This line is not a JSON object of at most {n} fields.", {"n": COLUMN_LIMIT}))


def _csv(text: str, check: Check) -> Iterator[Row | BadRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if header is None:
                raise UnreadableFile("The first line could not be read: {cause}.", cause=str(error)) from None
            yield BadRow(
                line,
                Notice("This row could not be read: {cause}. Is a quotation mark left open?", {"cause": str(error)}),
            )
            continue
        if not any(cells):
            continue
        if header is None:
            header = _header(cells, check)
        else:
            yield _row(line, header, cells)


def _delimiter(text: str) -> str:
    """The separator that the first line holds most often outside quotes. Guessing from the rows fails where they
    hold prose."""
    quoted, counts = False, {";": 0, ",": 0, "\t": 0}
    for char in text.lstrip("\r\n")[:20_000]:
        if char == '"':
            quoted = not quoted
        elif char in "\r\n" and not quoted:
            break
        elif char in counts and not quoted:
            counts[char] += 1
    return max(counts, key=lambda char: counts[char])


def _header(cells: Sequence[object], check: Check) -> list[str]:
    if len(cells) > COLUMN_LIMIT:
        raise UnreadableFile("This file has more than {limit} columns.", limit=COLUMN_LIMIT)
    header = ["" if cell is None else str(cell).strip() for cell in cells]
    check(header)
    return header


def _row(line: int, header: Sequence[str], cells: Sequence[Json | datetime]) -> Row | BadRow:
    if any(cell not in (None, "") for cell in cells[len(header) :]):
        text = "This row has {cells} cells for {columns} columns: is a text left unquoted?"
        return BadRow(line, Notice(text, {"cells": len(cells), "columns": len(header)}))
    if any(isinstance(cell, str) and len(cell) > CELL_LIMIT for cell in cells):
        return BadRow(line, Notice("A cell of this row is longer than {n} characters.", {"n": CELL_LIMIT}))
    # Backwards, so that of two columns of one name the first counts.
    return Row(line, {name: cell for name, cell in reversed(list(zip(header, cells, strict=False))) if name})


def _xlsx(content: bytes, check: Check) -> Iterator[Row | BadRow]:
    header: list[str] | None = None
    for line, cells in enumerate(_sheet(content), start=1):
        if all(cell is None or cell == "" for cell in cells):
            continue
        if header is None:
            while cells and cells[-1] is None:
                cells = cells[:-1]
            header = _header(cells, check)
        else:
            yield _row(line, header, cells)
    if header is None:
        raise UnreadableFile("This file is empty.")


def _sheet(content: bytes) -> Iterator[tuple[Json | datetime, ...]]:
    """The rows of the first sheet; formulas are the text they were typed as."""
    broken = UnreadableFile("This XLSX file is damaged: save it again from the spreadsheet, or as CSV.")
    try:
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may lie about its size
        for cells in sheet.iter_rows(max_col=COLUMN_LIMIT + 1, values_only=True):
            yield tuple(map(_cell, cells))
    except UnreadableFile:
        raise
    except (
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
    ) as error:  # openpyxl lets the errors of its parts through
        raise broken from error


def _refuse_bombs(content: bytes) -> None:
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    unzipped = sum(part.file_size for part in parts)  # reading stops at the size each part declares
    if unzipped > UNZIPPED_LIMIT or unzipped > RATIO_LIMIT * max(len(content), 10_000) or len(parts) > PART_LIMIT:
        raise UnreadableFile("This XLSX file unpacks to far more than its size: save it as CSV.")


def _cell(value: object) -> Json | datetime:
    if value is None or isinstance(value, bool | int | float | str | datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return str(getattr(value, "text", value))  # array formulas keep their text there


@dataclass(frozen=True, slots=True)
class Glance:
    """The columns of a file, with their cells in its first rows."""

    columns: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]


def glance(stream: BinaryIO, filename: str, *, max_bytes: int, shown: int = 3) -> Glance:
    """The columns of a file, in its order, and its first readable rows. Raises UnreadableFile."""
    header: list[str] = []
    first_rows = rows(stream, filename, max_bytes=max_bytes, max_rows=LOOKED_AT + 1, check=header.extend)
    read = [row for row in islice(first_rows, LOOKED_AT) if isinstance(row, Row)]
    names = header or [name for row in read for name in row.cells]
    columns = tuple(dict.fromkeys(filter(None, names)))
    if not columns:
        raise UnreadableFile("No line of this file can be read.")
    return Glance(columns, tuple(tuple(_short(row.cells.get(name)) for name in columns) for row in read[:shown]))


def _short(value: Json | datetime) -> str:
    text = "" if value is None else value.isoformat(" ") if isinstance(value, datetime) else str(value)
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
