"""How much of a file is looked at, and what is said of a file or a row that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ground.notice import Json, Notice

MAX_BYTES, MAX_ROWS = 10_000_000, 200_000
CELLS_LIMIT = 5_000_000
LINES_LIMIT = 1_100_000
"""Lines that are looked at, empty ones too: a sheet has 1,048,576 at most."""
COLUMN_LIMIT = 200
CELL_LIMIT = 100_000

Cell = Json | datetime


class UnreadableFile(ValueError):
    """The file as a whole cannot be read. The text is for whoever uploaded it."""

    def __init__(self, text: str, **args: Json) -> None:
        self.notice = Notice(text, args)
        super().__init__(str(self.notice))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.notice.text, dict(self.notice.args))


def _rebuild(text: str, args: Mapping[str, Json]) -> UnreadableFile:
    return UnreadableFile(text, **args)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read: its line (the header of a table is line 1), and a sentence that says why."""

    line: int
    notice: Notice

    @property
    def reason(self) -> str:
        return str(self.notice)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of cells that is not empty, with its number in the file; or, with a `fault`, one that cannot be read."""

    number: int
    cells: Sequence[Cell]
    fault: Notice | None = None


class Budget:
    """What may still be read of a file."""

    def __init__(self, rows: int = MAX_ROWS, cells: int = CELLS_LIMIT) -> None:
        self._most_rows, self._rows, self._most_cells, self._cells = rows, rows, cells, cells

    def spend(self, cells: int) -> None:
        """Counts a row. Raises UnreadableFile."""
        self._rows -= 1
        self._cells -= cells
        if self._rows < 0:
            raise UnreadableFile("This file has more than {limit} rows: split it.", limit=self._most_rows)
        if self._cells < 0:
            raise UnreadableFile("This file has more than {limit} cells: split it.", limit=self._most_cells)


def check_size(content: bytes, most: int = MAX_BYTES) -> None:
    """Raises UnreadableFile for more bytes than an import may have."""
    if len(content) > most:
        raise UnreadableFile("This file is larger than {limit} MB: split it.", limit=most // 1_000_000)


def check_lines(number: int) -> None:
    """Raises UnreadableFile for more lines than are looked at."""
    if number > LINES_LIMIT:
        raise UnreadableFile("This file has more than {limit} lines, with the empty ones: split it.", limit=LINES_LIMIT)


def is_filled(cell: Cell) -> bool:
    """Whether a cell holds anything."""
    return cell is not None and cell != ""
