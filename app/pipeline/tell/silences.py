"""Which silence keeps an incident quiet at this moment, and what it kept back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from alerts import silence as pure
from alerts.base import SEVERITIES, BrandHours, HourCounts, Verdict, Why
from alerts.incident import Incident, Policy
from app.asking import condition
from app.models import AlertRule, Brand, Delivery, IncidentRow, Match, Mention, Silence, Withheld
from app.pipeline.tell.news import COUNTS
from app.pipeline.tell.verdicts import evaluate, hours_for
from matching.query import QueryError, parse


def over_at() -> SQLColumnExpression[datetime]:
    """When a silence is over: at its end, or when somebody ended it."""
    return func.least(Silence.until, func.coalesce(Silence.ended_at, Silence.until))


def runs_at(now: datetime) -> ColumnElement[bool]:
    """Whether a silence runs at this moment."""
    return and_(Silence.starts_at <= now, Silence.until > now, Silence.ended_at.is_(None))


def about_everything() -> ColumnElement[bool]:
    """Whether a silence is about every incident."""
    return and_(Silence.brand_id.is_(None), Silence.kind.is_(None), Silence.q.is_(None))


def silences_at(session: Session, workspace_id: UUID, now: datetime) -> Sequence[Silence]:
    """The silences of the workspace that run at this moment."""
    return session.scalars(
        select(Silence).where(Silence.workspace_id == workspace_id, runs_at(now)).order_by(Silence.id)
    ).all()


def silence_of(
    session: Session,
    brand: Brand,
    rule: AlertRule,
    row: IncidentRow | None,
    verdict: Verdict | None,
    silences: Sequence[Silence],
    now: datetime,
) -> Silence | None:
    """The silence that keeps the incident of the rule quiet; None where nothing does."""
    rows = {str(silence.id): silence for silence in silences}
    if not rows:
        return None
    found = pure.muting(
        map(facts_of, silences),
        str(brand.id),
        rule.kind,
        now,
        lambda silence: rests_on(session, brand, rule, row, verdict, rows[silence.id], now),
    )
    return rows[found.id] if found else None


def facts_of(silence: Silence) -> pure.Silence:
    """What decides whom a silence keeps quiet."""
    until = min(silence.until, silence.ended_at or silence.until)
    brand = str(silence.brand_id) if silence.brand_id else None
    return pure.Silence(str(silence.id), silence.starts_at, until, brand, silence.kind, silence.q)


def rests_on(
    session: Session,
    brand: Brand,
    rule: AlertRule,
    row: IncidentRow | None,
    verdict: Verdict | None,
    silence: Silence,
    now: datetime,
) -> bool:
    """Whether the rule fires because of the mentions that match the query of the silence.

    Once it no longer fires, an incident stays with the silence that kept back its beginning.
    """
    if verdict is None or not verdict.firing:
        return row is not None and has_kept_back(session, silence, row)
    return fires_only_with(session, brand, rule, silence.q or "", now)


def fires_only_with(session: Session, brand: Brand, rule: AlertRule, q: str, now: datetime) -> bool:
    """Whether the rule would not fire at this moment without the mentions that match a query."""
    left = without(session, brand, hours_for(session, brand, rule, now), q)
    return left is not None and not evaluate(rule, left).firing


def without(session: Session, brand: Brand, hours: BrandHours, q: str) -> BrandHours | None:
    """The hours as they would be without the mentions that match a query; None when none of them does."""
    matched = matching(q)
    if matched is None or not hours.counts:
        return None
    rows = session.execute(
        select(func.date_trunc("hour", Match.published_at, "UTC").label("hour"), *_counts())
        .join(Mention, and_(Mention.workspace_id == Match.workspace_id, Mention.id == Match.mention_id))
        .where(
            Match.workspace_id == brand.workspace_id,
            Match.brand_id == brand.id,
            Match.published_at >= hours.counts[0].start,
            Match.stance.is_not(None),
            Mention.status != "irrelevant",
            ~Mention.published_guessed,
            matched,
        )
        .group_by("hour")
    ).mappings()
    found = {row["hour"]: row for row in rows}
    if not found:
        return None
    return replace(hours, counts=[_left(hour, found.get(hour.start)) for hour in hours.counts])


def matching(q: str) -> ColumnElement[bool] | None:
    """The condition that a mention matches a query; None for one that this version cannot read."""
    try:
        return condition(parse(q))
    except QueryError:
        return None


def _counts() -> list[Any]:
    def led(stance: str) -> Any:
        return func.count(case((and_(Match.lead, Match.stance == stance), 1)))

    leads = func.count(case((Match.lead, 1)))
    values = (func.count(), leads, led("promoter"), led("passive"), led("detractor"))
    return [value.label(name) for name, value in zip(COUNTS, values, strict=True)]


def _left(hour: HourCounts, found: Any) -> HourCounts:
    """An hour without these mentions. Nothing falls below zero, though rows may have changed since it was counted."""
    if found is None:
        return hour
    return replace(hour, **{name: max(0, getattr(hour, name) - found[name]) for name in COUNTS})


def has_kept_back(session: Session, silence: Silence, row: IncidentRow) -> bool:
    """Whether the silence kept back anything about this incident."""
    of_both = exists().where(
        Withheld.workspace_id == silence.workspace_id,
        Withheld.silence_id == silence.id,
        Withheld.incident_id == row.id,
    )
    return bool(session.scalar(select(of_both)))


def words_of(silence: Silence | None) -> dict[str, Any]:
    """What the timeline of an incident keeps of the silence, which may be removed later."""
    if silence is None:
        return {}
    return {
        "silence": str(silence.id),
        "said": silence.reason,
        "author": silence.author,
        "until": silence.until.isoformat(),
    }


def hold_back(
    session: Session,
    silence: Silence,
    row: IncidentRow,
    incident: Incident,
    why: Why,
    channels: int,
    policy: Policy,
    now: datetime,
) -> None:
    """Notes a message that the silence kept back, once, however often the incident is looked at."""
    what, number = numbered(incident, why, policy, now)
    session.execute(
        insert(Withheld)
        .values(
            workspace_id=row.workspace_id,
            silence_id=silence.id,
            incident_id=row.id,
            why=what,
            number=number,
            messages=channels,
            at=now,
        )
        .on_conflict_do_nothing()
    )


def numbered(incident: Incident, why: Why, policy: Policy, now: datetime) -> tuple[Why, int]:
    """Which message was kept back: reminders are numbered by the pauses between them, also those that would have
    followed an opening that was kept back itself."""
    since = incident.last_notified_at or incident.opened_at or now
    pauses = int((now - since) / timedelta(hours=policy.repeat_hours))
    if why == "reminder":
        return "reminder", pauses
    if why == "opened" and pauses and incident.state == "firing" and not incident.acknowledged_at:
        return "reminder", pauses
    return why, SEVERITIES.index(incident.severity) if why == "worsened" else 0


def is_held(now: datetime) -> ColumnElement[bool]:
    """Whether a delivery that waits is about an incident that a silence without a query keeps quiet at this moment."""
    return exists().where(
        Silence.workspace_id == Delivery.workspace_id,
        IncidentRow.workspace_id == Delivery.workspace_id,
        IncidentRow.id == Delivery.incident_id,
        runs_at(now),
        Silence.q.is_(None),
        or_(Silence.brand_id.is_(None), Silence.brand_id == IncidentRow.brand_id),
        or_(Silence.kind.is_(None), Silence.kind == IncidentRow.kind),
    )
