"""A page of mentions is changed at once: rows, stances, history, hours to recount."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app.db import Database
from app.models import DirtyHour, Match, Mention, Revision
from app.pipeline.triage.apply import By, apply_page, recounts
from app.pipeline.triage.wish import Wish
from tests.rows import NOW


def test_a_change_is_written_with_what_was_and_only_where_it_makes_a_difference(
    db: Database, ana: By, said: dict[str, UUID]
) -> None:
    ids = [said["one"], said["two"]]
    with db.writing() as session:
        was = apply_page(session, ana, ids, Wish({"status": "answered", "tags": ["late"]}))
        assert was == {key: {"status": "new", "tags": [], "answered_at": None} for key in ids}
        assert apply_page(session, ana, ids, Wish({"status": "answered", "tags": ["late"]})) == {}
    with db.reading() as session:
        rows = {row.text: row for row in session.scalars(select(Mention))}
        assert [(rows[name].status, rows[name].version, rows[name].answered_at) for name in ("one", "three")] == [
            ("answered", 2, NOW),
            ("new", 1, None),
        ]
        lines = session.execute(select(Revision.mention_id, Revision.actor, Revision.change)).all()
        change = {"status": ["new", "answered"], "tags": [[], ["late"]]}
        assert sorted(lines, key=str) == sorted([(key, "ana@example.com", change) for key in ids], key=str)
        assert len(session.scalars(select(DirtyHour.hour)).all()) == 2


def test_a_second_answer_does_not_move_the_first(db: Database, ana: By, said: dict[str, UUID]) -> None:
    later = replace(ana, at=NOW + timedelta(days=1))
    with db.writing() as session:
        apply_page(session, ana, [said["one"]], Wish({"status": "answered"}))
        apply_page(session, later, [said["one"]], Wish({"status": "new"}))
        assert apply_page(session, later, [said["one"]], Wish({"status": "answered"})) == {
            said["one"]: {"status": "new"}
        }
        assert session.scalars(select(Mention.answered_at).where(Mention.id == said["one"])).one() == NOW


def test_a_stance_is_given_and_taken_back_for_one_brand(db: Database, ana: By, said: dict[str, UUID]) -> None:
    key, ids = f"stance:{said['brand']}", [said["one"]]
    with db.writing() as session:
        given = apply_page(session, ana, ids, Wish({}, True, "passive", said["brand"]))
        assert given == {said["one"]: {key: ["detractor", "model", None, None]}}
        assert session.execute(
            select(Match.stance, Match.stance_source, Match.corrected_by).where(Match.mention_id == said["one"])
        ).all() == [("passive", "person", "ana@example.com")]
        taken = apply_page(session, ana, ids, Wish({}, True, None))
        assert taken == {said["one"]: {key: ["passive", "person", "ana@example.com", NOW.isoformat()]}}
        assert apply_page(session, ana, ids, Wish({}, True, None)) == {}
        found = session.execute(select(Match.stance, Match.corrected_by).where(Match.mention_id == said["one"])).all()
        assert found == [("detractor", None)]


def test_what_was_deleted_is_left_out_and_only_what_counts_is_recounted(
    db: Database, ana: By, said: dict[str, UUID]
) -> None:
    with db.writing() as session:
        session.execute(delete(Mention).where(Mention.id == said["two"]))
        changed = apply_page(session, ana, [said["one"], said["two"]], Wish({"note": "seen"}))
        assert changed == {said["one"]: {"note": None}}
        assert session.scalars(select(DirtyHour.hour)).all() == []
    assert [recounts(wish) for wish in (Wish({"note": "x"}), Wish({"status": "new"}), Wish({}, True))] == [
        False,
        True,
        True,
    ]
