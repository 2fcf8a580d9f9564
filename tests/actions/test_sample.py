"""The sample comes once, and goes without a trace."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from app.actions import sample
from app.actions.rules import checked_params
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, Source
from app.viewer import Viewer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_the_sample_comes_once_and_goes_without_a_trace(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        assert sample.load(session, viewer, Jobs(), NOW)
        assert not sample.load(session, viewer, Jobs(), NOW)
        assert session.scalar(select(func.count()).select_from(Source)) == 4
        assert session.scalar(select(func.count()).select_from(AlertRule)) == 1
        assert session.scalars(select(AlertRule.channels)).one() == []  # what is invented alarms no real channel
        assert session.scalars(select(AlertRule.params)).one() == checked_params("negative_spike", {})
        assert session.scalars(select(Brand.name).order_by(Brand.name)).all() == ["Brumelo", "Percolune"]
        assert sample.remove(session, viewer, Jobs(), NOW)
        assert not sample.remove(session, viewer, Jobs(), NOW)
        for table in (Source, Brand, AlertRule):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_its_names_change_to_the_language_of_who_is_going_to_read_them(db: Database, viewer: Viewer) -> None:
    with db.writing() as session:
        sample.load(session, viewer, Jobs(), NOW)
        own = session.scalars(select(Source).order_by(Source.name)).first()
        assert own is not None
        own.name = "My own name"
        session.flush()
        sample.rename(session, viewer, "fr")
        names = set(session.scalars(select(Source.name)))
        assert session.scalars(select(AlertRule.name)).one() == "Bad buzz · Percolune"
    assert "My own name" in names
    assert sum("(exemple)" in name for name in names) == 3
    assert sum("(sample)" in name for name in names) == 0
