"""An undo puts back exactly what was, and leaves alone what somebody else has changed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import BulkChange, BulkItem, Match, Mention, Revision
from app.pipeline.triage.apply import By, apply_page
from app.pipeline.triage.undo import undo_page
from app.pipeline.triage.wish import Wish
from tests.rows import NOW

BEN = UUID(int=5)
LATER = NOW + timedelta(seconds=5)


def changed(db: Database, by: By, ids: list[UUID], wish: Wish) -> tuple[BulkChange, list[BulkItem]]:
    """Changes mentions, and returns what an undo needs."""
    with db.writing() as session:
        was = apply_page(session, by, ids, wish)
    change = BulkChange(workspace_id=by.workspace_id, id=UUID(int=9), actor=by.actor, changes=wish.to_json())
    return change, [BulkItem(mention_id=key, was=was.get(key), at=by.at if key in was else None) for key in ids]


def state(db: Database, key: UUID) -> tuple[object, ...]:
    with db.reading() as session:
        row = session.scalars(select(Mention).where(Mention.id == key)).one()
        match = session.scalars(select(Match).where(Match.mention_id == key)).one()
        stance = (match.stance, match.stance_source, match.corrected_by, match.corrected_at)
        return (row.status, row.answered_at, row.assignee, row.assignee_id, row.tags, row.note, *stance)


EVERYTHING = Wish(
    {"status": "answered", "assignee": "Léo", "assignee_id": BEN, "tags": ["x"], "note": "n"}, True, "promoter"
)


@pytest.mark.parametrize("wish", [EVERYTHING, Wish({"status": "irrelevant"}), Wish({}, True, "passive")])
def test_what_was_changed_is_as_before_with_a_line_of_history(
    db: Database, ana: By, said: dict[str, UUID], wish: Wish
) -> None:
    before = state(db, said["one"])
    change, items = changed(db, ana, [said["one"], said["two"]], wish)
    assert state(db, said["one"]) != before
    with db.writing() as session:
        assert undo_page(session, change, items, replace(ana, at=LATER)) == (2, 0)
    assert state(db, said["one"]) == before
    with db.writing() as session:
        assert undo_page(session, change, items, replace(ana, at=LATER))[0] == 0
        lines = session.scalars(select(Revision.change).where(Revision.mention_id == said["one"]).order_by(Revision.at))
        first, second = lines.all()
        assert second == {name: [after, was] for name, (was, after) in first.items()}


def test_a_correction_of_before_comes_back_with_who_made_it(db: Database, ana: By, said: dict[str, UUID]) -> None:
    bob = replace(ana, actor="bob@example.com", at=NOW - timedelta(days=1))
    with db.writing() as session:
        apply_page(session, bob, [said["one"]], Wish({}, True, "passive"))
    before = state(db, said["one"])
    for wish in (Wish({}, True, "promoter"), Wish({}, True, None)):
        change, items = changed(db, ana, [said["one"]], wish)
        with db.writing() as session:
            assert undo_page(session, change, items, replace(ana, at=LATER)) == (1, 0)
        assert state(db, said["one"]) == before


def test_what_somebody_else_changed_since_stays_even_where_it_looks_the_same(
    db: Database, ana: By, said: dict[str, UUID]
) -> None:
    """Bob closes the first, and reopens and answers the second anew; his tags on the third are another field."""
    change, items = changed(db, ana, [said[name] for name in ("one", "two", "three")], Wish({"status": "answered"}))
    bob = replace(ana, actor="bob@example.com", at=NOW + timedelta(seconds=1))
    with db.writing() as session:
        apply_page(session, bob, [said["one"]], Wish({"status": "closed"}))
        apply_page(session, bob, [said["two"]], Wish({"status": "new"}))
        apply_page(session, bob, [said["two"]], Wish({"status": "answered"}))
        apply_page(session, bob, [said["three"]], Wish({"tags": ["vip"]}))
    with db.writing() as session:
        assert undo_page(session, change, items, replace(ana, at=LATER)) == (1, 2)
    assert [state(db, said[name])[0] for name in ("one", "two", "three")] == ["closed", "answered", "new"]
    assert state(db, said["three"])[4] == ["vip"]


def test_a_stance_that_somebody_else_gave_since_stays(db: Database, ana: By, said: dict[str, UUID]) -> None:
    change, items = changed(db, ana, [said["one"]], Wish({}, True, "promoter"))
    bob = replace(ana, actor="bob@example.com", at=NOW + timedelta(seconds=1))
    with db.writing() as session:
        apply_page(session, bob, [said["one"]], Wish({}, True, "passive"))
        assert undo_page(session, change, items, replace(ana, at=LATER)) == (0, 1)
    assert state(db, said["one"])[6:9] == ("passive", "person", "bob@example.com")
