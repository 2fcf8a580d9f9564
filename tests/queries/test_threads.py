"""A reply is shown with what it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Brand, Mention, Source
from app.pipeline.keep.store import store
from app.pipeline.sift.batch import Origin, Placed
from app.pipeline.sift.normalise import normalise
from app.queries.mentions import mention
from app.viewer import Viewer
from collectors.base import RawMention
from matching.match import Matched

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def said(db: Database, workspace_id: UUID) -> Any:
    """Stores posts of one forum, given as (id, more), and gives their ids."""
    with db.writing() as session:
        source = Source(workspace_id=workspace_id, collector="discourse", name="f", params={}, interval_seconds=3600)
        brand = Brand(workspace_id=workspace_id, name="Zéphyrine", kind="own", query="zéphyrine", colour="#000000")
        session.add_all([source, brand])
        session.flush()
        origin, matched = Origin(workspace_id, source.id, "discourse"), (Matched(brand.id, ()),)

    def put(*posts: tuple[str, dict[str, Any]], host: str = "forum.example") -> dict[str, UUID]:
        raws = [
            RawMention(
                external_id=name,
                url=f"https://{host}/t/{name}",
                text=f"post {name} de {host}",
                published_at=NOW - timedelta(minutes=1000 - number),
                **more,
            )
            for number, (name, more) in enumerate(posts)
        ]
        with db.writing() as session:
            store(session, origin, [Placed(normalise("discourse", raw, NOW), matched) for raw in raws], [])
            rows = session.scalars(select(Mention).where(Mention.host == host))
            return {row.external_id: row.id for row in rows}

    return put


def around(db: Database, viewer: Viewer, mention_id: UUID) -> list[str]:
    with db.reading() as session:
        return [one.external_id for one in mention(session, viewer, mention_id).conversation]


def test_a_reply_has_what_it_answers_and_the_rest_of_its_thread_in_order(
    db: Database, viewer: Viewer, said: Any
) -> None:
    ids = said(
        ("1", {"thread_id": "1"}),
        ("2", {"thread_id": "1", "parent_id": "1"}),
        ("3", {"thread_id": "1", "parent_id": "2"}),
        ("9", {"thread_id": "9"}),
    )
    assert around(db, viewer, ids["2"]) == ["1", "3"]
    assert around(db, viewer, ids["9"]) == []


def test_the_first_post_of_a_thread_may_not_name_the_thread(db: Database, viewer: Viewer, said: Any) -> None:
    ids = said(("1", {}), ("2", {"thread_id": "1", "parent_id": "1"}))
    assert around(db, viewer, ids["1"]) == ["2"]
    assert around(db, viewer, ids["2"]) == ["1"]


def test_a_parent_of_another_thread_is_found_too(db: Database, viewer: Viewer, said: Any) -> None:
    ids = said(("5", {"thread_id": "5"}), ("6", {"thread_id": "6", "parent_id": "5"}))
    assert around(db, viewer, ids["6"]) == ["5"]


def test_two_forums_may_have_a_thread_of_the_same_number(db: Database, viewer: Viewer, said: Any) -> None:
    ids = said(("1", {"thread_id": "1"}), ("2", {"thread_id": "1", "parent_id": "1"}))
    said(("1", {"thread_id": "1"}), ("3", {"thread_id": "1", "parent_id": "1"}), host="other.example")
    assert around(db, viewer, ids["2"]) == ["1"]


def test_a_long_thread_shows_its_first_fifty_and_what_is_answered(db: Database, viewer: Viewer, said: Any) -> None:
    posts = [(str(number), {"thread_id": "1"}) for number in range(1, 80)]
    ids = said(*posts, ("99", {"thread_id": "1", "parent_id": "75"}))
    found = around(db, viewer, ids["99"])
    assert found == [*(str(number) for number in range(1, 51)), "75"]
