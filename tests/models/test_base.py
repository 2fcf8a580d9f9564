"""Ids that sort by time, and columns that hold a JSON object."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import AlertRule, Channel, uuid7
from tests.rows import brand_row, channel_row


def test_an_id_is_a_uuid_of_version_7_with_its_milliseconds_first() -> None:
    key = uuid7(1_764_000_000_123)
    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    assert key.int >> 80 == 1_764_000_000_123


def test_later_ids_sort_after_earlier_ones_and_none_is_met_twice() -> None:
    stamps = (0, 1, 1_764_000_000_000, 1_764_000_000_001, 2**48 - 1)
    ids = [uuid7(stamp) for stamp in stamps]
    assert sorted(ids) == ids
    assert len({uuid7(5) for _ in range(1_000)}) == 1_000


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
