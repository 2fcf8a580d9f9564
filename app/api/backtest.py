"""A rule tried on the past."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from alerts.stored import explanation_to_json
from app.actions.backtest import RuleToTry, rule_to_try
from app.api.deps import Now, Reader, Reading
from app.api.route import Route
from app.api.schemas import Out
from app.queries.backtest import Backtest, Trial, WouldFire, backtest

router = APIRouter(prefix="/api/v1", tags=["alerts"], route_class=Route)


class FiringOut(Out):
    """One incident that would have been."""

    opened_at: datetime
    resolved_at: datetime | None = Field(description="Null where it still went on at `to`.")
    notified_at: datetime | None = Field(description="When its first message would have left; later in quiet hours.")
    severity: str
    explanation: dict[str, Any] = Field(description="As of an incident, from the mentions that were known then.")
    incident_id: UUID | None = Field(description="The real incident of that time; null where there was none.")
    judged: str | None = Field(description="`false_alarm` where people said so of that incident; else null.")


class LevelOut(Out):
    """How many alarms a month there would be at one level."""

    level: float
    per_month: float


class SuggestionOut(Out):
    """The params with which the rule would have spoken at most once a month."""

    params: dict[str, Any]
    per_month: float


class BacktestOut(Out):
    """What a rule would have said. Months are of 30 days; only the time of which there is data counts."""

    since: datetime = Field(alias="from")
    to: datetime
    known_since: datetime | None = Field(
        description="When the first mention of the brand was collected. From then on each moment is judged by what had "
        "been collected by then; before, by what had been published, as if it had been read at once. Null without "
        "any mention."
    )
    firings: list[FiringOut] = Field(description="Oldest first.")
    per_month: float
    sensitivity: list[LevelOut] = Field(
        description="Alarms per month at several values of the param that makes the rule stricter; empty where its "
        "kind has none."
    )
    suggestion: SuggestionOut | None = Field(
        description="The most sensitive of these levels with at most one alarm a month; null where none has so few, or "
        "less than four weeks are known."
    )


@router.post("/alert-rules/backtest", openapi_extra={"x-costly": True})
def try_rule(wanted: RuleToTry, viewer: Reader, session: Reading, now: Now) -> BacktestOut:
    """Each time a rule would have fired in the last days, with its delay, reminders and quiet hours.

    Every 15 minutes of the past is judged by what was known then. Of what changed since, only what people changed is
    taken back: a text judged again by a newer model, edited or erased counts as it is now. Sources count as readable.
    """
    trial = Trial(*rule_to_try(session, viewer, wanted), rule_id=wanted.rule_id)
    return backtest_out(backtest(session, viewer, trial, wanted.days, now))


def backtest_out(found: Backtest) -> BacktestOut:
    """A back-test as it is answered."""
    suggestion = found.suggestion
    return BacktestOut.model_validate(
        {
            "from": found.start,
            "to": found.end,
            "known_since": found.known_since,
            "firings": [_firing_out(each) for each in found.firings],
            "per_month": found.per_month,
            "sensitivity": [LevelOut(level=level, per_month=rate) for level, rate in found.sensitivity],
            "suggestion": SuggestionOut(params=suggestion[0], per_month=suggestion[1]) if suggestion else None,
        }
    )


def _firing_out(each: WouldFire) -> FiringOut:
    return FiringOut(
        opened_at=each.firing.opened_at,
        resolved_at=each.firing.resolved_at,
        notified_at=each.firing.notified_at,
        severity=each.firing.severity,
        explanation=explanation_to_json(each.explanation),
        incident_id=each.incident_id,
        judged="false_alarm" if each.false_alarm else None,
    )
