"""Incidents by their state, and one with all that was done about it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.db import Database
from app.models import AlertRule, IncidentEvent, IncidentRow
from app.problems import Problem
from app.queries.incidents import StateFilter, incident, incidents
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, next_id

STATES: list[tuple[StateFilter | None, list[str]]] = [
    (None, ["resolved", "recovering", "firing"]),
    ("open", ["recovering", "firing"]),
    ("pending", ["pending"]),
    ("resolved", ["resolved"]),
]


def test_incidents_are_listed_by_state_and_shown_with_their_timeline(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    brand = brand_row(here, "Acme")
    rules = [
        AlertRule(id=next_id(), workspace_id=here, brand_id=brand.id, kind="threshold", name=f"Rule {n}", params={})
        for n in range(4)
    ]
    rows = [
        IncidentRow(
            id=next_id(), workspace_id=here, rule_id=rules[n].id, brand_id=brand.id, kind="threshold", state=state,
            severity="warning", opened_at=NOW + timedelta(hours=n), explanation={}, memory={},
        )
        for n, state in enumerate(("firing", "recovering", "resolved", "pending"))
    ]  # fmt: skip
    lines = [IncidentEvent(workspace_id=here, incident_id=rows[0].id, at=NOW, kind=kind, actor="ana", details={})
             for kind in ("acknowledged", "note")]  # fmt: skip
    add(brand, *rules, *rows, *lines)
    with db.reading() as session:
        for state, expected in STATES:
            assert [view.incident.state for view in incidents(session, viewer, state=state).items] == expected
        assert incidents(session, viewer, brand_id=uuid4()).items == []
        assert incidents(session, elsewhere).items == []
        detail = incident(session, viewer, rows[0].id)
        assert (detail.view.brand.name, detail.view.rule.name, detail.deliveries) == ("Acme", "Rule 0", [])
        assert [line.kind for line in detail.timeline] == ["acknowledged", "note"]
        with pytest.raises(Problem):
            incident(session, elsewhere, rows[0].id)
