"""Alert rules: a form in plain sentences, built from the params of the rule's kind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from alerts.base import SEVERITIES, AnyRule
from alerts.rules import all_rules
from app.actions import rules as actions
from app.actions.fields import validate
from app.models import AlertRule
from app.queries.brands import brands
from app.queries.channels import channels
from app.queries.paging import LIMIT_MAX
from app.queries.rules import rule, rules
from app.web.form_page import Form, FormPage, Values, add_routes
from app.web.forms import SentForm, fields_of, params_from
from app.web.page import Visit, member, redirect
from app.web.reach import mendings_of_rules

router = APIRouter(prefix="/alerts/rules")

HOME = "/alerts/rules"
PERIODS = (30, 90, 180, 365)
"""Days of the past that a rule can be tried on."""
USUAL = "negative_spike"
"""The kind whose form is shown unless the address names another."""


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    """The rules, each in a sentence."""
    with visit.services.db.reading() as session:
        rows = rules(session, visit.viewer, visit.request.query_params.get("after"))
        names = {row.id: row.name for row in brands(session, visit.viewer, limit=LIMIT_MAX).items}
        sentences = {row.id: sentence(visit, row, names.get(row.brand_id, "")) for row in rows.items}
        silent = mendings_of_rules(visit, session, rows.items)
        return visit.page(session, "rules.html", found=rows, kinds=all_rules(), sentences=sentences, silent=silent)


def sentence(visit: Visit, row: AlertRule, brand: str) -> str:
    """What a rule does, in words. A kind without its own sentence shows its settings."""
    params, tongue = row.params, visit.tongue
    try:
        kind = all_rules()[row.kind]
        notice = kind.sentence(kind.params(**params), brand)
    except (KeyError, ValueError):  # a kind, or params, of another version
        return " · ".join([brand, *(f"{name}: {value}" for name, value in params.items())])
    numbers = {name: tongue.number(value, 1) for name, value in notice.args.items() if isinstance(value, int | float)}
    return visit.say(notice.text, **(dict(notice.args) | numbers))


RuleForm = Form[AlertRule, AnyRule]


def show_new(visit: Visit) -> Response:
    """The form of a new rule, of the kind and about the brand that the address names."""
    kinds, parameters = all_rules(), visit.request.query_params
    kind = kinds.get(parameters.get("kind", USUAL)) or kinds[USUAL]
    values: Values = {
        "name": visit.tongue.pick(kind.title),
        "brand_id": parameters.get("brand", ""),
        "params": {},
        "channels": None,
        "severity": "warning",
        "for_minutes": 0,
        "repeat_hours": 4,
        "quiet_start": "",
        "quiet_end": "",
        "enabled": True,
    }
    return show_form(visit, Form(kind, values))


def form_of(_visit: Visit, row: AlertRule) -> RuleForm:
    quiet = row.quiet_hours or {}
    values: Values = {
        "name": row.name,
        "brand_id": str(row.brand_id),
        "params": row.params,
        "channels": None if row.channels is None else [str(channel_id) for channel_id in row.channels],
        "severity": row.severity,
        "for_minutes": row.for_minutes,
        "repeat_hours": f"{row.repeat_hours:g}",
        "quiet_start": quiet.get("start", ""),
        "quiet_end": quiet.get("end", ""),
        "enabled": row.enabled,
    }
    return Form(actions.rule_of(row.kind), values, row)


def read_form(sent: SentForm, row: AlertRule | None) -> RuleForm:
    kind = actions.rule_of(row.kind if row else sent.get("kind"))
    names = ("name", "brand_id", "severity", "for_minutes", "repeat_hours", "quiet_start", "quiet_end")
    values: Values = {name: sent.get(name) for name in names}
    values["params"] = params_from(kind.params, sent)
    values["channels"] = sent.all("channels") if sent.get("whom") == "chosen" else None
    values["enabled"] = sent.is_checked("enabled")
    return Form(kind, values, row)


def fields_of_action(values: Values, timezone: str) -> Values:
    """The quiet hours as one field, in the time zone of whoever typed them."""
    start, end = values["quiet_start"], values["quiet_end"]
    fields = {name: value for name, value in values.items() if not name.startswith("quiet_")}
    fields["for_minutes"] = values["for_minutes"] or 0
    fields["repeat_hours"] = str(values["repeat_hours"] or 4).replace(",", ".")
    fields["quiet_hours"] = {"start": start, "end": end, "timezone": timezone} if start or end else None
    return fields


def show_form(visit: Visit, form: RuleForm, trial: Any = None) -> Response:
    """The form; `trial` is what its rule would have said about the past, where that was asked for already."""
    with visit.services.db.reading() as session:
        return form.page(
            visit,
            session,
            "rule.html",
            trial=trial,
            periods=PERIODS,
            silent=mendings_of_rules(visit, session, [form.row])[form.row.id] if form.row else None,
            kinds=all_rules(),
            fields=fields_of(form.kind.params, form.values["params"]),
            brands=[(str(row.id), row.name) for row in brands(session, visit.viewer, limit=LIMIT_MAX).items],
            channels=[(str(row.id), row.name) for row in channels(session, visit.viewer, limit=LIMIT_MAX).items],
            severities=[(severity, visit.word("severity", severity)) for severity in SEVERITIES],
        )


def create(visit: Visit, form: RuleForm, _sent: SentForm) -> Response:
    fields = fields_of_action(form.values, visit.viewer.timezone)
    new = validate(actions.NewRule, {**fields, "kind": form.kind.kind})
    with visit.services.db.writing() as session:
        actions.create(session, visit.viewer, new, visit.services.jobs)
    return redirect(HOME, "rule-created")


def update(visit: Visit, row: AlertRule, form: RuleForm, _sent: SentForm) -> Response:
    changes = validate(actions.RuleChanges, fields_of_action(form.values, visit.viewer.timezone))
    with visit.services.db.writing() as session:
        actions.update(session, visit.viewer, row.id, changes, visit.services.jobs)
    return redirect(HOME, "saved")


def delete(session: Session, visit: Visit, rule_id: UUID) -> None:
    actions.delete(session, visit.viewer, rule_id)


PAGE = FormPage(
    home=HOME,
    deleted="rule-deleted",
    find=rule,
    show_new=show_new,
    form_of=form_of,
    read_form=read_form,
    show_form=show_form,
    create=create,
    update=update,
    delete=delete,
)
add_routes(router, PAGE)
