"""Ids that sort by time."""

from __future__ import annotations

from app.models import uuid7


def test_an_id_is_a_uuid_of_version_7_with_its_milliseconds_first() -> None:
    key = uuid7(1_764_000_000_123)
    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    assert key.int >> 80 == 1_764_000_000_123


def test_later_ids_sort_after_earlier_ones_and_none_is_met_twice() -> None:
    stamps = (0, 1, 1_764_000_000_000, 1_764_000_000_001, 2**48 - 1)
    ids = [uuid7(stamp) for stamp in stamps]
    assert sorted(ids) == ids
    assert len({uuid7(5) for _ in range(1_000)}) == 1_000
