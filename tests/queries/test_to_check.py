"""What is to check: the most useful first, and only what may still be checked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.db import Database
from app.models import Brand, Story
from app.problems import Problem
from app.queries.to_check import count_to_check, to_check
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, mention_row, next_id

TORN = {"negative": 0.49, "neutral": 0.02, "positive": 0.49}
MILD = {"negative": 0.4, "neutral": 0.5, "positive": 0.1}


@pytest.fixture
def brand(viewer: Viewer, add: Add) -> Brand:
    row = brand_row(viewer.workspace_id, "Acme")
    add(row)
    return row


def doubtful(viewer: Viewer, brand: Brand, name: str, chances: dict[str, float] = TORN, **more: Any) -> list[Any]:
    row = mention_row(viewer.workspace_id, name, **more)
    return [row, match_row(row, brand, stance="unsure", stance_source="model", model="m 1", **chances)]


def names(db: Database, viewer: Viewer, brands: tuple[UUID, ...] = ()) -> list[str]:
    with db.reading() as session:
        return [one.view.mention.text for one in to_check(session, viewer, brands)]


def test_doubt_reach_and_copies_come_first(db: Database, viewer: Viewer, brand: Brand, add: Add) -> None:
    story = Story(
        workspace_id=viewer.workspace_id, id=next_id(), simhash=1, bands=[1], first_at=NOW, last_at=NOW, copies=7
    )
    add(
        *doubtful(viewer, brand, "mild", MILD),
        *doubtful(viewer, brand, "torn"),
        *doubtful(viewer, brand, "seen", reach=90_000),
        story,
        *doubtful(viewer, brand, "copied", story_id=story.id),
    )
    assert names(db, viewer) == ["seen", "copied", "torn", "mild"]
    with db.reading() as session:
        first = to_check(session, viewer)[0]
    assert first.doubt == pytest.approx(0.98)
    assert first.worth == pytest.approx(0.98 * 4.9543, abs=0.01)


def test_only_what_may_still_be_checked_is_listed_and_counted(
    db: Database, viewer: Viewer, brand: Brand, add: Add, elsewhere: Viewer
) -> None:
    other = brand_row(viewer.workspace_id, "Other")
    settled, of_other = doubtful(viewer, brand, "settled"), doubtful(viewer, brand, "of the other")
    settled[1].stance = "passive"
    copy = doubtful(viewer, brand, "copy")
    copy[1].lead = False
    add(
        other,
        *settled,
        *copy,
        *doubtful(viewer, brand, "irrelevant", status="irrelevant"),
        *doubtful(viewer, brand, "deleted", deleted_at=NOW),
        *doubtful(viewer, brand, "left"),
        of_other[0],
        match_row(of_other[0], other, stance="unsure", stance_source="model", **TORN),
    )
    assert sorted(names(db, viewer)) == ["left", "of the other"]
    assert names(db, viewer, (brand.id,)) == ["left"]
    with db.reading() as session:
        assert count_to_check(session, viewer) == 2
        assert count_to_check(session, viewer, (other.id,)) == 1
        assert count_to_check(session, elsewhere) == 0
        with pytest.raises(Problem):
            to_check(session, elsewhere, (brand.id,))
