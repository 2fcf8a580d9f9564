"""Reads a file in a process that can be killed, two at a time: whoever sends more of them is told to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from threading import BoundedSemaphore
from typing import Generic, TypeVar, cast

from app.pipeline.files.answering import read_answers, shape_of_answers
from app.pipeline.files.importing import read_mentions, shape_of_mentions
from app.pipeline.files.limits import BadRow, UnreadableFile, check_size
from app.pipeline.files.tables import FileOptions, Shape
from app.problems import Problem
from collectors.base import Answer, RawMention
from ground.isolate import CHILDREN, Crashed, TooSlow, isolated
from ground.nursery import pack, unpack

T = TypeVar("T")

SECONDS, GLANCE_SECONDS = 60.0, 15.0
"""Processor time for a whole file, and for its columns and its first rows. 100,000 rows of a spreadsheet take 20."""
AT_ONCE = 2
PART = 500
"""Rows that are handed on together."""
WAIT_SECONDS = 15

_imports = BoundedSemaphore(AT_ONCE)
_readings = BoundedSemaphore(max(1, min(AT_ONCE, CHILDREN - 1)))  # the others read what is pushed to us meanwhile


@dataclass(frozen=True, slots=True)
class ReadFile(Generic[T]):
    """A file that was read. `dated`: how many of its `good` rows have a date.

    The parts are packed, because 200,000 short rows take 8 MiB so, and 250 MiB unpacked.
    """

    shape: Shape
    rows: int
    good: int
    dated: int
    packed: Sequence[bytes] = field(repr=False)

    def parts(self) -> Iterator[list[tuple[int, T | BadRow]]]:
        """The rows with their lines, PART at a time."""
        return (cast("list[tuple[int, T | BadRow]]", unpack(part)) for part in self.packed)


@contextmanager
def one_import() -> Iterator[None]:
    """Holds one of the places for imports of this process. Raises Problem 503 at once where all are taken."""
    if not _imports.acquire(blocking=False):
        raise Problem(
            "imports-busy",
            503,
            "{n} files are being imported already: try again in {seconds} seconds.",
            headers={"Retry-After": str(WAIT_SECONDS)},
            n=AT_ONCE,
            seconds=WAIT_SECONDS,
        )
    try:
        yield
    finally:
        _imports.release()


def mentions_apart(content: bytes, filename: str, how: FileOptions) -> ReadFile[RawMention]:
    """The mentions of a file. Raises UnreadableFile; Starved when the machine has no time."""
    return _apart(whole_mentions, content, filename, how, SECONDS)


def answers_apart(content: bytes, filename: str, how: FileOptions) -> ReadFile[Answer]:
    """The answers in a file. Raises as `mentions_apart`."""
    return _apart(whole_answers, content, filename, how, SECONDS)


def shape_apart(content: bytes, filename: str, how: FileOptions, survey: bool) -> Shape:
    """How a file of mentions, or of answers to a survey, would be read. Raises as `mentions_apart`."""
    return _apart(shape_of_answers if survey else shape_of_mentions, content, filename, how, GLANCE_SECONDS)


def whole_mentions(content: bytes, filename: str, how: FileOptions) -> ReadFile[RawMention]:
    """Reads a file of mentions here. Raises UnreadableFile."""
    shape, rows = read_mentions(content, filename, how)
    return _whole(shape, rows, lambda row: row.published_at is not None)


def whole_answers(content: bytes, filename: str, how: FileOptions) -> ReadFile[Answer]:
    """Reads a file of answers here. Raises UnreadableFile."""
    shape, rows = read_answers(content, filename, how)
    return _whole(shape, rows, lambda _: True)


def _whole(shape: Shape, rows: Iterator[tuple[int, T | BadRow]], is_dated: Callable[[T], bool]) -> ReadFile[T]:
    number, good, dated, packed = 0, 0, 0, list[bytes]()
    while part := list(islice(rows, PART)):
        read = [row for _, row in part if not isinstance(row, BadRow)]
        number, good, dated = number + len(part), good + len(read), dated + sum(map(is_dated, read))
        packed.append(pack(part))
    return ReadFile(shape, number, good, dated, packed)


def _apart(
    function: Callable[[bytes, str, FileOptions], T], content: bytes, filename: str, how: FileOptions, seconds: float
) -> T:
    check_size(content)
    try:
        with _readings:
            return isolated(function, content, filename, how, seconds=seconds)
    except TooSlow:
        raise UnreadableFile("This file takes too long to read: split it, or save it as CSV.") from None
    except Crashed:
        raise UnreadableFile("This file cannot be read safely: split it, or save it as CSV.") from None
