"""The mentions as people filter them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.dialects import postgresql

from app.db import Database
from app.models import Match
from app.problems import Problem
from app.queries.feed import FeedFilter, feed, matches_query, one_of
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, match_row, member_rows, mention_row

ONE, TWO = UUID(int=1), UUID(int=2)


def sql(condition: Any) -> str:
    return str(condition.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call] # SQLAlchemy's own


def test_a_single_value_is_an_equality_so_that_an_index_can_sort() -> None:
    assert "=" in sql(one_of(Match.brand_id, (ONE,)))
    assert "IN" in sql(one_of(Match.brand_id, (ONE, TWO)))


@pytest.mark.parametrize(("text", "at"), [("(acme", 0), ("acme OR", 5)])
def test_a_query_that_cannot_be_read_is_refused_at_its_field(text: str, at: int) -> None:
    with pytest.raises(Problem) as refused:
        matches_query(text, "q")
    [error] = refused.value.errors
    assert (error.field, error.at) == ("q", at)


LEO = UUID(int=4)


@pytest.fixture
def acme(viewer: Viewer, elsewhere: Viewer, add: Add) -> UUID:
    """Five mentions: a story told twice, one of another brand, one deleted, one without reach."""
    here = viewer.workspace_id
    acme, brumelo = brand_row(here, "Acme"), brand_row(here, "Brumelo")
    leo, member = member_rows(here, "Léo", id=LEO)
    theirs = {"assignee": "Léo", "assignee_id": LEO}
    first = mention_row(here, "acme first", NOW, reach=10, author="Ana", tags=["delay"], published_guessed=True)
    copy = mention_row(here, "acme copy", NOW + timedelta(hours=1), reach=500, status="closed")
    silent = mention_row(here, "acme silent", NOW + timedelta(hours=2), author="bob", **theirs)
    other = mention_row(here, "other", NOW + timedelta(hours=3), platform="blog", reach=20)
    deleted = mention_row(here, "acme deleted", NOW + timedelta(hours=4), deleted_at=NOW)
    rows = (first, copy, silent, other, deleted)
    add(leo, member, acme, brumelo, *rows, mention_row(elsewhere.workspace_id, "acme theirs"))
    add(*(match_row(row, acme, stance="promoter" if row is first else "detractor", lead=row is not copy)
          for row in rows if row is not other), match_row(other, brumelo, stance="passive"))  # fmt: skip
    return acme.id


FILTERS: list[tuple[Callable[[UUID], FeedFilter], str]] = [
    (lambda _: FeedFilter(), "other silent copy first"),
    (lambda acme: FeedFilter(brands=(acme,)), "silent copy first"),
    (lambda acme: FeedFilter(brands=(acme,), folded=True), "silent first"),
    (lambda _: FeedFilter(folded=True), "other silent first"),
    (lambda _: FeedFilter(stances=("detractor",)), "silent copy"),
    (lambda acme: FeedFilter(brands=(acme,), stances=("detractor", "promoter")), "silent copy first"),
    (lambda _: FeedFilter(sort="reach"), "copy other first silent"),
    (lambda acme: FeedFilter(brands=(acme,), sort="reach"), "copy first silent"),
    (lambda _: FeedFilter(min_reach=20), "other copy"),
    (lambda _: FeedFilter(author="ANA"), "first"),
    (lambda _: FeedFilter(assignee=LEO), "silent"),
    (lambda _: FeedFilter(undated=True), "first"),
    (lambda _: FeedFilter(undated=False), "other silent copy"),
    (lambda acme: FeedFilter(brands=(acme,), undated=True, text="first", since=NOW), "first"),
    (lambda _: FeedFilter(tags=("delay", "none")), "first"),
    (lambda _: FeedFilter(statuses=("closed",)), "copy"),
    (lambda _: FeedFilter(platforms=("blog",)), "other"),
    (lambda _: FeedFilter(text="acme AND NOT copy"), "silent first"),
    (lambda _: FeedFilter(since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=3)), "silent copy"),
    (lambda acme: FeedFilter(brands=(acme,), since=NOW + timedelta(hours=1)), "silent copy"),
]


def test_each_filter_narrows_the_feed(db: Database, viewer: Viewer, acme: UUID) -> None:
    """All in one database: it is only read."""
    for wanted, expected in FILTERS:
        with db.reading() as session:
            found = [view.mention.text for view in feed(session, viewer, wanted(acme)).items]
        assert " ".join(text.removeprefix("acme ") for text in found) == expected, wanted(acme)


def test_a_brand_or_source_of_nobody_is_not_found(db: Database, viewer: Viewer) -> None:
    for wanted in (FeedFilter(brands=(uuid4(),)), FeedFilter(sources=(uuid4(),))):
        with db.reading() as session, pytest.raises(Problem) as missing:
            feed(session, viewer, wanted)
        assert missing.value.status == 404
