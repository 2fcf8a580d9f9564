"""Evaluates a rule for a brand at this moment, and says whether that is sure enough to open an incident."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from alerts.base import BrandHours, Verdict
from alerts.rules import all_rules
from app.models import AlertRule, Brand, Source
from app.pipeline.gather.pauses import host_is_paused
from app.pipeline.keep.aggregate import hourly
from app.pipeline.tell.news import leave_out_history
from collectors import all_collectors

log = structlog.get_logger(__name__)

GIVE_UP_RULE = 5
"""A rule that raises this often in a row is disabled, with its reason."""
HOLD = timedelta(hours=1)
"""How long rules on stances may not open incidents while a new model reads the history again."""
SILENT_INTERVALS = 3
"""A source that was not read for this many of its intervals counts as silent."""

MISREAD = text(
    """
    SELECT EXISTS (
        SELECT FROM (SELECT model, started_at FROM model_run ORDER BY started_at DESC LIMIT 1) AS run
        JOIN match ON match.model <> run.model
        JOIN mention ON mention.workspace_id = match.workspace_id AND mention.id = match.mention_id
        WHERE run.started_at > :since AND match.workspace_id = :workspace AND match.brand_id = :brand
          AND match.published_at >= :start AND match.scored_at IS NOT NULL AND NOT mention.published_guessed
    )
    """
)


class Sight:
    """What one look at a brand has read and worked out, for all of its rules: its hours once for each length of past,
    and a verdict once for all rules that are set alike."""

    def __init__(self, session: Session, brand: Brand, now: datetime) -> None:
        self._session, self._brand, self._now = session, brand, now
        self._hours: dict[timedelta, BrandHours] = {}
        self._without: dict[timedelta, BrandHours | None] = {}
        self._verdicts: dict[tuple[str, str, bool], Verdict] = {}

    def verdict(self, rule: AlertRule) -> Verdict:
        """What the rule says now. Raises whatever its kind raises, and ValueError for params it no longer accepts."""
        return self._known(rule, self.hours(rule), old_news=True)

    def verdict_on_news(self, rule: AlertRule) -> Verdict | None:
        """What it would say without the mentions that a backfill brought; None where none brought any."""
        hours = self._hours_of_news(rule)
        return None if hours is None else self._known(rule, hours, old_news=False)

    def hours(self, rule: AlertRule) -> BrandHours:
        past = all_rules()[rule.kind].history
        if past not in self._hours:
            self._hours[past] = hours_for(self._session, self._brand, rule, self._now)
        return self._hours[past]

    def _hours_of_news(self, rule: AlertRule) -> BrandHours | None:
        past = all_rules()[rule.kind].history
        if past not in self._without:
            self._without[past] = leave_out_history(self._session, self._brand, self.hours(rule))
        return self._without[past]

    def _known(self, rule: AlertRule, hours: BrandHours, *, old_news: bool) -> Verdict:
        alike = rule.kind, json.dumps(rule.params, sort_keys=True), old_news
        if alike not in self._verdicts:
            self._verdicts[alike] = evaluate(rule, hours)
        return self._verdicts[alike]


def judge(session: Session, brand: Brand, rule: AlertRule, now: datetime, sight: Sight) -> Verdict | None:
    """Evaluates the rule and notes in its row how that went.

    None when there is no verdict: the rule failed, or it does not fire while no source can be read.
    """
    try:
        verdict = sight.verdict(rule)
    except Exception as error:  # a rule's fault must not end what its open incident goes through
        note_failure(rule, error)
        return None
    rule.failures = 0
    rule.last_evaluated_at = now
    rule.last_verdict = TypeAdapter(Verdict).dump_python(verdict, mode="json")
    if not verdict.firing and is_blind(session, brand, now):
        return None
    return verdict


def note_failure(rule: AlertRule, error: Exception) -> None:
    """Counts a failure of the rule, and switches it off after some in a row. The log has the traceback of the first."""
    if not rule.failures:
        log.error("a rule failed", rule=str(rule.id), exc_info=error)
    rule.failures += 1
    if rule.failures >= GIVE_UP_RULE:
        rule.enabled = False
        rule.disabled_reason = f"it failed {rule.failures} times: {why_it_failed(rule, error)}"[:300]
        log.warning("a rule was switched off", rule=str(rule.id), why=rule.disabled_reason)


def why_it_failed(rule: AlertRule, error: Exception) -> str:
    """In a few words for whoever set the rule up."""
    if rule.kind not in all_rules():
        return f"this version knows no kind of rule «{rule.kind}»"
    if isinstance(error, ValidationError):
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        return f"its settings cannot be read ({'; '.join(faults)})"
    return str(error) or type(error).__name__


def evaluate(rule: AlertRule, hours: BrandHours) -> Verdict:
    """The verdict of a rule. Raises whatever its kind raises, and ValueError for params it no longer accepts."""
    kind = all_rules()[rule.kind]
    return kind.evaluate(kind.params(**rule.params), hours)


def hours_for(session: Session, brand: Brand, rule: AlertRule, now: datetime) -> BrandHours:
    """The hours that the rule looks back on, or those since the brand's first mention if there are fewer."""
    born = min(brand.first_mention_at or now, now)
    start = max(now - all_rules()[rule.kind].history, born).replace(minute=0, second=0, microsecond=0)
    return BrandHours(now, hourly(session, brand.workspace_id, brand.id, start, now), born)


def is_unsure(session: Session, brand: Brand, rule: AlertRule, verdict: Verdict, now: datetime, sight: Sight) -> bool:
    """Whether a firing verdict rests on something other than news, and so may not open an incident."""
    return is_misread(session, brand, rule, verdict, now) or is_old_news(rule, sight)


def is_misread(session: Session, brand: Brand, rule: AlertRule, verdict: Verdict, now: datetime) -> bool:
    """Whether a new model is reading again the history that a verdict on stances rests on.

    What it has read and what it has not cannot be compared. After HOLD, the verdict counts all the same.
    """
    if verdict.counted == "mentions":
        return False
    values = {"workspace": brand.workspace_id, "brand": brand.id, "since": now - HOLD}
    return bool(session.scalar(MISREAD, {**values, "start": now - all_rules()[rule.kind].history}))


def is_old_news(rule: AlertRule, sight: Sight) -> bool:
    """Whether the rule fires only because of mentions that a backfill brought."""
    verdict = sight.verdict_on_news(rule)
    return verdict is not None and not verdict.firing


def is_blind(session: Session, brand: Brand, now: datetime) -> bool:
    """Whether every source that is read for this brand is silent, so that calm proves nothing."""
    pushed = [kind for kind, declared in all_collectors().items() if not (declared.polled or declared.stream)]
    rows = session.execute(
        select(Source.state, host_is_paused(now), Source.last_success_at, Source.interval_seconds).where(
            Source.workspace_id == brand.workspace_id,
            Source.enabled,
            Source.collector.not_in(pushed),
            (Source.brand_id == brand.id) | Source.brand_id.is_(None),
        )
    ).all()
    return bool(rows) and all(
        is_silent(state, waits, succeeded_at, timedelta(seconds=seconds), now)
        for state, waits, succeeded_at, seconds in rows
    )


def is_silent(state: str, waits: bool, succeeded_at: datetime | None, interval: timedelta, now: datetime) -> bool:
    """Whether a source cannot be read and has not been for some of its intervals, or never was.

    Why does not matter: it may be refused, over its budget, changed, or kept waiting (`waits`) because its host wants
    to be left alone.
    """
    readable = state in ("ok", "waiting") and not waits
    return not readable and (succeeded_at is None or now - succeeded_at > SILENT_INTERVALS * interval)
