"""Files are read in a process of their own, two at a time."""

from __future__ import annotations

import pytest

from app.pipeline.files.apart import AT_ONCE, mentions_apart, one_import, shape_apart, whole_answers
from app.pipeline.files.limits import BadRow, UnreadableFile
from app.pipeline.files.tables import AS_FOUND, FileOptions
from app.problems import Problem


def test_the_rows_come_back_in_parts_with_their_lines() -> None:
    content = "text,date\n" + "".join(f"mention {n},2026-11-20\n" for n in range(600)) + "last,\nbad,yesterday\n"
    file = mentions_apart(content.encode(), "a.csv", AS_FOUND)
    parts = list(file.parts())
    assert (file.rows, file.good, file.dated) == (602, 601, 600)
    assert [len(part) for part in parts] == [500, 102]
    assert parts[0][0][0] == 2
    assert isinstance(parts[1][-1][1], BadRow)


def test_a_file_that_cannot_be_read_keeps_its_sentence() -> None:
    with pytest.raises(UnreadableFile, match="Only a spreadsheet") as refused:
        shape_apart(b"text\na\n", "a.csv", FileOptions(sheet="X"), False)
    assert refused.value.notice.text.startswith("Only a spreadsheet")
    with pytest.raises(UnreadableFile, match="larger than 10 MB"):
        mentions_apart(b"a" * 10_000_001, "a.csv", AS_FOUND)


def test_answers_are_all_dated() -> None:
    file = whole_answers(b"score,date\n9,2026-11-20\n8,\n", "a.csv", AS_FOUND)
    assert (file.good, file.dated) == (1, 1)


def test_whoever_comes_third_is_told_to_wait() -> None:
    places = [one_import() for _ in range(AT_ONCE)]
    for place in places:
        place.__enter__()
    try:
        with pytest.raises(Problem) as refused, one_import():
            pass
    finally:
        for place in places:
            place.__exit__(None, None, None)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "15"})
    with one_import():
        pass


def test_the_parts_can_be_gone_through_again_and_take_little_room() -> None:
    file = mentions_apart(b"text,date\n" + b"a mention of some words,2026-11-20\n" * 2_000, "a.csv", AS_FOUND)
    assert list(file.parts()) == list(file.parts())
    assert sum(map(len, file.packed)) < 200_000
