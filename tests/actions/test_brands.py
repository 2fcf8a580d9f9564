"""Brands: named, changed, and forgotten with the mentions that matched nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.actions import brands
from app.db import Database
from app.jobs import Jobs
from app.models import Brand, Mention
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import match_row, mention_row

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "at"),
    [("acme AND (jobs", 9), ("", 0), ("acme OR", 5), ("NOT jobs", 0)],
    ids=["open", "none", "or", "not"],
)
def test_a_query_that_cannot_be_read_says_where_and_what_to_do(query: str, at: int) -> None:
    with pytest.raises(Problem) as refused:
        brands.check_query(query)
    [error] = refused.value.errors
    assert (refused.value.status, error.field, error.at) == (422, "query", at)
    assert error.hint


def test_a_query_that_can_be_read_is_let_through() -> None:
    brands.check_query('acme AND NOT ("war zone" OR jobs)')


def create(db: Database, viewer: Viewer, name: str, **more: str) -> Brand:
    with db.writing() as session:
        new = brands.NewBrand(name=name, query=name.lower(), **more)  # type: ignore[arg-type] # colours and kinds are texts
        return brands.create(session, viewer, new, Jobs(), NOW)


def test_brands_get_colours_in_turn_unless_one_is_chosen(db: Database, viewer: Viewer) -> None:
    made = [create(db, viewer, "Acme"), create(db, viewer, "Brumelo", colour="#123456"), create(db, viewer, "Zed")]
    assert [row.colour for row in made] == [brands.COLOURS[0], "#123456", brands.COLOURS[2]]
    assert all(row.rematch_requested_at == row.watched_at == NOW for row in made)
    with pytest.raises(Problem) as taken:
        create(db, viewer, "Acme")
    assert (taken.value.status, taken.value.errors[0].field) == (409, "name")
    with db.writing() as session:
        for brand_id, status in ((None, None), (made[0].id, None), (uuid4(), 404)):
            if status is None:
                brands.check_brand(session, viewer, brand_id)
                continue
            with pytest.raises(Problem) as missing:
                brands.check_brand(session, viewer, brand_id)
            assert (missing.value.status, missing.value.errors[0].field) == (404, "brand_id")


def test_a_brand_takes_along_only_the_mentions_that_matched_it_alone(db: Database, viewer: Viewer) -> None:
    here = viewer.workspace_id
    acme, brumelo = create(db, viewer, "Acme"), create(db, viewer, "Brumelo")
    alone, both, other = (mention_row(here, text) for text in ("alone", "both", "other"))
    pairs = ((alone, acme), (both, acme), (both, brumelo), (other, brumelo))
    with db.writing() as session:
        session.add_all([alone, both, other])
        session.flush()
        session.add_all(match_row(mention, brand) for mention, brand in pairs)
    with db.writing() as session:
        brands.delete_brand(session, viewer, acme.id)
        assert set(session.scalars(select(Mention.external_id))) == {"both", "other"}
        assert session.scalars(select(Brand.name)).all() == ["Brumelo"]


def test_a_new_query_waits_until_it_is_asked_to_be_applied(db: Database, viewer: Viewer) -> None:
    acme = create(db, viewer, "Acme")
    later = datetime(2026, 11, 23, tzinfo=UTC)
    with db.writing() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
        changed = brands.update(session, viewer, acme.id, brands.BrandChanges(query=" acme OR zed "))
        assert (changed.query, changed.version, changed.rematch_requested_at) == ("acme OR zed", acme.version + 1, NOW)
        assert session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all() == []
        assert brands.request_rematch(session, viewer, acme.id, Jobs(), later).rematch_requested_at == later
        assert session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all() == ["rematch"]
