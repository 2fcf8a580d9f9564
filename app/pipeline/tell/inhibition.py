"""Which incident keeps another one of its brand quiet: a negative buzz says already what a limit would say."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.incident import from_json, is_known
from app.models import AlertRule, IncidentRow
from app.pipeline.tell.outbox import channels_of

INHIBITOR = "negative_spike"
"""The kind of rule whose incidents inhibit. It is judged first, so that it does so from the look that opens them."""


@dataclass(frozen=True, slots=True)
class Inhibitor:
    """The incident that inhibits, and the name of its rule."""

    incident: IncidentRow
    rule: str


def inhibitor_of(session: Session, rule: AlertRule) -> Inhibitor | None:
    """The open incident that keeps the rule quiet. None where there is none, or where a channel of the rule would not
    hear of it."""
    if not can_be_inhibited(rule):
        return None
    rows = session.execute(
        select(IncidentRow, AlertRule)
        .join(AlertRule, (AlertRule.workspace_id == IncidentRow.workspace_id) & (AlertRule.id == IncidentRow.rule_id))
        .where(IncidentRow.workspace_id == rule.workspace_id, IncidentRow.brand_id == rule.brand_id)
        .where(AlertRule.kind == INHIBITOR, AlertRule.enabled, IncidentRow.state.in_(("firing", "recovering")))
        .order_by(IncidentRow.opened_at, IncidentRow.id)
    ).all()
    reached = {channel.id for channel in channels_of(session, rule)} if rows else set()
    for row, other in rows:
        if is_told(row) and reached <= {channel.id for channel in channels_of(session, other)}:
            return Inhibitor(row, other.name)
    return None


def can_be_inhibited(rule: AlertRule) -> bool:
    """Whether a negative buzz says what the rule would: it has a limit on detractors, or on everything at once."""
    if rule.kind == "threshold":
        return bool(rule.params.get("counted", "detractors") == "detractors")
    return rule.kind == "volume_surge"


def is_told(row: IncidentRow) -> bool:
    """Whether its opening was decided. One that is itself kept quiet must keep no other one quiet."""
    try:
        return is_known(from_json(row.memory))
    except ValidationError:
        return False


def named(inhibitor: Inhibitor | None) -> dict[str, str]:
    """What the timeline keeps of it."""
    return {"incident": str(inhibitor.incident.id), "rule": inhibitor.rule} if inhibitor else {}
