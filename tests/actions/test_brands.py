"""Brands: named, changed, and forgotten with the mentions that matched nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from app.actions import brands
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, Match, Phrase, Source
from app.problems import Problem
from app.viewer import Viewer
from tests.rows import match_row, mention_row, phrase_row, rule_row, source_row

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


def test_a_deleted_brand_is_out_of_sight_at_once_and_what_acted_for_it_is_gone(db: Database, viewer: Viewer) -> None:
    here = viewer.workspace_id
    acme, brumelo = create(db, viewer, "Acme"), create(db, viewer, "Brumelo")
    mention = mention_row(here, "loud")
    with db.writing() as session:
        session.add(mention)
        session.flush()
        for brand in (acme, brumelo):
            session.add_all([match_row(mention, brand), source_row(here, brand.name, brand_id=brand.id)])
            session.add_all([rule_row(brand), phrase_row(here, brand.name, brand_id=brand.id)])
        session.execute(text("DELETE FROM procrastinate_jobs"))
    with db.writing() as session:
        brands.delete_brand(session, viewer, acme.id, Jobs(), NOW)
        assert session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all() == ["remove_brand"]
    with db.writing() as session:
        assert session.scalars(select(Brand.name)).all() == ["Brumelo"]
        assert session.scalar(select(func.count()).select_from(Match)) == 2
        for table in (Source, AlertRule, Phrase):
            assert session.scalars(select(table.brand_id)).all() == [brumelo.id]
        with pytest.raises(Problem) as gone:
            brands.delete_brand(session, viewer, acme.id, Jobs(), NOW)
        assert gone.value.status == 404
    assert create(db, viewer, "Acme").id != acme.id  # its name is free again


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
