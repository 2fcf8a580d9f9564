"""The lines of a CSV file: its encoding, its separator, and its quotation marks, one of which may be left open."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from app.pipeline.files.header import Count
from app.pipeline.files.limits import CELL_LIMIT, Line, UnreadableFile, check_lines
from ground.notice import Notice

SEPARATORS = (";", ",", "\t", "|")
HEAD_LINES, HEAD_CHARS = 60, 100_000
OPEN_LIMIT = 20
"""Quotation marks left open that are put up with: behind each, the lines are read again, one by one."""
_SAID = re.compile(r'"?sep=(.)"?[;,\t]*\s*')


def decode(content: bytes) -> str:
    """The text of a file: UTF-16 with or without its mark, UTF-8, else Windows-1252.

    A file in UTF-8 with a few bad bytes stays UTF-8: read as Windows-1252, all its accents would be lost for them.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    head = content[:2000]
    if head[1::2].count(0) > len(head) // 4:  # UTF-16 without its mark: every other byte of Western text is zero
        return content.decode("utf-16-le", "replace")
    if head[::2].count(0) > len(head) // 4:
        return content.decode("utf-16-be", "replace")
    text = content.decode("utf-8-sig", "replace")
    bad = text.count("\ufffd")
    good = sum(byte >= 0xC2 for byte in content) - bad if bad else 0
    return text if not bad or good > 4 * bad else content.decode("cp1252", "replace")


def csv_lines(text: str, header_row: int, count: Count) -> Iterator[Line]:
    """The lines of a file that are not empty. Raises UnreadableFile."""
    check_lines(max(text.count("\n"), text.count("\r")))
    lines = list(io.StringIO(text, newline=""))
    said = next((_SAID.fullmatch(line) for line in lines if line.strip()), None)
    if said:
        lines = ["\n" if _SAID.fullmatch(line) else line for line in lines[:10]] + lines[10:]
    return _parse(lines, said[1] if said else _separator(lines[max(header_row - 1, 0) :], count))


class _Feed:
    """Gives the lines of a file to a csv.reader, from any of them on."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.at = lines, 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def _parse(lines: Sequence[str], separator: str) -> Iterator[Line]:
    feed, opened, width, doubtful = _Feed(lines), 0, 0, 0
    reader = csv.reader(feed, delimiter=separator, strict=True)
    while True:
        start = feed.at
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(start + 1, (), _fault(str(error)))
            if feed.at > start + 1:  # it swallowed lines: those of full width are rows, the others part of the fault
                opened, doubtful = _opened(opened, start + 1), max(doubtful, feed.at)
                feed.at = start + 1
            continue
        if not any(cells):
            continue
        if start < doubtful and len(cells) != width:
            yield Line(start + 1, (), _fault("it is part of a row that cannot be read"))
            continue
        width = max(width, len(cells))
        yield Line(start + 1, cells)


def _opened(before: int, line: int) -> int:
    if before >= OPEN_LIMIT:
        raise UnreadableFile(
            "Many quotation marks are left open, for instance on line {line}: save the file again as CSV, with every "
            "text between quotation marks.",
            line=line,
        )
    return before + 1


def _fault(cause: str) -> Notice:
    return Notice("This row could not be read: {cause}. Is a quotation mark left open?", {"cause": cause})


def _separator(lines: Sequence[str], count: Count) -> str:
    """The separator by which most fields are recognised, else the one that the first line holds most often outside
    quotes. Guessing from the rows fails where they hold prose."""
    head, first = _head(lines), _outside_quotes(lines)
    return max(SEPARATORS, key=lambda one: (_count_titles(head, one, count), first.count(one)))


def _head(lines: Sequence[str]) -> list[str]:
    head = [line for line in lines[: 3 * HEAD_LINES] if line.strip()][:HEAD_LINES]
    return "".join(head)[:HEAD_CHARS].splitlines(keepends=True)


def _count_titles(head: Sequence[str], separator: str, count: Count) -> int:
    best = 0
    try:
        for cells in csv.reader(head, delimiter=separator):
            best = max(best, count(cells))
    except csv.Error:
        pass
    return best


def _outside_quotes(lines: Sequence[str]) -> str:
    """What the first line that is not empty holds outside quotes; a quoted text may go on below."""
    quoted, kept = False, list[str]()
    for char in "".join(lines[:HEAD_LINES]).lstrip("\r\n")[:20_000]:
        if char == '"':
            quoted = not quoted
        elif char in "\r\n" and not quoted:
            break
        elif not quoted:
            kept.append(char)
    return "".join(kept)


csv.field_size_limit(CELL_LIMIT + 1)
