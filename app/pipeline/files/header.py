"""Finds the line that holds the titles of a table: exports begin with what was asked, by whom, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.pipeline.files.limits import Line, is_filled

Count = Callable[[Sequence[object]], int]
"""How many fields are recognised among the cells of a line."""
SURE = 2


def header_at(lines: Sequence[Line], count: Count) -> int | None:
    """Which of the first lines holds the titles; None where none can be read.

    It is the first one in which most fields are recognised. One field alone is believed on the first line, or where the
    table gets wider than whatever was above it: a sentence above a table may hold one of our words. Where nothing is
    recognised, it is the first line of full width.
    """
    best, found, widest = 0, None, 0
    for at, line in enumerate(lines):
        if line.fault:
            continue
        number, width = count(line.cells), width_of(line)
        if number > best and (number >= SURE or width > widest):
            best, found = number, at
        widest = max(widest, width)
    if found is not None:
        return found
    return next((at for at, line in enumerate(lines) if not line.fault and width_of(line) == widest), None)


def width_of(line: Line) -> int:
    """How many cells of a line hold something."""
    return sum(map(is_filled, line.cells))
