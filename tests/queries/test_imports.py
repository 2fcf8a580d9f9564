"""The list of imports, and what an undo would do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.actions import imports as actions
from app.models import FileImport
from app.problems import Problem
from app.queries.imports import Undo, file_import, file_imports, state_of, undo_of
from app.services import Services, build
from app.settings import Settings
from tests.imported import NOW, brumelo, editor, import_scores, import_texts


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


def test_the_newest_import_comes_first_and_pages_follow(services: Services, workspace_id: UUID) -> None:
    viewer = editor(workspace_id)
    made = [import_texts(services, viewer, [name], name).import_id for name in ("un", "deux", "trois")]
    with services.db.reading() as session:
        first = file_imports(session, viewer, limit=2)
        rest = file_imports(session, viewer, first.next, limit=2)
        others = file_imports(session, editor(uuid4()))
    assert [row.id for row in (*first.items, *rest.items)] == made[::-1]
    assert others.items == []


def test_an_undo_says_before_how_many_go_and_how_many_stay(services: Services, workspace_id: UUID) -> None:
    viewer = editor(workspace_id)
    brand = brumelo(services, viewer)
    first = import_texts(services, viewer, ["un", "deux", "trois"]).import_id
    import_texts(services, viewer, ["trois"])
    scores = import_scores(services, viewer, brand.id, [9, 3]).import_id
    assert first is not None
    assert scores is not None
    with services.db.reading() as session:
        assert undo_of(session, viewer, first) == Undo(removes=2, leaves=1)
        assert undo_of(session, viewer, scores) == Undo(removes=2, leaves=0)
    with services.db.writing() as session:
        actions.undo(session, viewer, first, services.jobs, NOW)
    with services.db.reading() as session:
        assert undo_of(session, viewer, first) == Undo(removes=0, leaves=0)


def test_an_import_of_another_workspace_is_not_found(services: Services, workspace_id: UUID) -> None:
    made = import_texts(services, editor(workspace_id), ["un"]).import_id
    assert made is not None
    with services.db.reading() as session, pytest.raises(Problem) as refused:
        file_import(session, editor(uuid4()), made)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("times", "state"),
    [
        ({}, "unfinished"),
        ({"finished_at": NOW}, "done"),
        ({"finished_at": NOW, "undo_requested_at": NOW}, "undoing"),
        ({"undo_requested_at": NOW, "undone_at": NOW + timedelta(hours=1)}, "undone"),
    ],
)
def test_the_state_of_an_import_is_told_by_its_times(times: dict[str, Any], state: str) -> None:
    assert state_of(FileImport(**times)) == state
