"""Mentions from a file: its name, its batches, and what is reported of it."""

from __future__ import annotations

import pytest

from app.actions.import_report import Report
from app.actions.importing import batches_of, checked_name, glance_at
from app.pipeline.files.limits import BadRow
from app.problems import Problem
from ground.notice import Notice

BAD = Notice("There is no date")


@pytest.mark.parametrize(("name", "read"), [("  My file ", "My file"), ("a" * 100, "a" * 100), ("a\nb", "a b")])
def test_the_name_of_an_import_is_one_line(name: str, read: str) -> None:
    assert checked_name(name) == read


@pytest.mark.parametrize("name", ["", " \n ", "a" * 101])
def test_an_import_has_a_name(name: str) -> None:
    with pytest.raises(Problem) as refused:
        checked_name(name)
    assert refused.value.errors[0].field == "source"


def test_the_bad_rows_of_each_part_go_to_the_report() -> None:
    parts: list[list[tuple[int, str | BadRow]]] = [
        [(2, "two"), (3, BadRow(3, BAD))],
        [(4, BadRow(4, BAD)), (5, "five")],
    ]
    report = Report()
    assert list(batches_of(parts, report)) == [[(2, "two")], [(5, "five")]]
    assert [(line, str(why)) for line, why in report.refused] == [(3, str(BAD)), (4, str(BAD))]


def test_an_empty_file_is_refused_as_a_whole() -> None:
    with pytest.raises(Problem) as glanced:
        glance_at(b"", "a.csv")
    assert glanced.value.code == "unreadable-file"


def test_a_glance_says_what_the_columns_are_taken_for() -> None:
    shape = glance_at(b"Rapport;;\nAvis;Date;Magasin\nparfait;2026-11-20;Brest\n", "a.csv")
    assert (shape.header_row, shape.unused, shape.samples[0]) == (2, ("Magasin",), ("parfait", "2026-11-20", "Brest"))
    told = Report(shape=shape).as_json()
    assert (told["columns"], told["unused_columns"]) == ({"Avis": "text", "Date": "date"}, ["Magasin"])
    assert glance_at(b"Note;Date\n9;2026-11-20\n", "a.csv", survey=True).fields == {"score": "Note", "date": "Date"}
