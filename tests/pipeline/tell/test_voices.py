"""Who writes ten times is one voice: within an hour by the buckets, over many hours by the brand's concentration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import Brand, Bucket, Match, Mention, Story, uuid7
from app.pipeline.keep.aggregate import EVERY_SOURCE, recount
from app.pipeline.tell.voices import EVERY, is_stale, same_author
from app.queries.bucket_sums import Slant
from app.queries.reputation import Period, reputation
from app.viewer import ROLE_SCOPES, Viewer

HOUR = datetime(2026, 11, 20, 10, tzinfo=UTC)
NOW = HOUR + timedelta(days=2)
Write = Callable[..., None]


@pytest.fixture
def brand_id(db: Database, workspace_id: UUID) -> UUID:
    row = Brand(id=uuid7(), workspace_id=workspace_id, name="Acme", kind="own", query="acme", colour="#000000")
    with db.writing() as session:
        session.add(row)
    return row.id


@pytest.fixture
def write(db: Database, workspace_id: UUID, brand_id: UUID) -> Write:
    """Scored mentions by these authors, each at these hours after HOUR, all counted."""

    def written(*authors: str, hours: tuple[int, ...] = (0,), **more: Any) -> None:
        with db.writing() as session:
            for author in authors:
                for hour in hours:
                    _one(author, HOUR + timedelta(hours=hour), session, **more)
            session.flush()
            recount(session, workspace_id, brand_id, [HOUR + timedelta(hours=hour) for hour in hours])

    def _one(author: str, at: datetime, session: Any, **more: Any) -> None:
        mention_id = uuid7()
        values = {
            "kind": "push", "external_id": str(mention_id), "host": "", "outlet": "", "platform": "forum",
            "author_id": "", "title": "", "text": "acme", "language": "en", "published_guessed": False,
            "search": "'acme'", "fingerprint": mention_id.bytes, "content_hash": b"", "author": author, **more,
        }  # fmt: skip
        session.add(Mention(workspace_id=workspace_id, id=mention_id, published_at=at, collected_at=at, **values))
        session.flush()
        match = Match(workspace_id=workspace_id, brand_id=brand_id, mention_id=mention_id, published_at=at)
        match.collected_at, match.lead, match.scored_at, match.model = at, True, at, "fixed 1"
        match.negative, match.neutral, match.positive = 0.8, 0.15, 0.05
        match.stance, match.stance_source = "detractor", "model"
        session.add(match)

    return written


def squares(db: Database, weight: str = "stories") -> float:
    with db.reading() as session:
        wanted = select(Bucket.squares).where(Bucket.weight == weight, Bucket.source_id == EVERY_SOURCE)
        return session.scalars(wanted).one()


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        (("Ana", "Bo", "Cy"), 3),
        (("Ana", "ana", "ANA"), 9),
        (("Ana", "Ana", "Bo"), 5),
        (("", "", ""), 3),
    ],
)
def test_a_bucket_squares_what_each_author_wrote_together(
    db: Database, write: Write, authors: tuple[str, ...], expected: int
) -> None:
    write(*authors)
    assert squares(db) == squares(db, "mentions") == expected


def test_authors_of_one_name_on_two_platforms_are_two(db: Database, write: Write) -> None:
    write("Ana")
    write("Ana", platform="video")
    assert squares(db) == 2


def test_reach_adds_up_by_author(db: Database, write: Write) -> None:
    write("Ana", "Ana", "Bo", reach=10)
    assert squares(db, "reach") == 20**2 + 10**2


def test_who_writes_every_day_is_seen_over_many_hours(
    db: Database, workspace_id: UUID, brand_id: UUID, write: Write
) -> None:
    write("Ana", "Bo", hours=(0, 1, 2, 3, 4))
    with db.reading() as session:
        found = same_author(session, workspace_id, brand_id, NOW)
    assert found["stories"] == found["mentions"] == pytest.approx((2 * 25 - 10) / 100)


def test_a_text_that_is_passed_on_for_hours_is_seen_over_many_hours(
    db: Database, workspace_id: UUID, brand_id: UUID, write: Write
) -> None:
    with db.writing() as session:
        session.add(story := Story(workspace_id=workspace_id, simhash=1, bands=[1], first_at=HOUR, last_at=NOW))
        session.flush()
        story_id = story.id
    write("Ana", story_id=story_id)
    write("Bo", hours=(1,), story_id=story_id)
    write("Bo", hours=(2,), story_id=story_id)
    write("Cy", hours=(3,))
    with db.reading() as session:
        found = same_author(session, workspace_id, brand_id, NOW)
    assert found["mentions"] == pytest.approx((3 * 3 - 3) / 16), "three copies, two of them by one author: counted once"


def test_authors_who_write_once_are_never_the_same(
    db: Database, workspace_id: UUID, brand_id: UUID, write: Write
) -> None:
    write("", "Ana", "Bo")
    with db.reading() as session:
        assert same_author(session, workspace_id, brand_id, NOW) == {"mentions": 0, "stories": 0, "reach": 0}
        assert same_author(session, workspace_id, uuid7(), NOW)["stories"] == 0


def test_it_is_measured_once_an_hour_at_most() -> None:
    assert is_stale(None, NOW)
    assert not is_stale(NOW - EVERY / 2, NOW)
    assert is_stale(NOW - EVERY, NOW)


def test_the_interval_of_the_score_counts_an_author_once(
    db: Database, workspace_id: UUID, brand_id: UUID, write: Write
) -> None:
    viewer = Viewer(workspace_id, "test", ROLE_SCOPES["viewer"])
    write(*(f"author {n}" for n in range(40)))
    asked = Period(HOUR, NOW)
    with db.reading() as session:
        many = reputation(session, viewer, brand_id, asked, Slant()).whole.reputation
    assert many.voices == pytest.approx(40)
    with db.writing() as session:
        session.get_one(Brand, (workspace_id, brand_id)).same_author = {"stories": 0.1}
    with db.reading() as session:
        few = reputation(session, viewer, brand_id, asked, Slant()).whole.reputation
    assert few.voices == pytest.approx(40 / 5)
    assert few.score is not None
    assert many.score is not None
    assert many.score < few.score < -30, "eight voices say less than forty"
    assert few.low is not None
    assert many.low is not None
    assert few.low <= many.low
    assert few.sampling_error is not None
    assert many.sampling_error is not None
    assert few.sampling_error > many.sampling_error
