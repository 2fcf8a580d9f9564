"""Looks at one brand: recounts its hours, evaluates its rules, moves its incidents on, and writes what is to be sent.

All of it in one transaction: an incident and its deliveries are there together, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.base import IncidentNotice
from alerts.incident import from_json, step
from alerts.stored import explanation_to_json
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, IncidentRow
from app.pipeline.keep.aggregate import recount_dirty
from app.pipeline.tell.evidence import explain_verdict
from app.pipeline.tell.incidents import current_incident, new_row, note, policy_of, remember, would_open
from app.pipeline.tell.outbox import channels_of, delivery_of, notice_of
from app.pipeline.tell.verdicts import is_unsure, judge
from app.pipeline.tell.voices import is_stale, same_author

WITHHELD = ("silenced", "inhibited", "quiet_hours")
"""Reasons for which a message was withheld: the timeline records these."""


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
        self._db.retry(lambda session: self._look(session, UUID(workspace_id), UUID(brand_id)))
        self._checkpoint("watch:stored")

    def _look(self, session: Session, workspace_id: UUID, brand_id: UUID) -> None:
        now = self._now()
        brand = session.scalars(
            select(Brand).where(Brand.workspace_id == workspace_id, Brand.id == brand_id).with_for_update()
        ).one_or_none()
        if brand is None:
            return
        recount_dirty(session, workspace_id, brand_id)
        if is_stale(brand.same_author_at, now):
            brand.same_author, brand.same_author_at = same_author(session, workspace_id, brand_id, now), now
        brand.watched_at = now
        rules = session.scalars(
            select(AlertRule)
            .where(AlertRule.workspace_id == workspace_id, AlertRule.brand_id == brand_id, AlertRule.enabled)
            .order_by(AlertRule.id)
            .with_for_update()
        ).all()
        if sum(self._apply(session, brand, rule, now) for rule in rules):
            self._jobs.defer(session, "notify")
        self._checkpoint("watch:before-commit")

    def _apply(self, session: Session, brand: Brand, rule: AlertRule, now: datetime) -> int:
        """Evaluates one rule and moves its incident on. Returns how many deliveries were written."""
        verdict = judge(session, brand, rule, now)
        row = current_incident(session, rule, now)
        if verdict is not None and would_open(row, verdict) and is_unsure(session, brand, rule, verdict, now):
            verdict = None
        incident, decision = step(from_json(row.memory) if row else None, verdict, now, policy_of(rule, now))
        if incident is None:
            if row is not None:
                session.delete(row)
            return 0
        row = row or new_row(rule, incident, now)
        remember(row, incident)
        session.add(row)
        if decision.why or not row.explanation:
            explanation = explain_verdict(session, brand, verdict or incident.peak, now)
            row.explanation = explanation_to_json(explanation)
        session.flush()
        if decision.quiet in WITHHELD:
            note(session, row, now, "quiet", reason=decision.quiet)
        if decision.why is None:
            return 0
        notice = notice_of(row, incident, brand, rule, decision.why, decision.sequence)
        return self._send(session, rule, row, notice, now)

    def _send(self, session: Session, rule: AlertRule, row: IncidentRow, notice: IncidentNotice, now: datetime) -> int:
        """Writes a delivery for each channel of the rule, and says so in the timeline. Returns how many there are."""
        channels = channels_of(session, rule)
        session.add_all(delivery_of(notice, channel, self._address, now) for channel in channels)
        note(session, row, now, notice.why, sequence=notice.sequence, channels=[channel.name for channel in channels])
        return len(channels)
