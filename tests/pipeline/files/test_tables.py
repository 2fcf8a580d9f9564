"""Tables in files: where they begin, on which sheet, with which separator."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from app.pipeline.files.importing import read_mentions
from app.pipeline.files.limits import BadRow, UnreadableFile
from app.pipeline.files.tables import FileOptions, Shape
from collectors.base import RawMention

ABOVE = (
    'Société Lumette;;;\n;;;\n"Périmètre : France ; Belgique";;;\nAuteur : M. Roux;;;\nFiltre;Tous;;\n'
    "Date;Auteur;Commentaire;Note\n20/11/2026;Zoé;Lumette en panne;1\n"
)


def read(content: bytes | str, how: FileOptions | None = None) -> tuple[Shape, list[RawMention | BadRow]]:
    encoded = content.encode() if isinstance(content, str) else content
    shape, rows = read_mentions(encoded, "a.csv", how or FileOptions())
    return shape, [row for _, row in rows]


def book(**sheets: list[list[object]]) -> bytes:
    made, stream = Workbook(), io.BytesIO()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_the_titles_are_found_below_other_lines(encoding: str) -> None:
    shape, (row,) = read(ABOVE.encode(encoding))
    assert shape.header_row == 6
    assert isinstance(row, RawMention)
    assert (row.text, row.author, row.rating) == ("Lumette en panne", "Zoé", 1.0)


def test_the_line_of_the_titles_can_be_named() -> None:
    content = "Avis;Date\nQuand;Quoi\n2026-11-20;Lumette\n"
    shape, (row,) = read(content, FileOptions({"Quoi": "text", "Quand": "date"}, header_row=2))
    assert (shape.header_row, isinstance(row, RawMention) and row.text) == (2, "Lumette")
    with pytest.raises(UnreadableFile, match="Line 9 of this file holds no titles"):
        read(content, FileOptions(header_row=9))


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "sep=;\n\n"])
def test_a_separator_that_is_said_counts(first: str) -> None:
    shape, (row,) = read(first + "Texte, dit le client;Texte;Date\na, b, c;Lumette, oui;2026-11-20\n")
    assert shape.columns == ("Texte, dit le client", "Texte", "Date")
    assert isinstance(row, RawMention)
    assert row.text == "Lumette, oui"


def test_the_sheet_is_found_and_can_be_named() -> None:
    content = book(
        Lisezmoi=[["Export of November"], ["Author: somebody"]],
        Avis=[["Avis clients", None], ["Date", "Avis"], ["2026-11-20", "Lumette"]],
        Autres=[["Date", "Avis"], ["2026-11-21", "Other"]],
    )
    named = {"": ("Avis", 2, "Lumette"), "autres": ("Autres", 1, "Other"), "3": ("Autres", 1, "Other")}
    for name, (sheet, line, text) in named.items():
        shape, (row,) = read(content, FileOptions(sheet=name))
        assert (shape.sheet, shape.header_row, shape.sheets) == (sheet, line, ("Lisezmoi", "Avis", "Autres"))
        assert isinstance(row, RawMention)
        assert row.text == text
    with pytest.raises(UnreadableFile, match=r"no sheet “Four”\. Its sheets: Lisezmoi, Avis, Autres"):
        read(content, FileOptions(sheet="Four"))


def test_a_day_and_an_hour_in_two_columns_are_one_moment() -> None:
    rows = "Date,Hour,Content\n2026-11-20,14:05,one\n2026-11-20 08:00,14:05,two\n20/11/2026,9,three\n,14:05,four\n"
    found = [row.published_at for row in read(rows)[1] if isinstance(row, RawMention)]
    assert [at and at.strftime("%d %H:%M") for at in found] == ["20 14:05", "20 08:00", "20 09:00", None]


def test_one_id_for_other_words_is_not_one_mention() -> None:
    _, rows = read("id,text\n1.23E+18,one\n1.23E+18,two\n1.23E+18,one\n")
    first, second, third = (row.external_id for row in rows if isinstance(row, RawMention))
    assert (first, third, second == first) == ("1.23E+18", "1.23E+18", False)


def test_a_sheet_that_says_little_over_many_lines_is_read_quickly() -> None:
    made, stream = Workbook(), io.BytesIO()
    sheet = made.worksheets[0]
    sheet["A1"], sheet["XFD1048576"] = "text", "far"
    made.save(stream)
    assert read(stream.getvalue()) == (Shape(("text",), {"text": "text"}, "", 1, "Sheet", ("Sheet",)), [])
