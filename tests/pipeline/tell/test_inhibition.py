"""A negative buzz keeps the limits of its brand quiet, in a database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from alerts.base import Verdict
from alerts.incident import Muted, Policy, step
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Channel, IncidentEvent, IncidentRow, uuid7
from app.pipeline.tell.incidents import new_row, remember
from app.pipeline.tell.inhibition import can_be_inhibited
from app.pipeline.tell.watch import Watch
from tests.pipeline.tell.test_watch import NOW, add_rule, brand_id, publish

__all__ = ["brand_id"]
LIMIT = {"counted": "detractors", "limit": 3, "min_mentions": 1, "window_hours": 1}
NIGHT = {"start": "00:00", "end": "23:59", "timezone": "UTC"}


def buzz(db: Database, workspace_id: UUID, brand: UUID, muted: Muted | None = None, **more: Any) -> UUID:
    """An open incident of the rule «Buzz»."""
    rule = AlertRule(
        workspace_id=workspace_id, id=uuid7(), brand_id=brand, name="Buzz", kind="negative_spike",
        params={}, severity="warning", **more,
    )  # fmt: skip
    memory, _ = step(None, Verdict(True, 4.0, 3.0), NOW, Policy(muted=muted))
    assert memory is not None
    row = new_row(rule, memory, NOW)
    remember(row, memory, rule)
    with db.writing() as session:
        session.add(rule)
        session.flush()
        session.add(row)
    return row.id


def timeline(db: Database, workspace_id: UUID, brand: UUID, hours: float) -> list[tuple[str, dict[str, Any]]]:
    """Looks at the brand. Gives the lines of the incident of the rule «Many»."""
    at = NOW + timedelta(hours=hours)
    Watch(db, Jobs(), "http://vigie.example", now=lambda: at)(str(workspace_id), str(brand))
    with db.reading() as session:
        lines = session.scalars(
            select(IncidentEvent)
            .join(IncidentRow, IncidentRow.id == IncidentEvent.incident_id)
            .join(AlertRule, AlertRule.id == IncidentRow.rule_id)
            .where(AlertRule.name == "Many")
            .order_by(IncidentEvent.id)
        )
        return [(line.kind, line.details) for line in lines]


def test_a_limit_on_detractors_waits_for_the_end_of_a_buzz_and_speaks_in_the_same_look(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    add_rule(db, workspace_id, brand_id, params=LIMIT)
    by = buzz(db, workspace_id, brand_id)
    publish(db, workspace_id, brand_id, 3, NOW)
    inhibited = ("quiet", {"reason": "inhibited", "incident": str(by), "rule": "Buzz"})
    assert timeline(db, workspace_id, brand_id, 0) == [inhibited]
    assert timeline(db, workspace_id, brand_id, 0.2) == [inhibited]
    publish(db, workspace_id, brand_id, 3, NOW + timedelta(hours=6))
    assert [kind for kind, _ in timeline(db, workspace_id, brand_id, 6.1)] == ["quiet", "opened"]


@pytest.mark.parametrize("more", [{"enabled": False}, {"muted": "quiet_hours", "quiet_hours": NIGHT}])
def test_a_limit_speaks_where_the_buzz_is_quiet_or_its_rule_is_off(
    db: Database, workspace_id: UUID, brand_id: UUID, more: dict[str, Any]
) -> None:
    add_rule(db, workspace_id, brand_id, params=LIMIT)
    buzz(db, workspace_id, brand_id, **more)
    publish(db, workspace_id, brand_id, 3, NOW)
    assert [kind for kind, _ in timeline(db, workspace_id, brand_id, 0)] == ["opened"]


def test_a_limit_speaks_where_one_of_its_channels_does_not_hear_of_the_buzz(
    db: Database, workspace_id: UUID, brand_id: UUID
) -> None:
    hooks = [Channel(workspace_id=workspace_id, id=uuid7(), kind="webhook", name=name, params={}) for name in "AB"]
    ids = [str(hook.id) for hook in hooks]
    with db.writing() as session:
        session.add_all(hooks)
    add_rule(db, workspace_id, brand_id, params=LIMIT)
    buzz(db, workspace_id, brand_id, channels=ids[:1])
    publish(db, workspace_id, brand_id, 3, NOW)
    assert [kind for kind, _ in timeline(db, workspace_id, brand_id, 0)] == ["opened"]


@pytest.mark.parametrize(
    ("kind", "params", "inhibited"),
    [
        ("threshold", {}, True),
        ("threshold", {"counted": "detractors"}, True),
        ("threshold", {"counted": "promoters"}, False),
        ("threshold", {"counted": "mentions"}, False),
        ("volume_surge", {}, True),
        ("negative_spike", {}, False),
    ],
)
def test_only_what_a_buzz_says_too_is_inhibited(kind: str, params: dict[str, Any], inhibited: bool) -> None:
    assert can_be_inhibited(AlertRule(kind=kind, params=params)) is inhibited
