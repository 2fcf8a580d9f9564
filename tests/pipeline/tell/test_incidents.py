"""What a row keeps of an incident, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.base import Severity, Verdict
from alerts.incident import Policy, from_json, step
from app.models import AlertRule, IncidentRow
from app.pipeline.tell.incidents import new_row, policy_of, remember, worst_severity, would_open

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def rule(**more: Any) -> AlertRule:
    given = {"severity": "warning", "for_minutes": 0, "repeat_hours": 4.0, **more}
    return AlertRule(workspace_id=UUID(int=1), id=UUID(int=3), brand_id=UUID(int=2), kind="threshold", **given)


def row_of(verdict: Verdict, rule: AlertRule, for_minutes: int = 0) -> IncidentRow:
    memory, _ = step(None, verdict, NOW, Policy(for_minutes=for_minutes))
    assert memory is not None
    row = new_row(rule, memory, NOW + timedelta(minutes=1))
    remember(row, memory, rule)
    assert from_json(row.memory) == memory
    return row


@pytest.mark.parametrize(
    ("least", "found", "severity"),
    [
        ("info", "info", "info"),
        ("info", "warning", "warning"),
        ("warning", "info", "warning"),
        ("warning", "critical", "critical"),
        ("critical", "info", "critical"),
        ("unheard of", "info", "warning"),
    ],
)
def test_an_incident_is_at_least_as_severe_as_its_rule(least: str, found: Severity, severity: str) -> None:
    assert row_of(Verdict(True, 4.0, 3.0, found), rule(severity=least)).severity == severity


def test_an_incident_becomes_milder_in_its_row_too_and_its_worst_is_kept() -> None:
    mine, memory, now = rule(severity="info"), None, NOW
    for severity, hours in (("critical", 0), ("info", 1), ("info", 2)):
        now = NOW + timedelta(hours=hours)
        memory, _ = step(memory, Verdict(True, 4.0, 3.0, severity), now, Policy())  # type: ignore[arg-type] # Severity
    assert memory is not None
    row = new_row(mine, memory, now)
    remember(row, memory, mine)
    assert (row.severity, worst_severity(row)) == ("info", "critical")
    row.severity = "critical"
    assert worst_severity(row) is None
    row.memory = {}
    assert worst_severity(row) is None


def test_an_incident_is_dated_by_its_opening_and_a_pending_one_by_its_first_firing() -> None:
    opened = row_of(Verdict(True, 4.0, 3.0, since=NOW - timedelta(hours=3)), rule())
    assert (opened.state, opened.opened_at, opened.since) == ("firing", NOW, NOW - timedelta(hours=3))
    pending = row_of(Verdict(True, 4.0, 3.0), rule(), for_minutes=30)
    assert (pending.state, pending.opened_at, pending.since) == ("pending", NOW, NOW)


@pytest.mark.parametrize(
    ("hours", "muted"),
    [
        (None, None),
        ({"start": "07:00", "end": "09:00", "timezone": "UTC"}, "quiet_hours"),
        ({"start": "07:00", "end": "09:00", "timezone": "Asia/Tokyo"}, None),
    ],
)
def test_a_rule_is_muted_in_its_quiet_hours_only(hours: dict[str, str] | None, muted: str | None) -> None:
    policy = policy_of(rule(quiet_hours=hours, for_minutes=5, repeat_hours=12.0), NOW)
    assert policy == Policy(for_minutes=5, repeat_hours=12.0, muted=muted)  # type: ignore[arg-type] # Muted


@pytest.mark.parametrize(
    ("state", "firing", "opens"),
    [(None, True, True), (None, False, False), ("pending", True, True), ("pending", False, False),
     ("firing", True, False), ("recovering", True, False), ("resolved", True, False)],
)  # fmt: skip
def test_a_verdict_would_open_what_nobody_knows_of_yet(state: str | None, firing: bool, opens: bool) -> None:
    assert would_open(IncidentRow(state=state) if state else None, Verdict(firing, 4.0, 3.0)) is opens
