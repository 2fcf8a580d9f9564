"""API keys of one workspace, and what they were used for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from app.actions.keys import NewKey, create
from app.db import Database
from app.models import RequestCount
from app.models.workspace import WINDOW
from app.pipeline.sweep import clean
from app.queries.keys import api_keys, usage
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_keys_are_listed_oldest_first(db: Database, workspace_id: UUID, elsewhere: Viewer) -> None:
    admin = Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["admin"])
    with db.writing() as session:
        for name in ("first", "second"):
            create(session, admin, NewKey(name=name, scopes=["read"]), NOW)
    with db.reading() as session:
        assert [row.name for row in api_keys(session, admin).items] == ["first", "second"]
        assert api_keys(session, elsewhere).items == []


def test_requests_are_told_by_day_before_and_after_the_sweep(db: Database, workspace_id: UUID) -> None:
    admin = Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["admin"])

    def told() -> list[tuple[date, int]]:
        with db.reading() as session:
            keys = api_keys(session, admin).items
            return [(each.day, each.requests) for each in usage(session, admin, keys, NOW, days=3)[keys[0].id]]

    with db.writing() as session:
        key = create(session, admin, NewKey(name="script", scopes=["read"]), NOW).row.id
        for subject, at, requests in (
            (f"key:{key}", NOW, 3),
            (f"key:{key}", NOW - timedelta(hours=1), 4),
            (f"key:{key}", NOW - timedelta(days=1), 5),
            (f"costly:{key}", NOW - timedelta(days=1), 50),
            ("key:nonsense", NOW - timedelta(days=1), 500),
        ):
            session.add(RequestCount(subject=subject, counted_in=int(at.timestamp()) // WINDOW, requests=requests))
    expected = [(date(2026, 11, 20), 0), (date(2026, 11, 21), 5), (date(2026, 11, 22), 7)]
    assert told() == expected
    for _ in range(2):
        with db.writing() as session:
            clean(session, NOW)
        assert told() == expected
    with db.reading() as session:
        assert session.query(RequestCount).count() == 1
