"""The line that holds the titles of a table."""

from __future__ import annotations

import pytest

from app.pipeline.files.header import header_at, width_of
from app.pipeline.files.importing import VOCABULARY
from app.pipeline.files.limits import Cell, Line
from ground.notice import Notice

COUNT = VOCABULARY.counts(None)


def lines(*rows: list[Cell]) -> list[Line]:
    return [Line(number, row) for number, row in enumerate(rows, start=1)]


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([["Date", "Avis", "Auteur"], ["2026-11-20", "bien", "Zoé"]], 0),
        ([["Export de novembre"], ["Auteur", "M. Roux"], ["Date", "Avis", "Auteur", "Note"], ["1", "2", "3", "4"]], 2),
        ([["Avis"], ["bien"], ["mal"]], 0),
        ([["Auteur : M. Roux"], ["Avis", "Magasin"], ["bien", "Brest"]], 1),
        ([["Date", "Avis"], ["2026-11-20", "Date"], ["Titre", "Auteur"]], 0),  # the first of equals
        ([["Quand", None], ["Qui", "Quoi", "Où"], ["a", "b", "c"]], 1),  # nothing is known: the first of full width
        ([], None),
    ],
)
def test_most_fields_are_recognised_in_it(rows: list[list[Cell]], at: int | None) -> None:
    assert header_at(lines(*rows), COUNT) == at


def test_a_line_that_cannot_be_read_is_no_header() -> None:
    broken = Line(1, (), Notice("broken"))
    assert header_at([broken, *lines(["Date", "Avis"])], COUNT) == 1
    assert header_at([broken], COUNT) is None


def test_empty_cells_have_no_width() -> None:
    assert width_of(Line(1, ["a", None, "", 0])) == 2
