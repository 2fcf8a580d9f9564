"""What mentions were before, written into a word and read again."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.problems import Problem
from app.web.undoing import Before, read, write

BEFORE = Before(uuid4(), {"status": "new", "tags": ["été"], "assignee": None}, {uuid4(): None, uuid4(): "promoter"})


def test_what_is_written_reads_back_as_the_same() -> None:
    assert read(write([BEFORE, BEFORE])) == [BEFORE, BEFORE]


@pytest.mark.parametrize("word", ["x", "", "W10x", "eyJhIjoxfQ", "W1sxLDIsM11d"])
def test_any_other_word_is_refused(word: str) -> None:
    with pytest.raises(Problem):
        read(word)


def test_each_stance_is_put_back_for_its_own_brand() -> None:
    fields, *stances = BEFORE.changes()
    assert (fields.status, fields.tags) == ("new", ["été"])
    assert {one.brand_id: one.stance for one in stances} == BEFORE.stances
