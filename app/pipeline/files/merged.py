"""Cells of a spreadsheet that were merged over several rows: in each of these rows they say what the first one says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from app.pipeline.files.limits import COLUMN_LIMIT, UnreadableFile

MERGES_LIMIT = 50_000
CHUNK = 1 << 20
LONGEST = 200
"""Bytes of one range as it is written, and more."""
_RANGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s+ref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})[\"']")

Ranges = Mapping[int, Sequence[tuple[int, int]]]
"""{first row: (column, last row) of each range}: rows from 1, columns from 0."""


class Readable(Protocol):
    """The XML of a sheet."""

    def read(self, size: int, /) -> bytes: ...


def merged_down(xml: Readable) -> Ranges:
    """The ranges of a sheet that span several rows, by their first column. Raises UnreadableFile for too many.

    They stand behind all rows, and reading them as XML would take as long as reading the sheet once more.
    """
    ranges: dict[int, list[tuple[int, int]]] = {}
    for number, (letters, first, last) in enumerate(_ranges_in(xml), start=1):
        if number > MERGES_LIMIT:
            raise UnreadableFile("This sheet has more than {limit} merged cells: save it as CSV.", limit=MERGES_LIMIT)
        column = column_of(letters)
        if first < last and column < COLUMN_LIMIT:
            ranges.setdefault(first, []).append((column, last))
    return ranges


def _ranges_in(xml: Readable) -> Iterator[tuple[str, int, int]]:
    rest = b""
    while chunk := xml.read(CHUNK):
        window, end = rest + chunk, 0
        for found in _RANGE.finditer(window):
            end = found.end()
            yield found[1].decode(), int(found[2]), int(found[3])
        rest = window[max(end, len(window) - LONGEST) :]


def column_of(letters: str) -> int:
    """The place of a column, from 0, by what a spreadsheet calls it: A … Z, AA …"""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


class Filling:
    """Fills the rows of a sheet, which are given in order."""

    def __init__(self, ranges: Ranges) -> None:
        self._ranges = ranges
        self._open: dict[int, tuple[int, object]] = {}

    def __call__(self, number: int, cells: tuple[object, ...]) -> tuple[object, ...]:
        """The row, with what the merged cells say that begin above it."""
        starting = self._ranges.get(number, ())
        if not starting and not self._open:
            return cells
        self._open = {column: (last, value) for column, (last, value) in self._open.items() if number <= last}
        filled = list(cells)
        for column, (_, value) in self._open.items():
            if column < len(filled) and filled[column] is None:
                filled[column] = value
        for column, last in starting:
            if column < len(cells) and cells[column] is not None:
                self._open[column] = (last, cells[column])
        return tuple(filled)
