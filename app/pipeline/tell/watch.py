"""Looks at one brand: recounts its hours, evaluates its rules, moves its incidents on, and writes what is to be said.

All of it in one transaction: an incident and its deliveries are there together, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import structlog
from pydantic import TypeAdapter
from sqlalchemy import and_, select, text
from sqlalchemy.orm import Session

from alerts.base import SEVERITIES, BrandHours, Explanation, IncidentNotice, Message, Sample, Severity, Verdict
from alerts.explain import explain
from alerts.incident import Decision, Incident, Policy, from_json, over, step, to_json
from alerts.rules import all_rules
from alerts.silence import is_quiet
from alerts.stored import explanation_from_json, explanation_to_json, message_to_json
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, Channel, Delivery, IncidentEvent, IncidentRow, Match, Mention, Source, uuid7
from app.pipeline.gather.pauses import paused
from app.pipeline.keep.aggregate import hourly, recount_dirty
from app.pipeline.tell.news import without_history
from app.pipeline.tell.voices import same_author, stale
from collectors import all_collectors
from ground.words import folded

log = structlog.get_logger(__name__)

GIVE_UP_RULE = 5
"""A rule that raises this often in a row is disabled, with its reason."""
HOLD = timedelta(hours=1)
"""How long a new model may keep rules on stances from opening incidents while it reads the history again."""
RECENT, USUAL = 300, 300
"""Mentions read to explain an incident: those of its window, and those of the month before."""


class Watch:
    """The step: `Watch(db, jobs, address)(workspace_id, brand_id)`. `address` is ours, for links in messages."""

    def __init__(
        self,
        db: Database,
        jobs: Jobs,
        address: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._jobs, self._address, self._now, self._checkpoint = db, jobs, address, now, checkpoint

    def __call__(self, workspace_id: str, brand_id: str) -> None:
        self._db.retried(lambda session: self._look(session, UUID(workspace_id), UUID(brand_id)))
        self._checkpoint("watch:stored")

    def _look(self, session: Session, workspace_id: UUID, brand_id: UUID) -> None:
        now = self._now()
        brand = session.scalars(
            select(Brand).where(Brand.workspace_id == workspace_id, Brand.id == brand_id).with_for_update()
        ).one_or_none()
        if brand is None:
            return
        recount_dirty(session, workspace_id, brand_id)
        if stale(brand.same_author_at, now):
            brand.same_author, brand.same_author_at = same_author(session, workspace_id, brand_id, now), now
        brand.watched_at = now
        rules = session.scalars(
            select(AlertRule)
            .where(AlertRule.workspace_id == workspace_id, AlertRule.brand_id == brand_id, AlertRule.enabled)
            .order_by(AlertRule.id)
            .with_for_update()
        ).all()
        written = sum(self._apply(session, brand, rule, now) for rule in rules)
        if written:
            self._jobs.defer(session, "notify")
        self._checkpoint("watch:before-commit")

    def _apply(self, session: Session, brand: Brand, rule: AlertRule, now: datetime) -> int:
        verdict = judged(session, brand, rule, now)
        row = current(session, rule, now)
        if verdict is not None and verdict.firing and (row is None or row.state == "pending"):
            unsure = misread(session, brand, rule, verdict, now) or old_news(session, brand, rule, now)
            verdict = None if unsure else verdict
        was = from_json(row.memory) if row else None
        policy = policy_of(rule, now)
        incident, decision = step(was, verdict, now, policy)
        if incident is None:
            if row is not None:
                session.delete(row)
            return 0
        if row is None:
            row = opened(rule, incident, now)
        remember(row, incident)
        session.add(row)
        if decision.why or not row.explanation:
            explanation = explained(session, brand, verdict or incident.peak, now)
            row.explanation = explanation_to_json(explanation)
        session.flush()
        return self._tell(session, brand, rule, row, decision, now)

    def _tell(
        self, session: Session, brand: Brand, rule: AlertRule, row: IncidentRow, decision: Decision, now: datetime
    ) -> int:
        if decision.why is None:
            if decision.quiet in ("silenced", "inhibited", "quiet_hours"):
                note(session, row, now, "quiet", reason=decision.quiet)
            return 0
        channels = session.scalars(
            select(Channel).where(
                Channel.workspace_id == row.workspace_id, Channel.id.in_(rule.channels), Channel.enabled
            )
        ).all()
        for channel in channels:
            delivery_id = uuid5(row.id, f"{channel.id}:{decision.why}:{decision.sequence}")
            incident = IncidentNotice(
                id=str(row.id),
                why=decision.why,
                sequence=decision.sequence,
                brand=brand.name,
                rule=rule.name,
                rule_kind=rule.kind,
                severity=row.severity,  # type: ignore[arg-type] # written by us from a Severity
                state=row.state,  # type: ignore[arg-type] # written by us from a State
                opened_at=row.opened_at,
                explanation=explanation_from_json(row.explanation),
            )
            message = Message(
                id=f"msg_{delivery_id.hex}",
                at=now,
                url=f"{self._address}/alerts/{row.id}",
                subject=incident,
                language="fr" if channel.language == "fr" else "en",
                timezone=channel.timezone,
            )
            session.add(
                Delivery(
                    workspace_id=row.workspace_id,
                    id=delivery_id,
                    incident_id=row.id,
                    channel_id=channel.id,
                    why=decision.why,
                    sequence=decision.sequence,
                    message=message_to_json(message),
                    next_try_at=now,
                )
            )
        note(session, row, now, decision.why, sequence=decision.sequence, channels=[c.name for c in channels])
        return len(channels)


def judged(session: Session, brand: Brand, rule: AlertRule, now: datetime) -> Verdict | None:
    """The rule's verdict; None when it cannot be known: nothing spoke lately, or the rule failed."""
    kind = all_rules()[rule.kind]
    window = window_of(session, brand, kind.history, now)
    try:
        verdict = kind.evaluate(kind.params(**rule.params), window)
    except Exception as error:  # a rule's fault must not keep the other rules from being evaluated
        log.exception("a rule failed", rule=str(rule.id))
        rule.failures += 1
        if rule.failures >= GIVE_UP_RULE:
            rule.enabled, rule.disabled_reason = False, f"it failed {rule.failures} times: {error}"[:300]
        return None
    rule.failures = 0
    rule.last_evaluated_at = now
    rule.last_verdict = TypeAdapter(Verdict).dump_python(verdict, mode="json")
    if not verdict.firing and blind(session, brand, now):
        return None
    return verdict


