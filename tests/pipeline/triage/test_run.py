"""Changes of many mentions go on in the background, page by page, and so does their undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.actions import bulk
from app.actions.mentions import MentionChanges
from app.db import Database
from app.jobs import Jobs
from app.models import BulkChange, Mention
from app.pipeline.sweep import Sweep
from app.pipeline.triage.run import UNDO_FOR, ChangeMany
from app.viewer import ROLE_SCOPES, Viewer
from tests.rows import NOW, mention_row


@pytest.fixture
def many(db: Database, workspace_id: UUID) -> Viewer:
    """An editor, and seven mentions."""
    with db.writing() as session:
        session.add_all(mention_row(workspace_id, f"mention {number}") for number in range(7))
    return Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["manager"])


def start(db: Database, viewer: Viewer) -> bulk.Started:
    with db.writing() as session:
        return bulk.change_all(session, viewer, select(Mention.id), MentionChanges(status="closed"), Jobs(), NOW, 2)


def closed(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).where(Mention.status == "closed")) or 0


def pages(number: int) -> Callable[[], bool]:
    """Stops before the page after so many."""
    left: Iterator[bool] = iter([False] * number + [True] * 99)
    return lambda: next(left)


def row_of(db: Database) -> BulkChange:
    with db.reading() as session:
        return session.scalars(select(BulkChange)).one()


def test_a_large_change_waits_for_a_worker_and_goes_on_after_an_interruption(db: Database, many: Viewer) -> None:
    started = start(db, many)
    assert (started.change.state, started.change.total, closed(db)) == ("applying", 7, 0)
    key = str(many.workspace_id)
    assert ChangeMany(db, Jobs(), stopping=pages(1), page=3)(key) == 3
    assert (closed(db), row_of(db).done, row_of(db).state) == (3, 3, "applying")
    end = NOW + timedelta(minutes=3)
    assert ChangeMany(db, Jobs(), now=lambda: end, page=3)(key) == 4
    assert (closed(db), row_of(db).state, row_of(db).undo_until) == (7, "done", end + UNDO_FOR)
    assert ChangeMany(db, Jobs())(key) == 0


def test_an_undo_while_it_goes_on_puts_back_what_was_done_and_ends_it(db: Database, many: Viewer) -> None:
    started = start(db, many)
    key = str(many.workspace_id)
    ChangeMany(db, Jobs(), stopping=pages(1), page=3)(key)
    with db.writing() as session:
        assert bulk.undo(session, many, started.token, Jobs(), NOW, 2).state == "undoing"
    ChangeMany(db, Jobs(), now=lambda: NOW + timedelta(seconds=1), page=3)(key)
    row = row_of(db)
    assert (closed(db), row.state, row.restored, row.kept) == (0, "undone", 3, 0)


def test_the_sweep_wakes_what_waits_and_forgets_what_is_over(db: Database, many: Viewer) -> None:
    start(db, many)
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'bulk'")
    with db.writing() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    Sweep(db, Jobs(), now=lambda: NOW + timedelta(days=1))()
    with db.reading() as session:
        assert session.scalar(waiting) == 1
    ChangeMany(db, Jobs(), now=lambda: NOW)(str(many.workspace_id))
    Sweep(db, Jobs(), now=lambda: NOW + timedelta(minutes=30))()
    assert row_of(db).state == "done"
    Sweep(db, Jobs(), now=lambda: NOW + timedelta(days=1))()
    with db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM bulk_change")) == 0
        assert session.scalar(text("SELECT count(*) FROM bulk_item")) == 0
