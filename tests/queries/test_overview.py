"""The few counts beside the menu."""

from __future__ import annotations

from app.db import Database
from app.models import AlertRule, IncidentRow
from app.queries.overview import Overview, overview
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import NOW, brand_row, channel_row, next_id, source_row


def test_what_waits_is_counted_and_what_is_there_is_known(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    here = viewer.workspace_id
    brand = brand_row(here, "Acme")
    rules = [AlertRule(id=next_id(), workspace_id=here, brand_id=brand.id, kind="threshold", name=f"{n}", params={})
             for n in range(3)]  # fmt: skip
    states = (("firing", None), ("recovering", NOW), ("resolved", None))
    open_ones = [
        IncidentRow(
            id=next_id(), workspace_id=here, rule_id=rule.id, brand_id=brand.id, kind="threshold", state=state,
            severity="warning", opened_at=NOW, acknowledged_at=acknowledged, explanation={}, memory={},
        )
        for rule, (state, acknowledged) in zip(rules, states, strict=True)
    ]  # fmt: skip
    sources = [source_row(here, state, state=state) for state in ("failing", "gone", "ok", "throttled")]
    paused = source_row(here, "paused", state="failing", enabled=False, sample=True)
    add(brand, *rules, *open_ones, *sources, paused, channel_row(here, "Hook"))
    with db.reading() as session:
        assert overview(session, viewer, NOW) == Overview(1, 2, True, True, True, True)
        assert overview(session, elsewhere, NOW) == Overview(0, 0, False, False, False, False)