def misread(session: Session, brand: Brand, rule: AlertRule, verdict: Verdict, now: datetime) -> bool:
    """Whether a new model is reading the history that a verdict on stances rests on: what it has read and what it has
    not cannot be compared, and nothing new is said, for an hour at most."""
    if verdict.counted == "mentions":
        return False
    values = {"workspace": brand.workspace_id, "brand": brand.id, "since": now - HOLD}
    return bool(session.scalar(MISREAD, {**values, "start": now - all_rules()[rule.kind].history}))


def old_news(session: Session, brand: Brand, rule: AlertRule, now: datetime) -> bool:
    """Whether a firing rule would be silent without what a source that was asked to go back has dug up."""
    kind = all_rules()[rule.kind]
    window = without_history(session, brand, window_of(session, brand, kind.history, now))
    return window is not None and not kind.evaluate(kind.params(**rule.params), window).firing


MISREAD = text(
    """
    SELECT EXISTS (
        SELECT FROM (SELECT model, started_at FROM model_run ORDER BY started_at DESC LIMIT 1) AS run
        JOIN match ON match.model <> run.model
        WHERE run.started_at > :since AND match.workspace_id = :workspace AND match.brand_id = :brand
          AND match.published_at >= :start AND match.scored_at IS NOT NULL
    )
    """
)


def window_of(session: Session, brand: Brand, history: timedelta, now: datetime) -> BrandHours:
    """What the rule may see. A brand younger than the history is seen from its first mention on."""
    born = min(brand.first_mention_at or now, now)
    start = max(now - history, born).replace(minute=0, second=0, microsecond=0)
    return BrandHours(now, hourly(session, brand.workspace_id, brand.id, start, now), born)


def blind(session: Session, brand: Brand, now: datetime) -> bool:
    """Whether no source that reads for this brand could be read of late: silence then proves nothing.

    Why does not matter: refused, over its budget, changed, or kept waiting by its host for the sake of others.
    """
    sent = [kind for kind, declared in all_collectors().items() if not (declared.polled or declared.stream)]
    rows = session.execute(
        select(Source.state, paused(now), Source.last_success_at, Source.interval_seconds).where(
            Source.workspace_id == brand.workspace_id,
            Source.enabled,
            Source.collector.not_in(sent),
            (Source.brand_id == brand.id) | Source.brand_id.is_(None),
        )
    ).all()
    return bool(rows) and all(
        (waits or state not in ("ok", "waiting")) and (at is None or now - at > timedelta(seconds=3 * seconds))
        for state, waits, at, seconds in rows
    )


