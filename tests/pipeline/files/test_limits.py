"""How much of a file is looked at."""

from __future__ import annotations

import pickle

import pytest

from app.pipeline.files.limits import (
    LINES_LIMIT,
    MAX_BYTES,
    Budget,
    UnreadableFile,
    check_lines,
    check_size,
    is_filled,
)


def test_the_last_row_and_the_last_cell_are_read_and_no_more() -> None:
    budget = Budget(rows=2, cells=10)
    budget.spend(4)
    budget.spend(6)
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        budget.spend(0)
    wide = Budget(rows=9, cells=10)
    wide.spend(10)
    with pytest.raises(UnreadableFile, match="more than 10 cells"):
        wide.spend(1)


def test_bytes_and_lines_have_a_limit() -> None:
    check_size(b"x" * MAX_BYTES)
    check_lines(LINES_LIMIT)
    with pytest.raises(UnreadableFile, match="larger than 10 MB"):
        check_size(b"x" * (MAX_BYTES + 1))
    with pytest.raises(UnreadableFile, match="more than 1100000 lines"):
        check_lines(LINES_LIMIT + 1)


def test_a_refusal_keeps_its_words_on_the_way_out_of_the_child() -> None:
    sent = pickle.loads(pickle.dumps(UnreadableFile("No sheet “{name}”.", name="x")))  # our own
    assert (sent.notice.text, sent.notice.args, str(sent)) == ("No sheet “{name}”.", {"name": "x"}, "No sheet “x”.")


@pytest.mark.parametrize(("cell", "full"), [(None, False), ("", False), (0, True), (False, True), (" ", True)])
def test_a_cell_holds_something_or_nothing(cell: object, full: bool) -> None:
    assert is_filled(cell) is full  # type: ignore[arg-type]  # the cases are cells
