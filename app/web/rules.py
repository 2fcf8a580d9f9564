"""Alert rules: a form in plain sentences, made from what the rule's kind asks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from alerts.base import SEVERITIES, AnyRule
from alerts.rules import all_rules
from app.actions import rules as actions
from app.actions.fields import validated
from app.models import AlertRule
from app.problems import Problem
from app.queries.brands import brands
from app.queries.channels import channels
from app.queries.paging import LIMIT_MAX
from app.queries.rules import rule, rules
from app.web.forms import Posted, fields_of, params_from, posted
from app.web.page import Visit, away, member

router = APIRouter(prefix="/alerts/rules")

FIRST = "negative_spike"


@router.get("")
def listed(visit: Visit = Depends(member)) -> Response:
    """The rules, each in a sentence."""
    with visit.services.db.reading() as session:
        found = rules(session, visit.viewer, visit.request.query_params.get("after"))
        named = {row.id: row.name for row in brands(session, visit.viewer, limit=LIMIT_MAX).items}
        told = {row.id: sentence(visit, row, named.get(row.brand_id, "")) for row in found.items}
        return visit.page(session, "rules.html", found=found, kinds=all_rules(), sentences=told)


def sentence(visit: Visit, row: AlertRule, brand: str) -> str:
    """What a rule does, in words. A kind that has no sentence of its own is told by its settings."""
    params, tongue = row.params, visit.tongue
    try:
        kind = all_rules()[row.kind]
        notice = kind.sentence(kind.params(**params), brand)
    except (KeyError, ValueError):  # a kind, or params, of another version
        return " · ".join([brand, *(f"{name}: {value}" for name, value in params.items())])
    numbers = {name: tongue.number(value, 1) for name, value in notice.args.items() if isinstance(value, int | float)}
    return visit.say(notice.text, **(dict(notice.args) | numbers))


def values_of(row: AlertRule | None, visit: Visit, kind: AnyRule) -> dict[str, Any]:
    """What the form shows at first: the rule, or what suits a new one."""
    if row is None:
        return {
            "name": visit.tongue.titled(kind.title),
            "brand_id": visit.request.query_params.get("brand", ""),
            "params": {},
            "channels": None,
            "severity": "warning",
            "for_minutes": 0,
            "repeat_hours": 4,
            "quiet_start": "",
            "quiet_end": "",
            "enabled": True,
        }
    quiet = row.quiet_hours or {}
    return {
        "name": row.name,
        "brand_id": str(row.brand_id),
        "params": row.params,
        "channels": [str(each) for each in row.channels],
        "severity": row.severity,
        "for_minutes": row.for_minutes,
        "repeat_hours": f"{row.repeat_hours:g}",
        "quiet_start": quiet.get("start", ""),
        "quiet_end": quiet.get("end", ""),
        "enabled": row.enabled,
    }


def typed(form: Posted, kind: AnyRule) -> dict[str, Any]:
    """What was typed, to be shown again with what is wrong about it."""
    names = ("name", "brand_id", "severity", "for_minutes", "repeat_hours", "quiet_start", "quiet_end")
    return {
        **{name: form.get(name) for name in names},
        "params": params_from(kind.params, form),
        "channels": form.all("channels"),
        "enabled": form.checked("enabled"),
    }


def wanted(values: dict[str, Any], timezone: str) -> dict[str, Any]:
    """The fields of the action, from those of the form."""
    start, end = values["quiet_start"], values["quiet_end"]
    kept = {name: value for name, value in values.items() if not name.startswith("quiet_")}
    kept["for_minutes"] = values["for_minutes"] or 0
    kept["repeat_hours"] = str(values["repeat_hours"] or 4).replace(",", ".")
    kept["quiet_hours"] = {"start": start, "end": end, "timezone": timezone} if start or end else None
    return kept


def form_page(
    visit: Visit, session: Session, row: AlertRule | None, kind: AnyRule, values: dict[str, Any],
    problem: Problem | None = None,
) -> HTMLResponse:  # fmt: skip
    offered = [(str(each.id), each.name) for each in channels(session, visit.viewer, limit=LIMIT_MAX).items]
    if values["channels"] is None:
        values["channels"] = [channel_id for channel_id, _ in offered]
    return visit.page(
        session,
        "rule.html",
        status=problem.status if problem else 200,
        rule=row,
        kind=kind,
        kinds=all_rules(),
        values=values,
        fields=fields_of(kind.params, values["params"]),
        brands=[(str(each.id), each.name) for each in brands(session, visit.viewer, limit=LIMIT_MAX).items],
        channels=offered,
        severities=[(each, visit.word("severity", each)) for each in SEVERITIES],
        problem=problem,
        labels={},
    )


@router.get("/new")
def new(visit: Visit = Depends(member)) -> Response:
    """The form of a new rule, of the kind asked for."""
    visit.viewer.needs("write")
    kinds = all_rules()
    kind = kinds.get(visit.request.query_params.get("kind", FIRST)) or kinds[FIRST]
    with visit.services.db.reading() as session:
        return form_page(visit, session, None, kind, values_of(None, visit, kind))


@router.post("/new")
def create(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    kind = actions.rule_of(form.get("kind"))
    values = typed(form, kind)
    try:
        fields = validated(actions.NewRule, {**wanted(values, visit.viewer.timezone), "kind": kind.kind})
        with visit.services.db.writing() as session:
            actions.create(session, visit.viewer, fields, visit.services.jobs)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        with visit.services.db.reading() as session:
            return form_page(visit, session, None, kind, values, problem)
    return away("/alerts/rules", "rule-created")


@router.get("/{rule_id}")
def one(rule_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        row = rule(session, visit.viewer, rule_id)
        kind = actions.rule_of(row.kind)
        return form_page(visit, session, row, kind, values_of(row, visit, kind))


@router.post("/{rule_id}")
def update(rule_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        row = rule(session, visit.viewer, rule_id)
    kind = actions.rule_of(row.kind)
    values = typed(form, kind)
    try:
        changes = validated(actions.RuleChanges, wanted(values, visit.viewer.timezone))
        with visit.services.db.writing() as session:
            actions.update(session, visit.viewer, rule_id, changes, visit.services.jobs)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        with visit.services.db.reading() as session:
            return form_page(visit, session, row, kind, values, problem)
    return away("/alerts/rules", "saved")


@router.post("/{rule_id}/delete")
def delete(rule_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.writing() as session:
        actions.delete(session, visit.viewer, rule_id)
    return away("/alerts/rules", "rule-deleted")
