"""Alert rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from alerts.rules import all_rules
from app.actions import rules as actions
from app.api.deps import Id, IfMatch, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.queries.paging import page_by_name
from app.queries.rules import rule, rules

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
    channels: list[UUID]
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


@router.get("/alert-rules")
def list_rules(viewer: Reader, session: Reading, page: Paged) -> Page[RuleOut]:
    """The rules, oldest first."""
    return page_of(rules(session, viewer, page.after, page.limit), RuleOut.model_validate)


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
    return RuleOut.model_validate(actions.create(session, viewer, new, services.jobs))


@router.get("/alert-rules/{rule_id}")
def get_rule(rule_id: Id, viewer: Reader, session: Reading) -> RuleOut:
    """One rule."""
    return RuleOut.model_validate(rule(session, viewer, ident(rule_id, "alert rule")))


@router.patch("/alert-rules/{rule_id}")
def change_rule(
    rule_id: Id, changes: actions.RuleChanges, viewer: Writer, session: Writing, services: Served, if_match: IfMatch
) -> RuleOut:
    """Changes a rule."""
    row = actions.lock(session, viewer, ident(rule_id, "alert rule"))
    if_match.check(row.version)
    return RuleOut.model_validate(actions.update(session, viewer, row.id, changes, services.jobs))


@router.delete("/alert-rules/{rule_id}", status_code=204)
def delete_rule(rule_id: Id, viewer: Writer, session: Writing, if_match: IfMatch) -> None:
    """Removes a rule and its incidents."""
    row = actions.lock(session, viewer, ident(rule_id, "alert rule"))
    if_match.check(row.version)
    actions.delete(session, viewer, row.id)
