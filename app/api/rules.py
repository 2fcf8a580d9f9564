"""Alert rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, ValidationError
from sqlalchemy.orm import Session

from alerts.rules import all_rules
from app.actions import rules as actions
from app.api.deps import Id, IfMatch, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.models import AlertRule
from app.pipeline.tell.reach import Reach, WhyNobody
from app.queries.paging import page_by_name
from app.queries.reach import reaches
from app.queries.rules import rule, rules
from app.services import Services
from app.viewer import Viewer

router = APIRouter(prefix="/api/v1", tags=["alerts"], route_class=Route)


class RuleKindOut(Out):
    """One kind of rule. `title` and `help` are {"en": …, "fr": …}."""

    kind: str
    title: dict[str, str]
    help: dict[str, str]
    params: dict[str, Any] = Field(description="JSON Schema of a rule's params.")


class RuleOut(Out):
    """What is checked for a brand, and who is notified."""

    id: UUID
    name: str
    brand_id: UUID
    kind: str
    params: dict[str, Any]
    channels: list[UUID] | None = Field(description=actions.WHOM)
    notifies_nobody: WhyNobody | None = Field(
        description="Why its messages reach nobody at present; null where they reach somebody. `none_chosen`: it names "
        "no channel. `no_channel`: it notifies all, and there is none. `off`: they are switched off. `no_mail`: they "
        "send e-mail, and no mail server is set up. `failing`: the last message to each did not arrive."
    )
    severity: str
    for_minutes: int
    repeat_hours: float
    quiet_hours: actions.QuietHours | None
    enabled: bool
    disabled_reason: str | None
    last_evaluated_at: datetime | None
    last_verdict: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    version: int


def rules_out(session: Session, viewer: Viewer, services: Services, rows: Sequence[AlertRule]) -> dict[UUID, RuleOut]:
    """Rules as they are answered, by their ids."""
    found = reaches(session, viewer, rows, mail=services.settings.smtp_url is not None)
    return {row.id: rule_out(row, found[row.id]) for row in rows}


def rule_out(row: AlertRule, reach: Reach) -> RuleOut:
    """A rule, with why it notifies nobody where that is so."""
    own = {"notifies_nobody": reach.why_nobody, "quiet_hours": quiet_hours_of(row)}
    return RuleOut(**{name: getattr(row, name) for name in RuleOut.model_fields if name not in own}, **own)


def quiet_hours_of(row: AlertRule) -> actions.QuietHours | None:
    """The quiet hours of a rule; None where they cannot be read, for which its evaluation switches the rule off."""
    try:
        return actions.QuietHours.model_validate(row.quiet_hours) if row.quiet_hours else None
    except ValidationError:
        return None


@router.get("/alert-rules")
def list_rules(viewer: Reader, session: Reading, page: Paged, services: Served) -> Page[RuleOut]:
    """The rules, oldest first."""
    found = rules(session, viewer, page.after, page.limit)
    out = rules_out(session, viewer, services, found.items)
    return page_of(found, lambda row: out[row.id])


@router.get("/alert-rules/kinds")
def list_rule_kinds(viewer: Reader, page: Paged) -> Page[RuleKindOut]:  # noqa: ARG001 - the scope is declared so
    """Every kind of rule, and the params it takes."""
    return page_of(
        page_by_name(all_rules(), "rule kinds", page.after, page.limit),
        lambda declared: RuleKindOut(
            kind=declared.kind,
            title=dict(declared.title),
            help=dict(declared.help),
            params=declared.params.model_json_schema(),
        ),
    )


@router.post("/alert-rules", status_code=201)
def create_rule(new: actions.NewRule, viewer: Writer, session: Writing, services: Served) -> RuleOut:
    """Adds a rule. Vigie evaluates it from now on, whenever something comes in."""
    row = actions.create(session, viewer, new, services.jobs)
    return rules_out(session, viewer, services, [row])[row.id]


@router.get("/alert-rules/{rule_id}")
def get_rule(rule_id: Id, viewer: Reader, session: Reading, services: Served) -> RuleOut:
    """One rule."""
    row = rule(session, viewer, ident(rule_id, "alert rule"))
    return rules_out(session, viewer, services, [row])[row.id]


@router.patch("/alert-rules/{rule_id}")
def change_rule(
    rule_id: Id, changes: actions.RuleChanges, viewer: Writer, session: Writing, services: Served, if_match: IfMatch
) -> RuleOut:
    """Changes a rule."""
    row = actions.lock(session, viewer, ident(rule_id, "alert rule"))
    if_match.check(row.version)
    row = actions.update(session, viewer, row.id, changes, services.jobs)
    return rules_out(session, viewer, services, [row])[row.id]


@router.delete("/alert-rules/{rule_id}", status_code=204)
def delete_rule(rule_id: Id, viewer: Writer, session: Writing, if_match: IfMatch) -> None:
    """Removes a rule and its incidents."""
    row = actions.lock(session, viewer, ident(rule_id, "alert rule"))
    if_match.check(row.version)
    actions.delete(session, viewer, row.id)
