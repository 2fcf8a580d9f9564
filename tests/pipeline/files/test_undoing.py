"""The undo of an import removes what it alone has brought, in pages, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from app.actions import imports, mentions, surveys
from app.actions.push import prepare, push, push_source
from app.db import Database
from app.models import (
    AuditMatch,
    Brand,
    Bucket,
    DirtyHour,
    FileImport,
    ImportedMention,
    Match,
    Mention,
    Source,
    SurveyResponse,
)
from app.pipeline.files import undoing
from app.pipeline.files.undoing import UndoImports
from app.pipeline.judge.score import ScorePending
from app.pipeline.keep.aggregate import recount_dirty
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Origin
from app.pipeline.sift.place import Placer
from app.pipeline.sweep import Sweep
from app.services import Services, build
from app.settings import Settings
from app.viewer import Viewer
from collectors.base import RawMention
from sentiment.compact import compact
from tests.imported import NOW, brumelo, editor, import_scores, import_texts, texts


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def viewer(workspace_id: UUID) -> Viewer:
    return editor(workspace_id)


@pytest.fixture
def brand(services: Services, viewer: Viewer) -> Brand:
    return brumelo(services, viewer)


@pytest.fixture
def undo(services: Services, viewer: Viewer) -> Callable[[UUID | None], FileImport]:
    """Undoes an import, as a request and a worker do it together."""

    def do(import_id: UUID | None) -> FileImport:
        assert import_id is not None
        with services.db.writing() as session:
            imports.undo(session, viewer, import_id, services.jobs, NOW)
        UndoImports(services.db)(str(viewer.workspace_id))
        with services.db.reading() as session:
            return session.get_one(FileImport, (viewer.workspace_id, import_id))

    return do


Undo = Callable[[UUID | None], FileImport]


def test_what_an_import_alone_brought_goes_with_all_that_hangs_on_it(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    report = import_texts(services, viewer, ["un", "deux"])
    ScorePending(db, compact(), services.jobs, random=Random(1))()
    with db.writing() as session:
        recount_dirty(session, viewer.workspace_id, brand.id)
        assert session.scalar(select(func.count()).select_from(Bucket)) != 0
    row = undo(report.import_id)
    assert (row.removed, row.undone_at, texts(db)) == (2, NOW, [])
    with db.writing() as session:
        assert session.scalar(select(func.count()).select_from(DirtyHour)) == 2
        recount_dirty(session, viewer.workspace_id, brand.id)
        left = [session.scalar(select(func.count()).select_from(one)) for one in (Match, Bucket, ImportedMention)]
    assert left == [0, 0, 0]


def test_what_another_import_brought_too_stays_until_that_one_is_undone(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    first = import_texts(services, viewer, ["un", "deux"])
    second = import_texts(services, viewer, ["deux", "trois"])
    assert undo(first.import_id).removed == 1
    assert texts(db) == ["deux", "trois"]
    assert undo(second.import_id).removed == 2
    assert texts(db) == []


def test_what_was_there_before_an_import_stays(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    send(services, viewer, "un")
    report = import_texts(services, viewer, ["un", "deux"])
    assert (report.stored, report.kept_count) == (1, 2)
    assert undo(report.import_id).removed == 1
    assert texts(db) == ["un"]


def test_what_is_pushed_after_an_import_stays(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    report = import_texts(services, viewer, ["un", "deux"])
    send(services, viewer, "un")
    assert undo(report.import_id).removed == 1
    assert texts(db) == ["un"]


def test_what_another_source_lists_after_an_import_stays(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    page = RawMention("https://fil.example/1", "https://fil.example/1", "Brumelo ouvre", "Brumelo ouvre à Brest.")
    report = import_texts(services, viewer, ["deux"])
    with db.writing() as session:
        mine = session.scalars(select(Source)).one()
        feed = Source(workspace_id=viewer.workspace_id, collector="rss", name="fil", params={}, interval_seconds=900)
        session.add(feed)
        session.flush()
        imported = Origin(viewer.workspace_id, mine.id, "push", import_id=report.import_id)
        seen = Origin(viewer.workspace_id, feed.id, "rss")
    for origin in (imported, seen):
        batch = Placer(db)(origin, [page], (), NOW)
        with db.writing() as session:
            store(session, origin, batch.placed, ())
    assert len(texts(db)) == 2
    assert undo(report.import_id).removed == 1
    assert texts(db) == ["ouvre à Brest."]


def test_what_somebody_has_worked_on_stays(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    report = import_texts(services, viewer, ["corrigé", "noté", "étiqueté", "autre"])
    with db.writing() as session:
        ids = {row.text: row.id for row in session.scalars(select(Mention))}
    worked = {"corrigé": mentions.MentionChanges(stance="promoter"), "noté": mentions.MentionChanges(note="rappeler")}
    for words, change in worked.items():
        with db.writing() as session:
            mentions.change(session, viewer, [ids[f"Brumelo {words}"]], change, services.jobs, NOW)
    with db.writing() as session:
        labelled = ids["Brumelo étiqueté"]
        session.add(
            AuditMatch(
                workspace_id=viewer.workspace_id, brand_id=brand.id, mention_id=labelled, week=NOW.date(),
                drawn_at=NOW, model="m", negative=0.1, neutral=0.1, positive=0.8, label="negative",
            )
        )  # fmt: skip
    assert undo(report.import_id).removed == 1
    assert texts(db) == ["corrigé", "noté", "étiqueté"]


def test_an_undo_asked_for_twice_is_done_once_and_the_file_can_be_imported_again(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    first = import_texts(services, viewer, ["un"])
    undo(first.import_id)
    again = import_texts(services, viewer, ["un"])
    assert (again.stored, texts(db)) == (1, ["un"])
    assert undo(first.import_id).removed == 1
    assert texts(db) == ["un"]
    assert undo(again.import_id).removed == 1
    assert texts(db) == []


def test_a_large_import_is_undone_in_pages_and_goes_on_after_an_interruption(
    services: Services, db: Database, viewer: Viewer, brand: Brand
) -> None:
    number = 2 * undoing.PAGE + 7
    report = import_texts(services, viewer, [str(one) for one in range(number)])
    assert report.import_id is not None
    with db.writing() as session:
        row = imports.undo(session, viewer, report.import_id, services.jobs, NOW)
        assert (row.removed, row.undone_at) == (undoing.PAGE, None)
    stops = iter([False, True])
    assert UndoImports(db, stopping=lambda: next(stops))(str(viewer.workspace_id)) == undoing.PAGE
    assert len(texts(db)) == 7
    later = datetime(2026, 11, 29, tzinfo=UTC)
    assert UndoImports(db, now=lambda: later)(str(viewer.workspace_id)) == 7
    with db.reading() as session:
        row = session.get_one(FileImport, (viewer.workspace_id, report.import_id))
        assert (row.removed, row.undone_at) == (number, later)
    assert UndoImports(db)(str(viewer.workspace_id)) == 0


def test_an_undo_that_the_queue_lost_is_woken_again(
    services: Services, db: Database, viewer: Viewer, brand: Brand
) -> None:
    import_texts(services, viewer, ["un"])
    with db.writing() as session:
        session.execute(update(FileImport).values(undo_requested_at=NOW))
        session.execute(text("DELETE FROM procrastinate_jobs"))
    Sweep(db, services.jobs)()
    waiting = text("SELECT args ->> 'workspace_id' FROM procrastinate_jobs WHERE task_name = 'undo_imports'")
    with db.reading() as session:
        assert session.scalars(waiting).all() == [str(viewer.workspace_id)]


def test_answers_to_a_survey_are_undone_as_well(
    services: Services, db: Database, viewer: Viewer, brand: Brand, undo: Undo
) -> None:
    first = import_scores(services, viewer, brand.id, [9, 3, 7])
    second = import_scores(services, viewer, brand.id, [9])
    pushed = {"external_id": "r1", "score": 4, "answered_at": "2026-11-20T00:00:00Z"}
    with db.writing() as session:
        surveys.push(session, viewer, brand.id, [pushed])
    assert (undo(first.import_id).removed, answers(db)) == (1, ["r0", "r1"])
    assert (undo(second.import_id).removed, answers(db)) == (1, ["r1"])


def test_the_undo_of_a_workspace_leaves_the_imports_of_others(
    services: Services, db: Database, viewer: Viewer, brand: Brand
) -> None:
    import_texts(services, viewer, ["un"])
    with db.writing() as session:
        session.execute(update(FileImport).values(undo_requested_at=NOW))
    assert UndoImports(db)(str(UUID(int=5))) == 0
    assert texts(db) == ["un"]


def answers(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(SurveyResponse.external_id)))


def send(services: Services, viewer: Viewer, words: str) -> None:
    """Pushes what the import holds under the same id, to the same source."""
    item = {"external_id": words, "text": f"Brumelo {words}", "published_at": "2026-11-20T10:00:00Z"}
    with services.db.writing() as session:
        source = push_source(session, viewer, "Avis")
    prepared = prepare(services.db, viewer, source, [item], NOW)
    with services.db.writing() as session:
        push(session, viewer, prepared, services.jobs)
