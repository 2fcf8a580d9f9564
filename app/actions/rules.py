"""Alert rules: added, changed, removed."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.base import AnyRule, Severity
from alerts.rules import all_rules
from app.actions.audit import record
from app.actions.brands import check_brand
from app.actions.fields import Changes, Fields, Name, TimeZone, unique_name, validate
from app.actions.versions import versioned
from app.jobs import Jobs
from app.models import AlertRule, Channel, uuid7
from app.problems import FieldError, Problem, invalid, not_found
from app.viewer import Viewer, may

RULES_MAX = 1000


class QuietHours(Fields):
    """From `start` to `end` of every day (HH:MM) nothing is sent; alerts that still hold are sent afterwards."""

    start: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    end: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    timezone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _not_empty(self) -> QuietHours:
        if time.fromisoformat(self.start) == time.fromisoformat(self.end):
            raise ValueError("quiet hours start and end at the same time")
        return self


Channels = Annotated[list[UUID], Field(max_length=50)] | None
WHOM = "The channels to notify. `null` is every channel, also those added later; an empty list is nobody."
Minutes = Annotated[int, Field(ge=0, le=7 * 24 * 60)]
Hours = Annotated[float, Field(gt=0, le=30 * 24, allow_inf_nan=False)]


class NewRule(Fields):
    """A rule of one brand. `for_minutes` of firing open an incident; `repeat_hours` is the pause between reminders."""

    name: Name
    brand_id: UUID
    kind: Annotated[str, Field(max_length=100, json_schema_extra={"enum": sorted(all_rules())})]
    params: dict[str, Any] = Field(default_factory=dict)
    channels: Channels = Field(default=None, description=WHOM)
    severity: Severity = "warning"
    for_minutes: Minutes = 0
    repeat_hours: Hours = 4
    quiet_hours: QuietHours | None = None
    enabled: bool = True


class RuleChanges(Changes):
    """What changes of a rule; a field left out stays."""

    name: Name = ""
    brand_id: UUID = UUID(int=0)
    params: dict[str, Any] = Field(default_factory=dict)
    channels: Channels = Field(default=None, description=WHOM)
    severity: Severity = "warning"
    for_minutes: Minutes = 0
    repeat_hours: Hours = 4
    quiet_hours: QuietHours | None = None
    enabled: bool = True


@may("write")
def create(session: Session, viewer: Viewer, new: NewRule, jobs: Jobs) -> AlertRule:
    """Adds a rule. Raises Problem 404 for its brand or a channel, 409 for its name, 422 for its fields."""
    check_brand(session, viewer, new.brand_id)
    _to_channels(session, viewer, new.channels or [])
    number = session.scalar(select(func.count()).where(AlertRule.workspace_id == viewer.workspace_id)) or 0
    if number >= RULES_MAX:
        raise Problem("too-many", 409, "There are {number} rules already.", number=number)
    values = new.model_dump()
    values["params"] = checked_params(new.kind, new.params)
    row = AlertRule(id=uuid7(), workspace_id=viewer.workspace_id, **values)
    with unique_name(session, viewer, "rule"):
        session.add(row)
    jobs.defer(session, "watch", workspace_id=str(row.workspace_id), brand_id=str(row.brand_id))
    record(session, viewer, "rule.create", row.id, kind=new.kind, name=new.name)
    session.refresh(row)
    return row


@may("write")
def update(session: Session, viewer: Viewer, rule_id: UUID, changes: RuleChanges, jobs: Jobs) -> AlertRule:
    """Changes a rule; enabling one that was disabled for its failures gives it a new chance."""
    row = lock(session, viewer, rule_id)
    values = changes.model_dump(exclude_unset=True)
    check_brand(session, viewer, values.get("brand_id"))
    _to_channels(session, viewer, values.get("channels") or [])
    if "params" in values:
        values["params"] = checked_params(row.kind, values["params"])
    with unique_name(session, viewer, "rule"), versioned(session, viewer, row, "rule.update", values):
        for name, value in values.items():
            setattr(row, name, value)
        if values.get("enabled"):
            row.failures, row.disabled_reason = 0, None
    jobs.defer(session, "watch", workspace_id=str(row.workspace_id), brand_id=str(row.brand_id))
    session.refresh(row)
    return row


@may("write")
def delete(session: Session, viewer: Viewer, rule_id: UUID) -> None:
    """Removes a rule and its incidents."""
    row = lock(session, viewer, rule_id)
    record(session, viewer, "rule.delete", rule_id, name=row.name)
    session.delete(row)
    session.flush()


def rule_of(kind: str) -> AnyRule:
    """The declaration of a kind. Raises Problem 422."""
    rule = all_rules().get(kind)
    if rule is None:
        hint = f"One of: {', '.join(sorted(all_rules()))}."
        raise invalid(FieldError("kind", "There is no kind of rule «{kind}».", {"kind": kind}, hint=hint))
    return rule


def checked_params(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """The params as the rule declares them, with its defaults. Raises Problem 422."""
    params: dict[str, Any] = validate(rule_of(kind).params, values, under="params").model_dump(mode="json")
    return params


def _to_channels(session: Session, viewer: Viewer, ids: list[UUID]) -> None:
    for number, channel_id in enumerate(ids):
        if session.get(Channel, (viewer.workspace_id, channel_id)) is None:
            problem = not_found("channel")
            problem.errors = (FieldError(f"channels.{number}", "There is no such channel."),)
            raise problem


@may("write")
def lock(session: Session, viewer: Viewer, rule_id: UUID) -> AlertRule:
    """Locks the rule until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(AlertRule, (viewer.workspace_id, rule_id), with_for_update=True)
    if row is None:
        raise not_found("alert rule")
    return row
