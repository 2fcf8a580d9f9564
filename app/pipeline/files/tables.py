"""A table as people keep one: what it is taken for, and its rows, out of CSV, JSON Lines or XLSX.

`Vocabulary` says which fields are looked for, `FileOptions` what the person said about it, `Shape` what was found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice

from app.pipeline.files.columns import Vocabulary, column_titles, recognise
from app.pipeline.files.delimited import csv_lines, decode
from app.pipeline.files.header import header_at
from app.pipeline.files.limits import CELL_LIMIT, COLUMN_LIMIT, BadRow, Budget, Cell, Line, UnreadableFile, is_filled
from app.pipeline.files.sheets import open_sheet
from ground.notice import Json, Notice

LOOKED_AT = 60
"""Lines in which the titles of the columns are looked for, and by which columns are told from each other."""
SHOWN, SHORT = 3, 80


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What the person said about a file.

    `mapping` is {column: field, or `-` where it is not to be used}, and adds to what is recognised. `header_row` counts
    from 1, 0 where it is to be found; so is an empty `sheet`. `undated`: mentions without any date may be stored.
    """

    mapping: Mapping[str, str] | None = None
    zone: tzinfo = UTC
    sheet: str = ""
    header_row: int = 0
    undated: bool = False


AS_FOUND = FileOptions()


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file was read. `fields` is {our field: its column}; `tool` is whose export it is, empty where unknown.

    `samples` are the first rows as they are shown. A file of JSON Lines has no header row.
    """

    columns: tuple[str, ...]
    fields: Mapping[str, str]
    tool: str = ""
    header_row: int = 0
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that are read as nothing."""
        used = set(self.fields.values())
        return tuple(column for column in self.columns if column not in used)

    @property
    def columns_read(self) -> dict[str, str]:
        """{column: what it is read as}, in the order of the file, of those that are read."""
        used = {column: name for name, column in self.fields.items()}
        return {column: used[column] for column in self.columns if column in used}

    def as_json(self) -> dict[str, Json]:
        """{column: what it was read as}, the columns that were not used, and where all of them were found."""
        return {
            "columns": dict(self.columns_read),
            "unused_columns": list(self.unused),
            "tool": self.tool or None,
            "header_row": self.header_row or None,
            "sheet": self.sheet or None,
            "sheets": list(self.sheets),
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line in the file, and {our field: its cell} of the fields that it has."""

    line: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was opened: its shape, and its rows, which are read as they are asked for."""

    shape: Shape
    rows: Iterator[Row | BadRow] = field(repr=False)


def open_table(content: bytes, filename: str, how: FileOptions, vocabulary: Vocabulary) -> Table:
    """Opens a file; its kind is read from its content, the name only helps a sentence. Raises UnreadableFile.

    Reading its rows raises UnreadableFile too, where a limit is passed or the file turns out to be damaged.
    """
    if content.startswith(b"PK"):
        return _of_sheet(content, how, vocabulary)
    if content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        raise UnreadableFile("“{name}” is not CSV, JSON Lines or XLSX: save it as one of these.", name=filename[-60:])
    text = decode(content).replace("\0", "")
    start = text.lstrip()[:1]
    if start == "[":
        raise UnreadableFile("This is one JSON list: write JSON Lines, one object per line.")
    if not start:
        raise UnreadableFile("This file is empty.")
    if how.sheet:
        raise UnreadableFile("Only a spreadsheet (XLSX) has sheets: name none for this file.")
    if start == "{":
        return _of_json(text, how, vocabulary)
    return _of_lines(csv_lines(text, how.header_row, vocabulary.counts(how.mapping)), how, vocabulary)


def shape_of(content: bytes, filename: str, how: FileOptions, vocabulary: Vocabulary) -> Shape:
    """How a file would be read. Raises UnreadableFile."""
    shape = open_table(content, filename, how, vocabulary).shape
    if not shape.columns:
        raise UnreadableFile("No line of this file can be read.")
    return shape


def _of_sheet(content: bytes, how: FileOptions, vocabulary: Vocabulary) -> Table:
    found = open_sheet(content, how.sheet, vocabulary.counts(how.mapping))
    return _of_lines(found.lines, how, vocabulary, found.name, found.names)


def _of_lines(
    lines: Iterator[Line], how: FileOptions, vocabulary: Vocabulary, sheet: str = "", sheets: tuple[str, ...] = ()
) -> Table:
    if how.header_row:
        lines = (line for line in lines if line.number >= how.header_row)
    head = list(islice(lines, LOOKED_AT))
    at = _header(head, how, vocabulary)
    titles, body = column_titles(head[at].cells), head[at + 1 :]
    if len(titles) > COLUMN_LIMIT:
        raise UnreadableFile("This file has more than {limit} columns.", limit=COLUMN_LIMIT)
    first = [_pad(line.cells, len(titles)) for line in body if not line.fault]
    found = recognise(titles, vocabulary, how.mapping, first)
    samples = tuple(tuple(map(_short, cells)) for cells in first[:SHOWN])
    shape = Shape(tuple(titles), found.fields, found.tool, head[at].number, sheet, sheets, samples)
    places = {name: titles.index(column) for name, column in found.fields.items()}
    return Table(shape, _rows(chain(body, lines), len(titles), places))


def _header(head: Sequence[Line], how: FileOptions, vocabulary: Vocabulary) -> int:
    """Which of these lines holds the titles. Raises UnreadableFile."""
    if how.header_row:
        at = 0 if head and head[0].number == how.header_row and not head[0].fault else None
    else:
        at = header_at(head, vocabulary.counts(how.mapping))
    if at is None:
        raise _no_header(head, how)
    return at


def _no_header(head: Sequence[Line], how: FileOptions) -> UnreadableFile:
    if how.header_row:
        return UnreadableFile("Line {line} of this file holds no titles of columns.", line=how.header_row)
    if head and (fault := head[0].fault):
        return UnreadableFile(fault.text, **fault.args)
    return UnreadableFile("This file is empty.")


def _rows(lines: Iterable[Line], width: int, places: Mapping[str, int]) -> Iterator[Row | BadRow]:
    budget = Budget()
    for line in lines:
        budget.spend(len(line.cells))
        if line.fault:
            yield BadRow(line.number, line.fault)
        elif fault := _fault(line.cells, width):
            yield BadRow(line.number, fault)
        else:
            cells = _pad(line.cells, width)
            yield Row(line.number, {name: cells[at] for name, at in places.items() if is_filled(cells[at])})


def _fault(cells: Sequence[Cell], width: int) -> Notice | None:
    if any(is_filled(cell) for cell in cells[width:]):
        text = "This row has {cells} cells for {columns} columns: is a text left unquoted?"
        return Notice(text, {"cells": len(cells), "columns": width})
    if any(isinstance(cell, str) and len(cell) > CELL_LIMIT for cell in cells):
        return Notice("A cell of this row is longer than {n} characters.", {"n": CELL_LIMIT})
    return None


def _pad(cells: Sequence[Cell], width: int) -> Sequence[Cell]:
    return [*cells[:width], *[None] * (width - len(cells))]


def _of_json(text: str, how: FileOptions, vocabulary: Vocabulary) -> Table:
    objects = _objects(text)
    head = list(islice(objects, LOOKED_AT))
    rows = [row.cells for row in head if isinstance(row, Row)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    found = recognise(columns, vocabulary, how.mapping, [[row.get(name) for name in columns] for row in rows], True)
    samples = tuple(tuple(_short(row.get(name)) for name in columns) for row in rows[:SHOWN])
    shape = Shape(tuple(columns), found.fields, found.tool, samples=samples)
    return Table(shape, _project(chain(head, objects), shape.fields, how, vocabulary))


def _project(
    objects: Iterable[Row | BadRow], common: Mapping[str, str], how: FileOptions, vocabulary: Vocabulary
) -> Iterator[Row | BadRow]:
    """The rows by our fields. Lines need not all have the same names: what the head did not show is recognised too."""
    budget, known = Budget(), dict[tuple[str, ...], Mapping[str, str]]()
    for row in objects:
        if isinstance(row, BadRow):
            budget.spend(1)
            yield row
            continue
        budget.spend(len(row.cells))
        names = tuple(row.cells)
        if names not in known:
            own = recognise(names, vocabulary, how.mapping, (), True).fields
            known = {} if len(known) > COLUMN_LIMIT else known
            known[names] = {**own, **{name: column for name, column in common.items() if column in row.cells}}
        yield Row(row.line, {name: row.cells[column] for name, column in known[names].items()})


def _objects(text: str) -> Iterator[Row | BadRow]:
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


def _short(value: Cell) -> str:
    text = "" if value is None else value.isoformat(" ") if isinstance(value, datetime) else str(value)
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
