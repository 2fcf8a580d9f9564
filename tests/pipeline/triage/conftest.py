"""Mentions of Acme by name, each an hour after the one before."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from app.db import Database
from app.pipeline.triage.apply import By
from tests.rows import NOW, brand_row, match_row, member_rows, mention_row

NAMES = ("one", "two", "three")


@pytest.fixture
def said(db: Database, workspace_id: UUID) -> dict[str, UUID]:
    """Three detractors of the model, and the brand: {name: id}."""
    brand = brand_row(workspace_id, "Acme")
    rows = [mention_row(workspace_id, name, NOW + timedelta(hours=at)) for at, name in enumerate(NAMES)]
    scores = {"negative": 0.9, "neutral": 0.05, "positive": 0.05, "model": "m", "scored_at": NOW}
    with db.writing() as session:
        ben, member = member_rows(workspace_id, "Léo", id=UUID(int=5))
        session.add_all([brand, ben, *rows])
        session.flush()
        session.add(member)
        session.add_all(match_row(row, brand, stance="detractor", stance_source="model", **scores) for row in rows)
    return {row.text: row.id for row in rows} | {"brand": brand.id}


@pytest.fixture
def ana(workspace_id: UUID) -> By:
    return By(workspace_id, "ana@example.com", NOW)
