"""What the readings of a source brought, as a line of its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.pipeline.gather.history import Harvest, history_line
from app.pipeline.gather.lease import COLLECT, Lease
from app.pipeline.sift.batch import Stored
from ground.notice import Notice

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORKSPACE, SOURCE = UUID(int=1), UUID(int=2)
LEASE = Lease(COLLECT, WORKSPACE, SOURCE, 7)
WARNING = Notice("only {n} could be read", {"n": 3})
KEPT = {"text": "only {n} could be read", "args": {"n": 3}}


def test_a_line_of_history_says_what_came_and_what_went_wrong() -> None:
    harvest = Harvest(read=9, unmatched=4)
    assert harvest.is_empty
    harvest.add(Stored(stored=1, updated=2))
    harvest.add(Stored(stored=1, quarantined=3, unchanged=5))
    assert not harvest.is_empty
    line = history_line(LEASE, harvest, NOW - HOUR, NOW, "failing", WARNING)
    assert (line.workspace_id, line.source_id, line.started_at, line.finished_at) == (
        WORKSPACE,
        SOURCE,
        NOW - HOUR,
        NOW,
    )
    assert (line.read, line.stored, line.updated, line.unmatched, line.quarantined) == (9, 2, 2, 4, 3)
    assert (line.outcome, line.error) == ("failing", KEPT)
    assert history_line(LEASE, harvest, NOW, NOW, "ok").error is None
