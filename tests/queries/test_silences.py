"""What silences are there, and what each kept back or would have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.db import Database
from app.models import AlertRule, Brand, Delivery, IncidentRow, Silence, Withheld
from app.queries.overview import overview
from app.queries.silences import Suppressed, kept_quiet, preview, silences
from app.viewer import Viewer
from tests.rows import NOW, brand_row, channel_row, next_id, rule_row

HOUR = timedelta(hours=1)


@pytest.fixture
def incident(db: Database, viewer: Viewer) -> IncidentRow:
    """An incident of two days ago, told to a channel twice."""
    brand, channel = brand_row(viewer.workspace_id, "Acme"), channel_row(viewer.workspace_id, "Hook")
    rule, at = rule_row(brand), NOW - timedelta(days=2)
    row = IncidentRow(
        workspace_id=viewer.workspace_id, id=next_id(), rule_id=rule.id, brand_id=brand.id, kind=rule.kind,
        state="resolved", severity="warning", opened_at=at, explanation={}, memory={},
    )  # fmt: skip
    told = [
        Delivery(
            workspace_id=viewer.workspace_id, id=next_id(), incident_id=row.id, channel_id=channel.id, why=why,
            sequence=1, message={}, next_try_at=at,
        )
        for why in ("opened", "resolved")
    ]  # fmt: skip
    with db.writing() as session:
        for rows in ([brand, channel], [rule], [row], told):
            session.add_all(rows)
            session.flush()
    return row


def silence(viewer: Viewer, start: float, end: float, **more: Any) -> Silence:
    return Silence(
        workspace_id=viewer.workspace_id, id=next_id(), starts_at=NOW + start * HOUR, until=NOW + end * HOUR,
        reason="A sale", author="ana@example.com", **more,
    )  # fmt: skip


def test_silences_are_running_coming_or_over_and_say_what_they_kept_back(
    db: Database, viewer: Viewer, incident: IncidentRow
) -> None:
    over, ended = silence(viewer, -3, -1), silence(viewer, -3, 1, ended_at=NOW - HOUR)
    running, coming = silence(viewer, -1, 1, brand_id=incident.brand_id), silence(viewer, 1, 2)
    with db.writing() as session:
        session.add_all([over, ended, running, coming])
        session.flush()
        for number in range(3):
            session.add(
                Withheld(
                    workspace_id=viewer.workspace_id, silence_id=running.id, incident_id=incident.id, why="reminder",
                    number=number, messages=2, at=NOW,
                )
            )  # fmt: skip
    with db.reading() as session:
        found = silences(session, viewer, NOW).items
        assert [(view.silence.id, view.state) for view in found] == [
            (coming.id, "coming"), (running.id, "running"), (ended.id, "over"), (over.id, "over"),
        ]  # fmt: skip
        for state in ("coming", "running", "over"):
            wanted = [view.silence.id for view in found if view.state == state]
            assert [view.silence.id for view in silences(session, viewer, NOW, state=state).items] == wanted
        assert (found[1].suppressed, found[1].brand) == (Suppressed(1, 6), "Acme")
        assert [(kept.incident.id, kept.messages) for kept in kept_quiet(session, viewer, running.id)] == [
            (incident.id, 6)
        ]
        assert overview(session, viewer, NOW).paused_until is None
        assert overview(session, viewer, NOW + 1.5 * HOUR).paused_until == coming.until


@pytest.mark.parametrize(
    ("days", "kind", "q", "found"),
    [
        (3, None, None, Suppressed(1, 2)),
        (3, "threshold", None, Suppressed(1, 2)),
        (3, "volume_surge", None, Suppressed()),
        (1, None, None, Suppressed()),
        (3, None, "sale", Suppressed()),
    ],
)
def test_the_preview_counts_what_was_told_of_such_incidents_in_these_days(
    db: Database, viewer: Viewer, incident: IncidentRow, days: int, kind: str | None, q: str | None, found: Suppressed
) -> None:
    with db.reading() as session:
        assert preview(session, viewer, incident.brand_id, kind, q, days, NOW).suppressed == found
        assert preview(session, viewer, UUID(int=7), kind, q, days, NOW).suppressed == Suppressed()
        assert isinstance(session.get(Brand, (viewer.workspace_id, incident.brand_id)), Brand)
        assert session.get(AlertRule, (viewer.workspace_id, incident.rule_id)) is not None
