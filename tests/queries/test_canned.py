"""Canned answers are listed by name and filled in."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.db import Database
from app.models import CannedAnswer
from app.problems import Problem
from app.queries.canned import canned_answer, canned_answers, filled, unknown_fields
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import next_id


def test_they_are_listed_by_name_in_their_workspace(db: Database, viewer: Viewer, elsewhere: Viewer, add: Add) -> None:
    rows = [CannedAnswer(workspace_id=where.workspace_id, id=next_id(), name=name, text="x")
            for where, name in ((viewer, "b"), (viewer, "A"), (elsewhere, "c"))]  # fmt: skip
    add(*rows)
    with db.reading() as session:
        assert [row.name for row in canned_answers(session, viewer)] == ["A", "b"]
        assert canned_answer(session, viewer, rows[0].id).name == "b"
        for missing in (rows[2].id, uuid4()):
            with pytest.raises(Problem):
                canned_answer(session, viewer, missing)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {author}, thank you. {my name}", "Hello Ana, thank you. Léo"),
        ("Hello {brand}, {author}!", "Hello, Ana!"),
        ("{ author }", "Ana"),
        ("no field", "no field"),
    ],
)
def test_fields_are_filled_in_and_empty_ones_leave_no_gap(text: str, said: str) -> None:
    assert filled(text, {"author": "Ana", "my name": "Léo", "brand": ""}) == said


def test_what_is_no_field_is_named() -> None:
    assert unknown_fields("{author} {price} {my name}") == ["price"]
