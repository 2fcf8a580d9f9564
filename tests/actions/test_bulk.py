"""The same change for many mentions, and its undo by a token."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.actions import bulk
from app.actions.mentions import MentionChanges
from app.db import Database
from app.jobs import Jobs
from app.models import AuditEntry, Mention
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import NOW, mention_row


@pytest.fixture
def ids(db: Database, viewer: Viewer) -> list[UUID]:
    rows = [mention_row(viewer.workspace_id, text) for text in ("one", "two")]
    with db.writing() as session:
        session.add_all(rows)
    return [row.id for row in rows]


def statuses(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Mention.status).order_by(Mention.text)))


def close(db: Database, viewer: Viewer, ids: list[UUID]) -> bulk.Started:
    with db.writing() as session:
        return bulk.change_these(session, viewer, ids, MentionChanges(status="closed"), Jobs(), NOW)


def undo(db: Database, viewer: Viewer, token: str, seconds: int = 1) -> str:
    with db.writing() as session:
        return bulk.undo(session, viewer, token, Jobs(), NOW + timedelta(seconds=seconds)).state


def test_a_change_is_undone_once_within_a_minute(db: Database, viewer: Viewer, ids: list[UUID]) -> None:
    started = close(db, viewer, ids)
    assert (started.change.state, started.change.done, statuses(db)) == ("done", 2, ["closed", "closed"])
    with pytest.raises(Problem) as late:
        undo(db, viewer, started.token, 61)
    assert (late.value.status, late.value.code, statuses(db)) == (409, "too-late", ["closed", "closed"])
    assert undo(db, viewer, started.token, 60) == "undone"
    assert statuses(db) == ["new", "new"]
    close(db, replace(viewer, actor="bob@example.com"), ids[:1])
    assert undo(db, viewer, started.token) == "undone"
    assert statuses(db) == ["closed", "new"]


def test_a_token_opens_nothing_elsewhere(db: Database, viewer: Viewer, ids: list[UUID]) -> None:
    started = close(db, viewer, ids)
    for whose, token in ((replace(viewer, workspace_id=uuid4()), started.token), (viewer, "another")):
        with pytest.raises(Problem) as missing:
            undo(db, whose, token)
        assert missing.value.status == 404
    with db.reading() as session, pytest.raises(Problem):
        bulk.progress(session, viewer, uuid4())


def test_a_change_is_for_all_or_none_and_changes_something(db: Database, viewer: Viewer, ids: list[UUID]) -> None:
    for asked, changes, status in (
        ([*ids, uuid4()], MentionChanges(status="closed"), 404),
        (ids, MentionChanges(), 422),
    ):
        with db.writing() as session, pytest.raises(Problem) as refused:
            bulk.change_these(session, viewer, asked, changes, Jobs(), NOW)
        assert refused.value.status == status
    assert statuses(db) == ["new", "new"]


def test_one_that_is_selected_twice_is_changed_once(db: Database, viewer: Viewer, ids: list[UUID]) -> None:
    twice = select(Mention.id).union_all(select(Mention.id))
    with db.writing() as session:
        started = bulk.change_all(session, viewer, twice, MentionChanges(tags=["a", "b", "a"]), Jobs(), NOW)
        assert (started.change.total, started.change.changes) == (2, {"tags": ["a", "b"]})
        assert bulk.progress(session, viewer, started.change.id).done == 2


def test_the_audit_log_names_the_one_or_says_how_many(db: Database, viewer: Viewer, ids: list[UUID]) -> None:
    undo(db, viewer, close(db, viewer, ids[:1]).token)
    close(db, viewer, ids)
    with db.reading() as session:
        lines = session.execute(select(AuditEntry.action, AuditEntry.target).order_by(AuditEntry.id)).all()
    one = str(ids[0])
    assert sorted(lines) == [("mention.undo", one), ("mention.update", one), ("mention.update", "2 mentions")]