def current(session: Session, rule: AlertRule, now: datetime) -> IncidentRow | None:
    """The incident that the rule is in, unless the last one is over and done."""
    row = session.scalars(
        select(IncidentRow)
        .where(IncidentRow.workspace_id == rule.workspace_id, IncidentRow.rule_id == rule.id)
        .order_by(IncidentRow.opened_at.desc(), IncidentRow.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    return None if row is None or over(from_json(row.memory), now, policy_of(rule, now)) else row


def policy_of(rule: AlertRule, now: datetime) -> Policy:
    muted = "quiet_hours" if is_quiet(rule.quiet_hours, now) else None
    return Policy(for_minutes=rule.for_minutes, repeat_hours=rule.repeat_hours, muted=muted)  # type: ignore[arg-type] # Muted


def opened(rule: AlertRule, incident: Incident, now: datetime) -> IncidentRow:
    return IncidentRow(
        workspace_id=rule.workspace_id,
        id=uuid7(),
        rule_id=rule.id,
        brand_id=rule.brand_id,
        kind=rule.kind,
        severity=rule.severity,
        opened_at=incident.opened_at or now,
        explanation={},
        false_alarm=False,
    )


def remember(row: IncidentRow, incident: Incident) -> None:
    """Writes an incident into its row. The rule's severity is the least; the volume may raise it."""
    row.memory = to_json(incident)
    row.state = incident.state
    row.severity = max(severity_of(row.severity), incident.severity, key=SEVERITIES.index)
    row.opened_at = incident.opened_at or incident.first_firing_at
    row.since = incident.since
    row.resolved_at = incident.resolved_at


def severity_of(name: str) -> Severity:
    return next((severity for severity in SEVERITIES if severity == name), "warning")


def note(session: Session, row: IncidentRow, now: datetime, kind: str, **details: Any) -> None:
    """A line of the timeline, unless the last one says the same."""
    last = session.scalars(
        select(IncidentEvent)
        .where(IncidentEvent.workspace_id == row.workspace_id, IncidentEvent.incident_id == row.id)
        .order_by(IncidentEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or (last.kind, last.details) != (kind, details):
        session.add(
            IncidentEvent(workspace_id=row.workspace_id, incident_id=row.id, at=now, kind=kind, details=details)
        )


def explained(session: Session, brand: Brand, verdict: Verdict, now: datetime) -> Explanation:
    """The facts of a verdict, with the mentions of its window held against the brand's usual ones."""
    since = verdict.since or now - timedelta(hours=verdict.window_hours)
    stance = {"detractors": "detractor", "promoters": "promoter"}.get(verdict.counted)
    recent = samples(session, brand, stance, since, now)
    usual = session.scalars(
        select(Mention.title + " " + Mention.text)
        .join(Match, and_(Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id))
        .where(Match.workspace_id == brand.workspace_id, Match.brand_id == brand.id, Match.lead)
        .where(Match.published_at < since, Match.published_at >= since - timedelta(days=30))
        .order_by(Match.published_at.desc())
        .limit(USUAL)
    ).all()
    own = set(folded(f"{brand.name} {brand.query}"))
    return explain(verdict, recent, usual, brand=sorted(own))


def samples(session: Session, brand: Brand, stance: str | None, since: datetime, now: datetime) -> Sequence[Sample]:
    """The leads of a window, newest first."""
    wanted = (
        select(
            Mention.title,
            Mention.text,
            Mention.author,
            Mention.outlet,
            Mention.platform,
            Mention.url,
            Mention.published_at,
            Mention.reach,
        )
        .join(Match, and_(Match.workspace_id == Mention.workspace_id, Match.mention_id == Mention.id))
        .where(Match.workspace_id == brand.workspace_id, Match.brand_id == brand.id, Match.lead)
        .where(Match.published_at >= since, Match.published_at <= now)
        .order_by(Match.published_at.desc())
        .limit(RECENT)
    )
    if stance:
        wanted = wanted.where(Match.stance == stance)
    return [
        Sample(
            text=f"{row.title}. {row.text}" if row.title and not row.text.startswith(row.title) else row.text,
            author=row.author,
            outlet=row.outlet or row.platform,
            url=row.url,
            published_at=row.published_at,
            reach=row.reach,
        )
        for row in session.execute(wanted)
    ]
