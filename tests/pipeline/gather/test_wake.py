"""A reading under way ends at once where a person changed what it reads."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.pipeline.gather.lease import BACKFILL, COLLECT, FOLLOW, Lifetime
from app.pipeline.gather.wake import end_reading
from tests.rows import NOW, source_row

BEFORE = {"lease_until": NOW, "fence": 4, "backfill_lease_until": NOW, "backfill_fence": 7}


@pytest.mark.parametrize(
    ("lifetime", "after"),
    [
        (COLLECT, {**BEFORE, "lease_until": None, "fence": 5}),
        (FOLLOW, {**BEFORE, "lease_until": None, "fence": 5}),
        (BACKFILL, {**BEFORE, "backfill_lease_until": None, "backfill_fence": 8}),
    ],
    ids=["polled", "followed", "read back"],
)
def test_a_reading_loses_the_lease_of_its_own_lifetime_only(lifetime: Lifetime, after: dict[str, object]) -> None:
    row = source_row(UUID(int=1), "News", **BEFORE)
    end_reading(row, lifetime)
    assert {name: getattr(row, name) for name in after} == after
