from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from alerts.backtest import Change, Span, moments
from app.db import Database
from app.models import Brand, Revision
from app.queries.backtest_changes import Scope, changes, known_since
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, source_row

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def brand(workspace_id: UUID, add: Add) -> Brand:
    row = brand_row(workspace_id, "Lumen")
    add(row)
    return row


class World:
    """Mentions of one brand, and what was known of it when."""

    def __init__(self, db: Database, add: Add, viewer: Viewer, brand: Brand) -> None:
        self.db, self.add, self.viewer, self.brand = db, add, viewer, brand

    def said(self, published_at, collected_at, stance="detractor", *, lead=True, **more):
        mention = mention_row(self.viewer.workspace_id, f"text {published_at} {collected_at} {more}", **more)
        mention.published_at, mention.collected_at = published_at, collected_at
        self.add(mention, match_row(mention, self.brand, stance=stance, lead=lead))
        return mention

    def scope(self, known_since=NOW - 30 * DAY, **more) -> Scope:
        return Scope(self.viewer.workspace_id, self.brand.id, NOW - 10 * DAY, NOW + DAY, known_since, **more)

    def changes(self, **more) -> list[Change]:
        with self.db.reading() as session:
            return changes(session, self.viewer, self.scope(**more))

    def detractors_at(self, at, **more) -> int:
        first = NOW - 10 * DAY
        (moment,) = moments(self.changes(**more), Span(first, at, at, first))
        return sum(hour.detractors for hour in moment.counts)


@pytest.fixture
def world(db: Database, add: Add, viewer: Viewer, brand: Brand) -> World:
    return World(db, add, viewer, brand)


def test_a_mention_counts_in_the_hour_of_its_publication_from_the_step_after_it_was_collected(world: World) -> None:
    world.said(NOW - 5 * HOUR + timedelta(minutes=10), NOW - 2 * HOUR + timedelta(minutes=3))
    assert world.changes() == [Change(NOW - 2 * HOUR + timedelta(minutes=15), NOW - 5 * HOUR, 1, 1, 0, 0, 1)]


def test_copies_count_as_mentions_only(world: World) -> None:
    world.said(NOW, NOW, "promoter")
    world.said(NOW + timedelta(minutes=1), NOW + timedelta(minutes=1), "promoter", lead=False)
    (change,) = world.changes()
    assert (change.mentions, change.stories, change.promoters) == (2, 1, 1)


def test_what_counts_in_no_bucket_counts_in_no_back_test(world: World) -> None:
    world.said(NOW, NOW, None)
    world.said(NOW, NOW, status="irrelevant")
    world.said(NOW, NOW, published_guessed=True)
    assert world.detractors_at(NOW + HOUR) == 0
    world.said(NOW + timedelta(minutes=1), NOW + timedelta(minutes=1))
    assert world.detractors_at(NOW + HOUR) == 1


def test_what_was_published_before_anything_was_collected_is_known_when_it_was_published(world: World) -> None:
    world.said(NOW - 5 * DAY, NOW - HOUR)
    assert world.detractors_at(NOW - 4 * DAY, known_since=NOW - HOUR) == 1
    assert world.detractors_at(NOW - 4 * DAY, known_since=NOW - 6 * DAY) == 0


def test_a_correction_counts_from_when_it_was_made(world: World, add: Add) -> None:
    mention = world.said(NOW - 5 * HOUR, NOW - 5 * HOUR, "promoter")
    line = {f"stance:{world.brand.id}": ["detractor", "promoter"]}
    add(Revision(workspace_id=mention.workspace_id, mention_id=mention.id, at=NOW - HOUR, actor="ana", change=line))
    assert [world.detractors_at(NOW - n * HOUR) for n in (6, 4, 2, 0)] == [0, 1, 1, 0]


def test_corrections_that_follow_one_another_are_taken_back_one_by_one(world: World, add: Add) -> None:
    mention = world.said(NOW - 9 * HOUR, NOW - 9 * HOUR, "promoter")
    key = f"stance:{world.brand.id}"
    for hours, before, after in ((6, "passive", "detractor"), (3, "detractor", "promoter")):
        add(
            Revision(
                workspace_id=mention.workspace_id, mention_id=mention.id, at=NOW - hours * HOUR, actor="ana",
                change={key: [before, after]},
            )
        )  # fmt: skip
    assert [world.detractors_at(NOW - n * HOUR) for n in (8, 5, 2)] == [0, 1, 0]


def test_what_was_found_irrelevant_counted_until_then(world: World, add: Add) -> None:
    mention = world.said(NOW - 5 * HOUR, NOW - 5 * HOUR, status="irrelevant")
    line = {"status": ["new", "irrelevant"]}
    add(Revision(workspace_id=mention.workspace_id, mention_id=mention.id, at=NOW - HOUR, actor="ana", change=line))
    assert [world.detractors_at(NOW - n * HOUR) for n in (2, 0)] == [1, 0]


def test_a_correction_about_another_brand_changes_nothing(world: World, add: Add) -> None:
    mention = world.said(NOW - 5 * HOUR, NOW - 5 * HOUR, "promoter")
    line = {f"stance:{UUID(int=99)}": ["detractor", "promoter"]}
    add(Revision(workspace_id=mention.workspace_id, mention_id=mention.id, at=NOW - HOUR, actor="ana", change=line))
    assert world.detractors_at(NOW - 2 * HOUR) == 0


def test_what_a_source_dug_up_opens_nothing_in_the_week_after(world: World, add: Add) -> None:
    asked = NOW - 9 * DAY
    source = source_row(world.viewer.workspace_id, "Forum", backfill={"until": asked.isoformat()})
    add(source)
    world.said(asked - HOUR, asked + HOUR, source_id=source.id)
    world.said(asked + HOUR, asked + HOUR, source_id=source.id)
    assert world.detractors_at(NOW - 8 * DAY) == 1
    assert world.detractors_at(NOW - DAY) == 2


def test_the_first_collected_says_since_when_it_is_known(world: World) -> None:
    with world.db.reading() as session:
        assert known_since(session, world.viewer, world.brand.id) is None
    world.said(NOW - 5 * DAY, NOW - 2 * DAY)
    world.said(NOW - DAY, NOW - DAY)
    with world.db.reading() as session:
        assert known_since(session, world.viewer, world.brand.id) == NOW - 2 * DAY
