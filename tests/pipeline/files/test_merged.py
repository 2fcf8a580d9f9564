"""Cells that were merged over several rows."""

from __future__ import annotations

import io

import pytest

from app.pipeline.files import merged
from app.pipeline.files.columns import letter_of
from app.pipeline.files.limits import UnreadableFile
from app.pipeline.files.merged import CHUNK, Filling, column_of, merged_down

XML = b'<worksheet><sheetData/><mergeCells count="3"><mergeCell ref="A1:E1"/><mergeCell ref="B2:C4"/>%s</mergeCells>'


def test_only_ranges_over_several_rows_are_kept_by_their_first_column() -> None:
    assert merged_down(io.BytesIO(XML % b'<x:mergeCell ref="AA2:AA3"/>')) == {2: [(1, 4), (26, 3)]}
    assert merged_down(io.BytesIO(XML % b'<mergeCell ref="XFD1:XFD1048576"/>')) == {2: [(1, 4)]}  # further than is read


@pytest.mark.parametrize("before", [CHUNK - 60, CHUNK - 30, CHUNK - 5, CHUNK, 3 * CHUNK - 40])
def test_a_range_at_the_edge_of_a_chunk_is_found_once(before: int) -> None:
    xml = b"x" * before + b'<mergeCell ref="A1:A2"/>' + b"y" * 300 + b'<mergeCell ref="B1:B2"/>'
    assert merged_down(io.BytesIO(xml)) == {1: [(0, 2), (1, 2)]}


def test_more_ranges_than_a_table_has_are_refused() -> None:
    number = merged.MERGES_LIMIT + 1
    with pytest.raises(UnreadableFile, match="more than 50000 merged cells"):
        merged_down(io.BytesIO(b'<mergeCell ref="A1:A2"/>' * number))


def test_the_rows_of_a_range_say_what_its_first_row_says() -> None:
    fill = Filling({2: [(0, 4)], 3: [(1, 9)]})
    rows = {1: ("a", "b"), 2: ("day", "x"), 3: (None, None), 4: (None, "own"), 5: (None, "y"), 6: (None,)}
    filled = {number: fill(number, cells) for number, cells in rows.items()}
    assert filled == {**rows, 3: ("day", None), 4: ("day", "own")}


def test_a_range_that_begins_below_another_of_its_column_takes_over() -> None:
    fill = Filling({1: [(0, 2)], 3: [(0, 4)]})
    assert [fill(number, (cell,)) for number, cell in enumerate(["one", None, "two", None, None], start=1)] == [
        ("one",), ("one",), ("two",), ("two",), (None,),
    ]  # fmt: skip


@pytest.mark.parametrize("place", [0, 25, 26, 701, 702, 16_383])
def test_a_column_is_found_by_its_letters(place: int) -> None:
    assert column_of(letter_of(place)) == place
