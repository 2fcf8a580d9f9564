"""The sheets of a spreadsheet, and the lines of one."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from app.pipeline.files.importing import VOCABULARY
from app.pipeline.files.limits import UnreadableFile
from app.pipeline.files.sheets import Sheet, open_sheet

COUNT = VOCABULARY.counts(None)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def opened(book: Workbook, wanted: str = "") -> Sheet:
    return open_sheet(saved(book), wanted, COUNT)


def two_sheets() -> Workbook:
    book = Workbook()
    book.worksheets[0].title = "Lisez-moi"
    book.worksheets[0].append(["Comment lire ce fichier"])
    book.create_sheet("2026").append(["Date", "Avis"])
    return book


@pytest.mark.parametrize(
    ("wanted", "name"), [("", "2026"), ("lisez-moi ", "Lisez-moi"), ("1", "Lisez-moi"), ("2026", "2026")]
)
def test_a_sheet_is_found_by_what_it_holds_by_its_name_or_its_number(wanted: str, name: str) -> None:
    sheet = opened(two_sheets(), wanted)
    assert (sheet.name, sheet.names) == (name, ("Lisez-moi", "2026"))


@pytest.mark.parametrize("wanted", ["0", "3", "Avis", "9" * 50])
def test_a_sheet_that_is_not_there_is_told_with_those_that_are(wanted: str) -> None:
    with pytest.raises(UnreadableFile, match="Its sheets: Lisez-moi, 2026"):
        opened(two_sheets(), wanted)


def test_a_hidden_sheet_is_read_only_when_it_is_named() -> None:
    book = two_sheets()
    book.worksheets[1].sheet_state = "hidden"
    assert opened(book).name == "Lisez-moi"
    assert opened(book, "2026").name == "2026"


def test_empty_lines_keep_their_number_and_cells_their_kind() -> None:
    book = Workbook()
    for row in (["Date", "Avis", None], [], [date(2026, 11, 20), 4.5, None], ["=1+1", True, None]):
        book.worksheets[0].append(row)
    lines = [(line.number, list(line.cells)) for line in opened(book).lines]
    day = datetime(2026, 11, 20)  # noqa: DTZ001  # spreadsheets know no zones
    assert lines == [(1, ["Date", "Avis"]), (3, [day, 4.5]), (4, ["=1+1", True])]


def test_a_cell_merged_over_rows_is_read_in_each_of_them() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Date", "Avis"],
        ["20/11/2026", "un"],
        [None, "deux"],
        [None, "trois"],
        [None, None],
        [None, "quatre"],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("A5:B5")
    assert [list(line.cells) for line in opened(book).lines][1:] == [
        ["20/11/2026", "un"], ["20/11/2026", "deux"], [None, "trois"], [None, "quatre"],
    ]  # fmt: skip


def test_a_sheet_without_any_line_is_empty() -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        opened(Workbook())


def test_what_is_not_a_spreadsheet_inside_is_damaged() -> None:
    content = saved(two_sheets())
    with pytest.raises(UnreadableFile, match="damaged"):
        open_sheet(content[: len(content) // 2], "", COUNT)
