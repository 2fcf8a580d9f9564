"""A rule to try on the past: a saved one, one that is not saved yet, or a saved one with changes."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.backtest import Speech
from alerts.base import AnyRule, Severity
from app.actions.fields import Fields, validate
from app.actions.rules import Channels, Hours, Minutes, QuietHours, rule_of
from app.models import AlertRule
from app.problems import FieldError, invalid, not_found
from app.viewer import Viewer, may

OWN = ("brand_id", "kind", "params", "severity", "for_minutes", "repeat_hours", "quiet_hours")
"""The fields of a rule on which it depends when it speaks."""


class RuleToTry(Fields):
    """A saved rule by its id, or the fields of one that is not saved; both: the saved one with these fields changed.

    `name`, `channels` and `enabled` are taken, so that a rule can be tried as it would be saved, and change nothing.
    """

    rule_id: UUID | None = None
    brand_id: UUID | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    params: dict[str, Any] | None = None
    severity: Severity = "warning"
    for_minutes: Minutes = 0
    repeat_hours: Hours = 4
    quiet_hours: QuietHours | None = None
    name: Annotated[str, Field(max_length=100)] | None = None
    channels: Channels = None
    enabled: bool = True
    days: Annotated[int, Field(ge=1, le=365, description="How far to go back; 90 if not given.")] = 90


@may("read")
def rule_to_try(session: Session, viewer: Viewer, wanted: RuleToTry) -> tuple[UUID, AnyRule, BaseModel, Speech]:
    """Its brand, its kind, its params and how it speaks. Raises Problem 404 for the rule, 422 for a field."""
    values = _values(session, viewer, wanted)
    missing = [name for name in ("brand_id", "kind") if not values.get(name)]
    if missing:
        hint = "Give rule_id, or brand_id, kind and params."
        raise invalid(*(FieldError(name, "This field is required.", hint=hint) for name in missing))
    kind = replayable(rule_of(values["kind"]))
    params = validate(kind.params, values["params"] or {}, under="params")
    quiet = values["quiet_hours"]
    quiet = quiet.model_dump() if isinstance(quiet, QuietHours) else quiet
    speech = Speech(values["severity"], values["for_minutes"], values["repeat_hours"], quiet)
    return values["brand_id"], kind, params, speech


def replayable(kind: AnyRule) -> AnyRule:
    """The kind. Raises Problem 422 with the reason where it cannot be tried on the past."""
    if kind.not_replayed:
        raise invalid(FieldError("kind", kind.not_replayed))
    return kind


def _values(session: Session, viewer: Viewer, wanted: RuleToTry) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in OWN}
    if wanted.rule_id is None:
        return given
    row = session.get(AlertRule, (viewer.workspace_id, wanted.rule_id))
    if row is None:
        raise not_found("alert rule")
    if wanted.kind not in (None, row.kind):
        raise invalid(FieldError("kind", "A rule keeps its kind: try another kind without rule_id."))
    return {name: given[name] if name in wanted.model_fields_set else getattr(row, name) for name in OWN}
