"""A removed brand is found by no statement that does not ask for it."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from app.db import Database
from app.models import Brand, Match
from tests.rows import NOW, brand_row, match_row, mention_row

OTHER = aliased(Brand)
STATEMENTS: list[tuple[Select[object], int]] = [
    (select(Brand.name), 1),
    (select(func.count()).select_from(Brand), 1),
    (select(func.count(), func.max(Brand.version)), 1),
    (select(OTHER.name), 1),
    (select(Match.mention_id).join(Brand, Brand.id == Match.brand_id), 1),
    (select(Match.mention_id).where(exists().where(Brand.id == Match.brand_id)), 1),
    (select(Match.mention_id).where(Match.brand_id.in_(select(Brand.id))), 1),
    (select(Match.mention_id), 2),
]  # type: ignore[list-item] # each selects something else


@pytest.fixture
def brands(db: Database, workspace_id: UUID) -> tuple[Brand, Brand]:
    """A brand that is watched and one that is removed, with a match each."""
    rows = brand_row(workspace_id, "Acme"), brand_row(workspace_id, "Gone", removed_at=NOW)
    with db.writing() as session:
        session.add_all([*rows, mention := mention_row(workspace_id, "loud")])
        session.flush()
        session.add_all(match_row(mention, row) for row in rows)
    return rows


@pytest.mark.parametrize(("statement", "number"), STATEMENTS)
def test_what_is_selected_leaves_removed_brands_out(
    db: Database, brands: tuple[Brand, Brand], statement: Select[object], number: int
) -> None:
    with db.reading() as session:
        found = session.execute(statement).all()
    counts = [row[0] for row in found if isinstance(row[0], int)]
    assert (counts[0] if counts else len(found)) == number


def test_it_is_not_found_by_its_id_and_found_by_whoever_asks_for_removed_ones(
    db: Database, brands: tuple[Brand, Brand]
) -> None:
    watched, gone = brands
    with db.reading() as session:
        assert session.get(Brand, (watched.workspace_id, watched.id)) is not None
        assert session.get(Brand, (gone.workspace_id, gone.id)) is None
        assert len(session.scalars(select(Brand), execution_options={"removed": True}).all()) == 2
