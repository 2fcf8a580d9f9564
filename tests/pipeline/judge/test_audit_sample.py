"""The sample that people label: drawn at random among what the model judged for our brands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.db import Database
from app.models import AuditMatch
from app.pipeline.judge.audit_sample import BACK, WEEKLY, draw, monday, to_draw, top_up
from tests.rows import brand_row, match_row, mention_row

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
WEEK = timedelta(days=7)
JUDGED = {"scored_at": NOW, "model": "fixed 1", "negative": 0.1, "neutral": 0.8, "positive": 0.1}


def judged(db: Database, workspace_id: UUID, number: int) -> None:
    """So many stories of one own brand, judged by the model."""
    with db.writing() as session:
        brand = brand_row(workspace_id, "Acme")
        mentions = [mention_row(workspace_id, f"acme {n}", NOW - timedelta(hours=n)) for n in range(number)]
        session.add_all([brand, *mentions])
        session.flush()
        session.add_all(match_row(mention, brand, **JUDGED) for mention in mentions)


def drawn(db: Database) -> list[AuditMatch]:
    with db.reading() as session:
        return list(session.scalars(select(AuditMatch)))


@pytest.mark.parametrize(
    ("at", "week"),
    [
        ("2026-11-25T12:00+00:00", date(2026, 11, 23)),
        ("2026-11-23T00:00+00:00", date(2026, 11, 23)),
        ("2026-11-22T23:59+00:00", date(2026, 11, 16)),
        ("2026-11-23T00:30+01:00", date(2026, 11, 16)),
    ],
)
def test_a_week_begins_on_monday_in_utc(at: str, week: date) -> None:
    assert monday(datetime.fromisoformat(at)) == week


def test_no_more_than_what_is_left_is_drawn_and_nothing_twice(db: Database, workspace_id: UUID) -> None:
    judged(db, workspace_id, 7)
    with db.writing() as session:
        assert [draw(session, workspace_id, number, NOW, 1) for number in (5, 5, 5, -1)] == [5, 2, 0, 0]
    assert len({row.mention_id for row in drawn(db)}) == 7
    assert {row.week for row in drawn(db)} == {monday(NOW)}


def test_a_seed_draws_the_same_sample_and_another_one_another(db: Database, workspace_id: UUID) -> None:
    judged(db, workspace_id, 40)
    samples = []
    for seed in (1, 1, 2):
        with db.writing() as session:
            draw(session, workspace_id, 10, NOW, seed)
            samples.append({row.mention_id for row in session.scalars(select(AuditMatch))})
            session.rollback()
    assert samples[0] == samples[1] != samples[2]


@pytest.mark.parametrize(
    ("brand", "mention", "match"),
    [
        ({"kind": "competitor"}, {}, {}),
        ({}, {"rating": 1, "rating_scale": 5}, {}),
        ({}, {"status": "irrelevant"}, {}),
        ({}, {"deleted_at": NOW}, {}),
        ({}, {}, {"lead": False}),
        ({}, {}, {"scored_at": None}),
        ({}, {}, {"published_at": NOW - BACK}),
        ({}, {}, {"published_at": NOW + timedelta(seconds=1)}),
    ],
)
def test_what_the_model_does_not_answer_for_is_not_drawn(
    db: Database, workspace_id: UUID, brand: dict[str, Any], mention: dict[str, Any], match: dict[str, Any]
) -> None:
    with db.writing() as session:
        session.add_all(
            [
                whose := brand_row(workspace_id, "Acme", **brand),
                row := mention_row(workspace_id, "acme", NOW, **mention),
            ]
        )
        session.flush()
        session.add(match_row(row, whose, **{**JUDGED, **match}))
        session.flush()
        assert draw(session, workspace_id, 5, NOW, 1) == 0


def test_a_week_is_filled_once_and_what_nobody_labelled_before_lapses(db: Database, workspace_id: UUID) -> None:
    judged(db, workspace_id, 60)
    with db.writing() as session:
        assert to_draw(session, NOW) == [workspace_id]
        assert [top_up(session, workspace_id, NOW, seed) for seed in (1, 2)] == [WEEKLY, 0]
        assert to_draw(session, NOW) == []
        labelled = session.scalars(select(AuditMatch.id).limit(3)).all()
        session.execute(update(AuditMatch).where(AuditMatch.id.in_(labelled)).values(label="passive"))
        assert to_draw(session, NOW + WEEK) == [workspace_id]
        assert top_up(session, workspace_id, NOW + WEEK, 3) == WEEKLY
    assert sorted(row.week for row in drawn(db)) == [monday(NOW)] * 3 + [monday(NOW + WEEK)] * WEEKLY
