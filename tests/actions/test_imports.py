"""Imports as rows: counted as they go on, undone once, and no longer going on after that."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.actions import imports
from app.actions.import_report import Report
from app.models import AuditEntry, FileImport
from app.pipeline.files.tables import Shape
from app.problems import Problem
from app.services import Services, build
from app.settings import Settings
from app.viewer import Viewer
from tests.imported import NOW, brumelo, import_scores, import_texts


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


def row_of(services: Services, viewer: Viewer, import_id: UUID | None) -> FileImport:
    with services.db.reading() as session:
        return session.get_one(FileImport, (viewer.workspace_id, import_id))


def test_an_import_says_who_brought_what_from_where(services: Services, viewer: Viewer) -> None:
    brand = brumelo(services, viewer)
    row = row_of(services, viewer, import_texts(services, viewer, ["un", "deux"]).import_id)
    assert (row.actor, row.file, row.source_name, row.started_at) == (viewer.actor, "avis.csv", "Avis", NOW)
    assert (row.read, row.stored, row.refused, row.source_id is None) == (2, 2, 0, False)
    assert row.shape["unused_columns"] == ["Magasin"]
    assert row.finished_at is not None
    again = row_of(services, viewer, import_texts(services, viewer, ["deux", "trois"]).import_id)
    assert (again.read, again.stored, again.unchanged) == (2, 1, 1)
    scores = row_of(services, viewer, import_scores(services, viewer, brand.id, [9, 11]).import_id)
    assert (scores.brand_id, scores.source_name, scores.stored, scores.refused) == (brand.id, "Brumelo", 1, 1)


def test_an_import_of_which_nothing_is_kept_is_a_row_and_makes_no_source(services: Services, viewer: Viewer) -> None:
    report = import_texts(services, viewer, ["un"])
    row = row_of(services, viewer, report.import_id)
    assert (row.read, row.unmatched, row.source_id) == (1, 1, None)
    with services.db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM source")) == 0


def test_an_undo_is_audited_with_how_many_it_removes(services: Services, viewer: Viewer) -> None:
    brumelo(services, viewer)
    report = import_texts(services, viewer, ["un", "deux"])
    assert report.import_id is not None
    for _ in range(2):
        with services.db.writing() as session:
            imports.undo(session, viewer, report.import_id, services.jobs, NOW)
    with services.db.reading() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "import.undo"))
    assert (entry.actor, entry.target) == (viewer.actor, str(report.import_id))
    assert entry.details == {"file": "avis.csv", "removes": 2}


def test_an_import_that_is_undone_while_it_goes_on_stores_no_more(services: Services, viewer: Viewer) -> None:
    with services.db.writing() as session:
        begun = imports.begin(session, viewer, "a.csv", "Avis", Shape(("Avis",), {"text": "Avis"}), 3, NOW)
        imports.lock_open(session, viewer, begun)
        imports.undo(session, viewer, begun, services.jobs, NOW)
    with services.db.writing() as session, pytest.raises(Problem) as refused:
        imports.finish(session, viewer, begun, Report(stored=3), NOW)
    assert (refused.value.status, refused.value.code) == (409, "import-undone")


def test_an_import_of_nobody_is_not_found(services: Services, viewer: Viewer) -> None:
    with services.db.writing() as session, pytest.raises(Problem) as refused:
        imports.undo(session, viewer, uuid4(), services.jobs, NOW)
    assert refused.value.status == 404
