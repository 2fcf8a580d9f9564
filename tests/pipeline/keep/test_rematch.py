"""A changed query is applied to what is stored: matches come and go, and what a source is tied to stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from app.db import Database
from app.jobs import Jobs
from app.models import Brand, DirtyHour, Match
from app.pipeline.keep.rematch import PAGE, Rematch
from tests.rows import NOW, brand_row, match_row, mention_row, source_row, story_row


@pytest.fixture
def brand(db: Database, workspace_id: UUID) -> Brand:
    with db.writing() as session:
        row = brand_row(workspace_id, "Acme", query="acme AND NOT jobs", rematch_requested_at=NOW)
        session.add(row)
    return row


def add(db: Database, brand: Brand, texts: Iterable[str], *, matched: bool, source_id: UUID | None = None) -> None:
    with db.writing() as session:
        mentions = [mention_row(brand.workspace_id, words, source_id=source_id) for words in texts]
        session.add_all(mentions)
        session.flush()
        if matched:
            session.add_all(
                match_row(mention, brand, stance="promoter", stance_source="person") for mention in mentions
            )


def matched(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(text("SELECT text FROM mention JOIN match ON mention_id = mention.id")))


def rematch(db: Database, brand: Brand) -> int:
    return Rematch(db, Jobs())(str(brand.workspace_id), str(brand.id))


def test_matches_follow_the_query(db: Database, brand: Brand) -> None:
    add(db, brand, ["acme is fine", "acme jobs", "nothing of it"], matched=False)
    add(db, brand, ["acme since ever", "bolt by the old query"], matched=True)
    assert rematch(db, brand) == 3
    assert matched(db) == ["acme is fine", "acme since ever"]
    with db.reading() as session:
        assert session.scalars(select(Brand.rematch_requested_at)).one() is None
        kept = select(Match.stance, Match.stance_source).where(Match.stance.is_not(None))
        assert [tuple(row) for row in session.execute(kept)] == [("promoter", "person")]


def test_what_a_source_is_tied_to_the_brand_for_stays(db: Database, brand: Brand) -> None:
    with db.writing() as session:
        session.add(source := source_row(brand.workspace_id, "Reviews", brand_id=brand.id))
    add(db, brand, ["five stars"], matched=True, source_id=source.id)
    rematch(db, brand)
    assert matched(db) == ["five stars"]


def test_the_hours_of_a_match_that_goes_are_counted_again(db: Database, brand: Brand) -> None:
    add(db, brand, ["bolt"], matched=True)
    rematch(db, brand)
    with db.reading() as session:
        assert session.scalars(select(DirtyHour.hour)).all() == [NOW.replace(minute=0, second=0, microsecond=0)]


def test_many_pages_are_matched_and_the_scorer_and_the_watch_are_woken(db: Database, brand: Brand) -> None:
    add(db, brand, [f"acme {number}" for number in range(PAGE + 5)], matched=False)
    assert rematch(db, brand) == PAGE + 5
    assert len(matched(db)) == PAGE + 5
    with db.reading() as session:
        assert set(session.scalars(text("SELECT task_name FROM procrastinate_jobs"))) == {"score", "watch"}


def test_a_query_that_changed_meanwhile_is_applied_from_the_beginning(db: Database, brand: Brand) -> None:
    add(db, brand, ["acme one", "acme two"], matched=False)

    class ChangedOnce(Jobs):
        changed = False

        def defer(self, session, task, **args):  # type: ignore[no-untyped-def]
            if not self.changed:
                self.changed = True
                row = session.get_one(Brand, (brand.workspace_id, brand.id))
                row.query, row.rematch_requested_at, row.rematch_total = (
                    "acme AND two",
                    NOW + timedelta(minutes=1),
                    None,
                )
            super().defer(session, task, **args)

    assert Rematch(db, ChangedOnce(), page=1)(str(brand.workspace_id), str(brand.id)) == 2
    assert matched(db) == ["acme two"]
    assert progress(db) == (None, 1, 1)


def progress(db: Database) -> tuple[datetime | None, int, int | None]:
    with db.reading() as session:
        row = session.execute(select(Brand.rematch_requested_at, Brand.rematch_done, Brand.rematch_total)).one()
        return (row[0], row[1], row[2])


def test_an_interrupted_run_tells_how_far_it_came_and_goes_on_there(db: Database, brand: Brand) -> None:
    add(db, brand, [f"acme {number}" for number in range(5)], matched=False)
    stops = iter([False, False, True])
    assert Rematch(db, Jobs(), page=2, stopping=lambda: next(stops))(str(brand.workspace_id), str(brand.id)) == 4
    assert progress(db) == (NOW, 4, 5)
    assert matched(db) == ["acme 1", "acme 2", "acme 3", "acme 4"]  # the newest first
    assert rematch(db, brand) == 1
    assert progress(db) == (None, 5, 5)


def test_a_story_that_loses_its_lead_is_led_by_the_next(db: Database, brand: Brand) -> None:
    with db.writing() as session:
        session.add(story := story_row(brand.workspace_id))
        session.flush()
        first, second = (
            mention_row(brand.workspace_id, words, story_id=story.id) for words in ("bolt is loud", "acme is loud")
        )
        session.add_all([first, second])
        session.flush()
        session.add_all([match_row(first, brand), match_row(second, brand, lead=False)])
    rematch(db, brand)
    with db.reading() as session:
        assert session.execute(select(Match.mention_id, Match.lead)).all() == [(second.id, True)]


def test_a_brand_that_asked_for_nothing_or_is_gone_has_nothing_to_do(db: Database, brand: Brand) -> None:
    assert Rematch(db, Jobs())(str(brand.workspace_id), str(UUID(int=9**9))) == 0
    with db.writing() as session:
        session.get_one(Brand, (brand.workspace_id, brand.id)).rematch_requested_at = None
    assert rematch(db, brand) == 0


@pytest.mark.parametrize(("query", "matches", "warnings"), [("acme", 1, 0), ("zephyrine", 0, 0), ("acme AND (", 1, 1)])
def test_history_follows_the_query_and_stays_as_it_is_under_one_that_cannot_be_read(
    db: Database, workspace_id: UUID, query: str, matches: int, warnings: int
) -> None:
    brand = brand_row(workspace_id, "Acme", query=query, rematch_requested_at=NOW)
    mention = mention_row(workspace_id, "acme is loud")
    with db.writing() as session:
        session.add_all([brand, mention])
        session.flush()
        session.add(match_row(mention, brand))
    with capture_logs() as logs:
        for _ in range(2):
            Rematch(db, Jobs())(str(workspace_id), str(brand.id))
    assert len(logs) == warnings
    with db.reading() as session:
        assert session.scalar(select(Brand.rematch_requested_at)) is None
        assert len(session.scalars(select(Match.mention_id)).all()) == matches
