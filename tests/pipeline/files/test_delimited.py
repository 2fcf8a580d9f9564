"""The lines of CSV files whose quotation marks and bytes are not as they should be."""

from __future__ import annotations

import pytest

from app.pipeline.files.delimited import csv_lines, decode
from app.pipeline.files.importing import VOCABULARY
from app.pipeline.files.limits import Line, UnreadableFile

COUNT = VOCABULARY.counts(None)


def lines(text: str) -> list[Line]:
    return list(csv_lines(text, 0, COUNT))


def test_a_quotation_mark_left_open_costs_its_own_line_only() -> None:
    found = lines('text,date\n"open,1\n' + "good,2\n" * 3)
    assert [(line.number, bool(line.fault)) for line in found] == [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
        (5, False),
    ]
    assert list(found[2].cells) == ["good", "2"]


def test_what_was_inside_a_broken_row_is_told_too() -> None:
    found = lines('text,date\n"open,1\nhalf a line\ngood,2\n')
    assert [(line.number, bool(line.fault)) for line in found] == [(1, False), (2, True), (3, True), (4, False)]


def test_many_quotation_marks_left_open_end_the_file_with_a_sentence() -> None:
    with pytest.raises(UnreadableFile, match="Many quotation marks are left open, for instance on line 22"):
        lines("text,date\n" + 'a,"open\n' * 100_000)


def test_a_few_bad_bytes_do_not_turn_utf_8_into_another_encoding() -> None:
    text = "déçu par l’accueil, très déçu, réellement"
    assert decode(text.encode() + b"\xe9 ") == text + "\ufffd "
    assert decode(text.encode("cp1252")) == text
