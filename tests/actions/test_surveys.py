"""Answers to surveys: each is stored once, whatever is sent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.actions.surveys import _read, delete, keep, push
from app.db import Database
from app.models import AuditEntry, SurveyResponse
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import brand_row

GOOD = {"external_id": "1", "score": 9, "answered_at": "2026-11-20T10:00:00Z"}


@pytest.mark.parametrize(
    ("item", "fields"),
    [
        ({**GOOD, "score": 11}, {"score"}),
        ({**GOOD, "score": "9"}, {"score"}),
        ({**GOOD, "score": 9.5}, {"score"}),
        ({**GOOD, "answered_at": "2026-11-20T10:00:00"}, {"answered_at"}),
        ({**GOOD, "stars": 5}, {"stars"}),
        ({"external_id": " "}, {"external_id", "score", "answered_at"}),
        ("nine", {"body"}),
    ],
)
def test_a_refused_answer_says_which_fields_are_wrong(item: Any, fields: set[str]) -> None:
    [result] = list(_read([item]))
    assert {error.field for error in getattr(result, "errors", ())} == fields


def test_an_answer_is_stored_once_changed_and_forgotten(db: Database, viewer: Viewer) -> None:
    brand = brand_row(viewer.workspace_id, "Acme")
    with db.writing() as session:
        session.add(brand)
    with db.writing() as session:
        sent = [GOOD, {**GOOD, "score": 3}, {"external_id": "2"}, GOOD]
        assert [each.status for each in push(session, viewer, brand.id, sent)] == [
            "stored", "updated", "refused", "updated",
        ]  # fmt: skip
        [again] = keep(session, viewer, brand.id, [GOOD])
        assert again.status == "unchanged"
        assert session.scalars(select(AuditEntry.details)).all() == [{"kept": 3}]
        row = session.scalars(select(SurveyResponse)).one()
        assert (row.id, row.score) == (again.id, 9)
        with pytest.raises(Problem) as nowhere:
            keep(session, viewer, uuid4(), [GOOD])
        delete(session, viewer, row.id)
        assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 0
        with pytest.raises(Problem) as missing:
            delete(session, viewer, row.id)
        assert (nowhere.value.status, missing.value.status) == (404, 404)
