"""When a source that reads well counts as silent."""

from __future__ import annotations

from datetime import timedelta

from app.db import Database
from app.models import Poll
from app.queries.silence import patience, silent_since
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, source_row

DAY = timedelta(days=1)


def test_patience_is_a_day_at_least() -> None:
    hour = timedelta(hours=1)
    assert patience(hour, hour) == DAY
    assert patience(5 * hour, 10 * hour) == 40 * hour
    assert patience(hour, 60 * hour) == 90 * hour


def test_a_source_is_silent_when_it_reads_well_and_brings_nothing_for_much_longer_than_usual(
    db: Database, viewer: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    last = NOW - 5 * DAY
    read_well = {"last_new_at": last, "last_success_at": NOW}
    silent, failing, paused, young = (
        source_row(here, "silent", **read_well),
        source_row(here, "failing", last_new_at=last, last_success_at=last + timedelta(hours=1)),
        source_row(here, "paused", enabled=False, **read_well),
        source_row(here, "young", **read_well),
    )
    rows = [silent, failing, paused, young]
    polls = [
        Poll(workspace_id=here, source_id=row.id, started_at=at, finished_at=at, outcome="ok", stored=1)
        for row in rows
        for at in (last - timedelta(hours=n) for n in (range(2) if row is young else range(4)))
    ]
    add(*rows, *sorted(polls, key=lambda poll: poll.finished_at))
    with db.reading() as session:
        assert silent_since(session, viewer, rows) == {silent.id: last}
        assert silent_since(session, viewer, []) == {}
