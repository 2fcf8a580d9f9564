"""Ids that sort by time, and columns that hold a JSON object."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import AlertRule, Channel
from app.models.base import Ids
from tests.rows import brand_row, channel_row


def test_an_id_is_a_uuid_of_version_7_with_its_milliseconds_first() -> None:
    key = Ids(lambda: 1_764_000_000.123)()
    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    assert key.int >> 80 == 1_764_000_000_123


def test_ids_sort_as_they_were_made_also_within_a_millisecond_and_when_the_clock_is_set_back() -> None:
    times = iter([*(float(second) for second in range(10)), *([1_764_000_000.5] * 1_000), *([1_763_000_000.0] * 1_000)])
    make = Ids(lambda: next(times))
    ids = [make() for _ in range(2_010)]
    assert sorted(ids) == ids
    assert len(set(ids)) == len(ids)
    assert {(key.version, key.variant) for key in ids} == {(7, "specified in RFC 4122")}


def test_ids_made_by_several_threads_at_once_are_all_different() -> None:
    make = Ids(lambda: 1_764_000_000.5)
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: make(), range(4_000)))
    assert len(set(ids)) == 4_000


@pytest.mark.parametrize("stored", ["7", "[1]", '"x"'])
def test_what_is_no_object_is_read_as_one_that_holds_it(db: Database, workspace_id: UUID, stored: str) -> None:
    with db.writing() as session:
        row = channel_row(workspace_id, "Hook", params={"url": "https://example.com"})
        session.add(row)
        session.flush()
        session.execute(text("UPDATE channel SET params = CAST(:value AS jsonb)"), {"value": stored})
    with db.reading() as session:
        assert session.scalars(select(Channel.params)).one() == {"unreadable": json.loads(stored)}


def test_an_object_is_stored_and_read_as_it_is_and_none_is_the_null_of_json(db: Database, workspace_id: UUID) -> None:
    brand = brand_row(workspace_id, "Acme", same_author={"stories": 0.5})
    given = {"workspace_id": workspace_id, "brand_id": brand.id, "kind": "threshold", "params": {"a": [1]}}
    with db.writing() as session:
        session.add(brand)
        session.flush()
        session.add(AlertRule(**given, name="R", quiet_hours=None))
    with db.reading() as session:
        row = session.scalars(select(AlertRule)).one()
        assert (row.params, row.quiet_hours) == ({"a": [1]}, None)
        assert session.scalar(text("SELECT quiet_hours = 'null' FROM alert_rule"))
