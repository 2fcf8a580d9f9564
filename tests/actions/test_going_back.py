"""What becomes of a backfill when its source is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.actions.going_back import first_progress, next_progress
from app.pipeline.gather.past import begin
from app.problems import Problem
from collectors import all_collectors
from collectors.base import AnyCollector

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=3)
KINDS = all_collectors()
GOES_BACK = KINDS["hackernews"]
STAYS = next(kind for kind in KINDS.values() if kind.backfill is None)
BOUNDED = next(kind for kind in KINDS.values() if kind.backfill is not None and kind.history_days)


@pytest.mark.parametrize("days", [None, 0])
@pytest.mark.parametrize("kind", [GOES_BACK, STAYS])
def test_without_days_nothing_begins(kind: AnyCollector, days: int | None) -> None:
    assert first_progress(kind, days, "days", NOW) is None


def test_a_kind_that_cannot_go_back_says_so_at_the_field() -> None:
    with pytest.raises(Problem) as refused:
        first_progress(STAYS, 30, "backfill_days", NOW)
    assert (refused.value.status, refused.value.errors[0].field) == (422, "backfill_days")


def test_nobody_goes_back_further_than_the_platform_reaches() -> None:
    assert BOUNDED.history_days is not None
    progress = first_progress(BOUNDED, BOUNDED.history_days + 10, "days", NOW)
    assert progress is not None
    assert progress["days"] == BOUNDED.history_days
    assert progress["warning"]


def progress(state: str, days: int = 30) -> dict[str, Any]:
    return {**begin(days, BEFORE), "state": state, "reached": "2026-11-10T00:00:00+00:00", "read": 7}


AFRESH, AGAIN, SAME, DROPPED = "afresh", "again", "same", "dropped"


@pytest.mark.parametrize(
    ("state", "days", "saved", "moved", "becomes"),
    [
        ("running", None, False, False, SAME),
        ("running", 30, False, False, SAME),
        ("running", 60, False, False, AFRESH),
        ("running", None, True, False, SAME),
        ("running", None, True, True, AFRESH),
        ("done", None, True, True, AFRESH),
        ("done", 30, True, False, SAME),
        ("failed", None, False, False, SAME),
        ("failed", None, True, False, AGAIN),
        ("failed", None, True, True, AFRESH),
        ("stopped", None, True, False, SAME),
        ("stopped", None, True, True, DROPPED),
        ("stopped", 60, True, True, AFRESH),
        ("running", 0, False, False, DROPPED),
    ],
)
def test_a_change_of_the_source_starts_it_afresh_lets_it_go_on_or_drops_it(
    state: str, days: int | None, saved: bool, moved: bool, becomes: str
) -> None:
    was = progress(state)
    now = next_progress(was, GOES_BACK, days, NOW, saved=saved, moved=moved)
    if becomes == SAME:
        assert now == was
    elif becomes == DROPPED:
        assert now is None
    else:
        assert now is not None
        assert now["state"] == "running"
        assert (now["reached"] == was["reached"], now["read"]) == ((False, 0) if becomes == AFRESH else (True, 7))


def test_a_source_that_never_went_back_begins_only_when_asked() -> None:
    assert next_progress(None, GOES_BACK, None, NOW, saved=True, moved=True) is None
    begun_now = next_progress(None, GOES_BACK, 5, NOW, saved=False, moved=False)
    assert begun_now is not None
    assert begun_now["days"] == 5
