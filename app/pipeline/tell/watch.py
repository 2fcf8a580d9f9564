"""Looks at one brand: recounts its hours, evaluates its rules, moves its incidents on, and writes what is to be sent.

All of it in one transaction: an incident and its deliveries are there together, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from alerts.incident import Decision, Incident, Muted, Policy, from_json, is_known, step
from alerts.stored import explanation_to_json
from app.db import Database
from app.jobs import Jobs
from app.models import AlertRule, Brand, IncidentRow, Silence
from app.pipeline.keep.aggregate import recount_dirty
from app.pipeline.tell.announce import announce, catch_up
from app.pipeline.tell.evidence import explain_verdict
from app.pipeline.tell.incidents import (
    current_incident,
    is_explained,
    new_row,
    note,
    policy_of,
    remember,
    would_open,
)
from app.pipeline.tell.inhibition import INHIBITOR, Inhibitor, inhibitor_of, named
from app.pipeline.tell.outbox import channels_of, notice_of
from app.pipeline.tell.silences import hold_back, silence_of, silences_at, words_of
from app.pipeline.tell.verdicts import Sight, is_unsure, judge, note_failure
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
        silences = silences_at(session, workspace_id, now)
        sight = Sight(session, brand, now)
        first_inhibitors = sorted(rules, key=lambda rule: rule.kind != INHIBITOR)
        if sum(self._apply(session, brand, rule, silences, now, sight) for rule in first_inhibitors):
            self._jobs.defer(session, "notify")
        self._checkpoint("watch:before-commit")

    def _apply(
        self, session: Session, brand: Brand, rule: AlertRule, silences: Sequence[Silence], now: datetime, sight: Sight
    ) -> int:
        """Evaluates one rule and moves its incident on. Returns how many deliveries were written.

        Whatever is wrong with the rule or its incident undoes only what was done about this rule.
        """
        try:
            with session.begin_nested():
                return self._move_on(session, brand, rule, silences, now, sight)
        except OperationalError:  # of the database: the whole look is repeated, or waits for it
            raise
        except Exception as error:
            note_failure(rule, error)
            return 0

    def _move_on(
        self, session: Session, brand: Brand, rule: AlertRule, silences: Sequence[Silence], now: datetime, sight: Sight
    ) -> int:
        verdict = judge(session, brand, rule, now, sight)
        row = current_incident(session, rule, now, verdict)
        if verdict is not None and would_open(row, verdict) and is_unsure(session, brand, rule, verdict, now, sight):
            verdict = None
        silence = silence_of(session, brand, rule, row, verdict, silences, now)
        inhibitor = inhibitor_of(session, rule)
        policy = _inhibited(policy_of(rule, now, silenced=silence is not None), inhibitor)
        incident, decision = step(from_json(row.memory) if row else None, verdict, now, policy)
        if incident is None:
            if row is not None:
                session.delete(row)
            return 0
        row = row or new_row(rule, incident, now)
        remember(row, incident, rule)
        session.add(row)
        if decision.why or not is_explained(row):
            explanation = explain_verdict(session, brand, verdict or incident.peak, now)
            row.explanation = explanation_to_json(explanation)
        session.flush()
        _note_quiet(session, row, decision, inhibitor, silence, now)
        if silence and decision.withheld and not inhibitor:
            hold_back(session, silence, row, incident, decision.withheld, len(channels_of(session, rule)), policy, now)
        return self._tell(session, brand, rule, row, incident, decision, policy.muted, now)

    def _tell(
        self,
        session: Session,
        brand: Brand,
        rule: AlertRule,
        row: IncidentRow,
        incident: Incident,
        decision: Decision,
        muted: Muted | None,
        now: datetime,
    ) -> int:
        """Writes what was decided, and the opening for channels that have not heard of it. Returns the deliveries."""
        channels = channels_of(session, rule)
        notice = notice_of(row, incident, brand, rule, decision.why or "opened", decision.sequence)
        written = announce(session, row, notice, channels, self._address, now) if decision.why else 0
        if is_known(incident) and not muted:
            written += catch_up(session, row, notice, channels, self._address, now)
        return written


def _inhibited(policy: Policy, inhibitor: Inhibitor | None) -> Policy:
    """The policy of a rule that an incident keeps quiet, unless something else does already."""
    return replace(policy, muted="inhibited") if inhibitor and policy.muted is None else policy


def _note_quiet(
    session: Session,
    row: IncidentRow,
    decision: Decision,
    inhibitor: Inhibitor | None,
    silence: Silence | None,
    now: datetime,
) -> None:
    """Says in the timeline why a message was withheld, if one was."""
    if decision.quiet in WITHHELD:
        by = inhibitor if decision.quiet == "inhibited" else None
        note(session, row, now, "quiet", reason=decision.quiet, **named(by), **words_of(silence))
