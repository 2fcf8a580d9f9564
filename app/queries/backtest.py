"""What a rule would have said about the past of a brand: each incident it would have opened, with its explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from alerts.backtest import STEP, Firing, Outcome, Span, Speech, moments, per_month, replay, suggested
from alerts.base import AnyRule, Explanation
from app.models import Brand, IncidentRow, Match
from app.pipeline.tell.evidence import explain_verdict
from app.queries.backtest_changes import Scope, changes, known_since
from app.queries.brands import brand
from app.viewer import Viewer, may

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule to try on the past of a brand. `rule_id` is that of the saved rule, None for one that is not saved."""

    brand_id: UUID
    kind: AnyRule
    params: Any
    speech: Speech
    rule_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WouldFire:
    """An incident that would have been, and the real one of that time: None where there was none. `false_alarm`: people
    said so of it."""

    firing: Firing
    explanation: Explanation
    incident_id: UUID | None
    false_alarm: bool


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of it. `start` and `end` are the time replayed.

    `data_since` is when the first mention that was looked at was published, `known_since` when the first of the brand
    was collected: both None without any. Numbers per month are of 30 days, over the part with data. `suggestion` holds
    the params with at most one alarm a month.
    """

    start: datetime
    end: datetime
    data_since: datetime | None
    known_since: datetime | None
    firings: Sequence[WouldFire]
    per_month: float
    sensitivity: Sequence[tuple[float, float]]
    suggestion: tuple[dict[str, Any], float] | None


@may("read")
def backtest(
    session: Session,
    viewer: Viewer,
    trial: Trial,
    days: int,
    now: datetime,
    tick: Callable[[datetime], None] | None = None,
) -> Backtest:
    """Replays the rule over the last `days`. Raises Problem 404 for the brand."""
    about = brand(session, viewer, trial.brand_id)
    end = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % STEP
    start = end - timedelta(days=days)
    known, born = known_since(session, viewer, about.id), _born(session, about, now)
    if known is None or born is None:
        return Backtest(start, end, None, None, (), 0.0, (), None)
    first = max(start - trial.kind.history, born).replace(minute=0, second=0, microsecond=0)
    scope = Scope(viewer.workspace_id, about.id, first, end, known)
    span = Span(first, max(start, _next_step(first)), end, born)
    known_changes = changes(session, viewer, scope)
    outcome = replay(trial.kind, trial.params, trial.speech, moments(known_changes, span, tick=tick))
    since = min((change.hour for change in known_changes), default=first)
    return _told(session, about, trial, scope, (start, since, end), outcome)


def _told(
    session: Session,
    about: Brand,
    trial: Trial,
    scope: Scope,
    period: tuple[datetime, datetime, datetime],
    outcome: Outcome,
) -> Backtest:
    start, since, end = period
    lasting = end - max(start, since)
    real = _incidents(session, about, trial, start)
    return Backtest(
        start,
        end,
        since,
        scope.known_since,
        [_with_facts(session, about, trial, scope, firing, real) for firing in outcome.firings],
        per_month(len(outcome.firings), lasting),
        [(level, per_month(number, lasting)) for level, number in outcome.at_levels],
        _suggestion(trial, outcome, lasting),
    )


def _born(session: Session, about: Brand, now: datetime) -> datetime | None:
    """When the first mention of the brand was published."""
    here = (Match.workspace_id == about.workspace_id, Match.brand_id == about.id)
    first = session.scalar(select(Match.published_at).where(*here).order_by(Match.published_at).limit(1))
    return min((at for at in (first, about.first_mention_at) if at and at < now), default=None)


def _next_step(at: datetime) -> datetime:
    return at + STEP


def _suggestion(trial: Trial, outcome: Outcome, lasting: timedelta) -> tuple[dict[str, Any], float] | None:
    found = suggested(outcome.at_levels, lasting)
    if found is None or trial.kind.dial is None:
        return None
    level, rate = found
    params = trial.params.model_copy(update={trial.kind.dial.param: level})
    return params.model_dump(mode="json"), rate


def _with_facts(
    session: Session, about: Brand, trial: Trial, scope: Scope, firing: Firing, real: Sequence[IncidentRow]
) -> WouldFire:
    at = firing.opened_at
    explanation = explain_verdict(session, about, firing.verdict, at, known=(scope.known_at(at), *scope.where))
    incident = _real(real, firing, trial.rule_id)
    return WouldFire(firing, explanation, incident.id if incident else None, bool(incident and incident.false_alarm))


def _incidents(session: Session, about: Brand, trial: Trial, start: datetime) -> Sequence[IncidentRow]:
    """The real incidents since then of the brand and the kind."""
    statement = select(IncidentRow).where(
        IncidentRow.workspace_id == about.workspace_id,
        IncidentRow.brand_id == about.id,
        IncidentRow.kind == trial.kind.kind,
        IncidentRow.state != "pending",
        or_(IncidentRow.resolved_at.is_(None), IncidentRow.resolved_at >= start),
    )
    return session.scalars(statement.order_by(IncidentRow.opened_at)).all()


def _real(rows: Sequence[IncidentRow], firing: Firing, rule_id: UUID | None) -> IncidentRow | None:
    """The incident of the time of a firing: of the saved rule rather than of another, then the nearest."""
    here = (row for row in rows if _overlap(row, firing))
    return min(here, key=lambda row: (row.rule_id != rule_id, abs(row.opened_at - firing.opened_at)), default=None)


def _overlap(row: IncidentRow, firing: Firing) -> bool:
    """Whether both were open at the same time, or one began within an hour after the other ended."""
    starts_in_time = firing.resolved_at is None or row.opened_at <= firing.resolved_at + HOUR
    return starts_in_time and (row.resolved_at is None or row.resolved_at + HOUR >= firing.opened_at)
