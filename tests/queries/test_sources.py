"""The health of a source, from its row and the pauses of its host."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.db import Database
from app.models import Host, Poll, Quarantined
from app.problems import Problem
from app.queries.sources import SourceView, imports, known_sources, lag, polls, quarantine, source, sources
from app.queries.usage import UsageView
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, mention_row, next_id, source_row

HERE = UUID(int=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("values", "paused_until", "seconds"),
    [
        ({"next_run_at": NOW - HOUR}, None, 3600),
        ({"next_run_at": NOW + HOUR}, None, 0),
        ({"next_run_at": None}, None, 0),
        ({"next_run_at": NOW - HOUR, "enabled": False}, None, 0),
        ({"next_run_at": NOW - HOUR}, NOW + HOUR, 0),
    ],
    ids=["overdue", "due later", "never read", "paused", "its host is left alone"],
)
def test_a_reading_is_late_only_when_we_could_have_read(
    values: dict[str, Any], paused_until: datetime | None, seconds: int
) -> None:
    assert lag(source_row(HERE, "S", **{"enabled": True, **values}), NOW, paused_until) == seconds


def view(paused_until: datetime | None = None, usage: tuple[UsageView, ...] = (), **values: Any) -> SourceView:
    row = source_row(HERE, "S", **{"enabled": True, "state": "ok", "next_run_at": NOW, **values})
    return SourceView(row, 0, 0, NOW, paused_until, usage=usage)


@pytest.mark.parametrize(
    ("given", "state", "until"),
    [
        (view(), "ok", None),
        (view(NOW + HOUR), "throttled", NOW + HOUR),
        (view(NOW + HOUR, next_run_at=NOW + 2 * HOUR), "ok", None),
        (view(NOW + HOUR, enabled=False), "ok", None),
        (view(NOW + HOUR, next_run_at=None), "ok", None),
        (view(state="throttled", next_run_at=NOW + HOUR), "throttled", NOW + HOUR),
        (view(NOW + 2 * HOUR, state="throttled", next_run_at=NOW + HOUR), "throttled", NOW + 2 * HOUR),
        (view(state="throttled", next_run_at=NOW - HOUR), "throttled", None),
        (view(state="throttled", next_run_at=NOW + HOUR, enabled=False), "throttled", None),
    ],
)
def test_a_source_that_waits_for_a_pause_of_its_host_says_until_when(
    given: SourceView, state: str, until: datetime | None
) -> None:
    assert (given.state, given.throttled_until) == (state, until)
    assert given.waits_for_another is (given.source.state != given.state)


def used(share: float, ends: datetime) -> UsageView:
    return UsageView(
        meter="money", unit={"en": "dollars"}, period="month", used=share, limit=1.0, period_starts_at=NOW,
        period_ends_at=ends, forecast=None, runs_out_at=None, paced_since=NOW,
    )  # fmt: skip


def test_a_budget_that_is_used_up_is_a_state_and_before_that_a_warning() -> None:
    usage = (used(0.5, NOW + HOUR), used(1.0, NOW + 2 * HOUR))
    assert view(state="budget", usage=usage).budget_until == NOW + 2 * HOUR
    assert view(state="budget").budget_until is None
    assert view(usage=usage).budget_until is None
    assert [str(warning) for warning in view(usage=usage).warnings] == ["100% of what it may use this month is used up"]
    assert view(state="budget", usage=usage, warning={"text": "Half of it"}).warnings == [{"text": "Half of it"}]


def test_sources_are_listed_with_what_they_brought_and_the_pause_of_their_host(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    first = source_row(here, "First", limit_key="example.com", next_run_at=NOW - HOUR)
    pushed = source_row(here, "File", collector="push", state="ok")
    add(first, pushed, Host(key="example.com", paused_until=NOW + HOUR, reason={"text": "Later"}))
    add(
        mention_row(here, "today", NOW - HOUR, source_id=first.id),
        mention_row(here, "before", NOW - 30 * HOUR, source_id=first.id),
        *(
            Poll(workspace_id=here, source_id=first.id, started_at=NOW, outcome=outcome)
            for outcome in ("ok", "failing")
        ),
        Quarantined(id=next_id(), workspace_id=here, source_id=first.id, external_id="x", reason="No", excerpt=""),
    )
    with db.reading() as session:
        views = sources(session, viewer, NOW).items
        assert [(one.source.name, one.mentions_24h, one.lag_seconds, one.state) for one in views] == [
            ("First", 1, 0, "throttled"),
            ("File", 0, 0, "ok"),
        ]
        assert views[0].pause_reason == {"text": "Later"}
        assert source(session, viewer, first.id, NOW).paused_until == NOW + HOUR
        assert [row.name for row in known_sources(session, viewer, [pushed.id, first.id])] == ["File", "First"]
        assert imports(session, viewer) == ["File"]
        assert [poll.outcome for poll in polls(session, viewer, first.id)] == ["failing", "ok"]
        assert [row.reason for row in quarantine(session, viewer, first.id)] == ["No"]
        assert (sources(session, elsewhere, NOW).items, imports(session, elsewhere)) == ([], [])
        for asks, source_id in ((elsewhere, first.id), (viewer, uuid4())):
            with pytest.raises(Problem):
                polls(session, asks, source_id)
