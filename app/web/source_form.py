"""The form of a source: the kinds to choose from, the fields of the one chosen, and a look at what it brings."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.actions import secrets
from app.actions import sources as actions
from app.actions.discovery import Candidate, name_of
from app.actions.fields import validate
from app.actions.source_params import changed_params, collector_of, seal_name
from app.actions.trial import UNREAD, Trial, trial
from app.models import Source
from app.pipeline.gather.past import DAYS_MAX
from app.problems import Problem
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.sources import source_row
from app.web.discovery import name_offered
from app.web.form_page import Form, FormPage, Values, add_routes
from app.web.forms import PREFIX, SECRETS, SentForm, dropped_by, fields_of, params_from
from app.web.kinds import shelves, terms
from app.web.page import Visit, editor, redirect
from app.web.words import N_
from collectors import all_collectors
from collectors.base import AnyCollector
from ground.place import Place

router = APIRouter(prefix="/sources")

MINUTE = 60
INTERVALS = (5, 15, 30, 60, 180, 360, 720, 1440)
"""Minutes between two readings that the form offers."""

SourceForm = Form[Source, AnyCollector]


def show_new(visit: Visit) -> Response:
    """The kinds of source, then the form of the one chosen."""
    parameters = visit.request.query_params
    kind = all_collectors().get(parameters.get("collector", ""))
    if kind is None or kind.hidden:
        with visit.services.db.reading() as session:
            offered = shelves(all_collectors().values())
            return visit.page(session, "source_kinds.html", shelves=offered, typed=name_offered(visit, session))
    minutes = int(kind.default_interval.total_seconds()) // MINUTE
    known = {field.name for field in fields_of(kind.params) if field.kind not in SECRETS}
    given = {name.removeprefix(PREFIX): value for name, value in parameters.items() if name in known}
    values: Values = {"name": "", "params": given, "brand_id": "", "minutes": minutes, "backfill_days": ""}
    return show_form(visit, Form(kind, {**values, "from": parameters.get("from", "")}))


def form_of(_visit: Visit, row: Source) -> SourceForm:
    values: Values = {
        "name": row.name,
        "params": row.params,
        "brand_id": str(row.brand_id or ""),
        "minutes": actions.kept_interval(collector_of(row.collector), row.interval_seconds) // MINUTE,
        "backfill_days": row.backfill["days"] if row.backfill else "",
    }
    return Form(collector_of(row.collector), values, row)


def read_form(sent: SentForm, row: Source | None) -> SourceForm:
    kind = collector_of(row.collector if row else sent.get("collector"))
    values: Values = {name: sent.get(name) for name in ("name", "brand_id", "backfill_days", "from")}
    values["params"] = params_from(kind.params, sent)
    values["drop_secrets"] = dropped_by(kind.params, sent)
    values["minutes"] = int(sent.get("minutes")) if sent.get("minutes").isdecimal() else 60
    return Form(kind, values, row)


def fields_of_action(values: Values) -> Values:
    return {
        "name": values["name"],
        "params": values["params"],
        "brand_id": values["brand_id"] or None,
        "interval_seconds": values["minutes"] * MINUTE,
        "backfill_days": values["backfill_days"] or 0,
    }


def show_form(visit: Visit, form: SourceForm, tried: Trial | Problem | None = None) -> Response:
    """The form; `tried` is what the source just brought, or why it could not be read."""
    kind, values, row = form.kind, form.values, form.row
    least = int(kind.min_interval.total_seconds()) // MINUTE
    steps = sorted({step for step in INTERVALS if step >= least} | {max(values["minutes"], 1)})
    hidden = secrets.secret_fields(kind.params)
    kept = secrets.stored_names(visit.services.seal, row.secrets, seal_name(row)) if row else ()
    undecided = N_("Choose a brand") if kind.brings == "answers" else N_("According to the queries of the brands")
    with visit.services.db.reading() as session:
        offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
        return form.page(
            visit,
            session,
            "source_form.html",
            terms=terms(kind, visit.tongue),
            typed_secrets={name: value for name, value in values["params"].items() if name in hidden},
            fields=form.demand_again(fields_of(kind.params, values["params"], kept=kept)),
            brands=[("", visit.say(undecided)), *((str(brand.id), brand.name) for brand in offered)],
            has_brands=bool(offered),
            days_max=kind.history_days or DAYS_MAX,
            steps=[(step, visit.tongue.lasting(step * MINUTE)) for step in steps],
            tried=None if isinstance(tried, Problem) else tried,
            unread=tried if isinstance(tried, Problem) else None,
        )


def try_out(visit: Visit, form: SourceForm) -> Trial | Problem:
    """What the source as typed brings, or why it cannot be read. Raises Problem 422 when its fields are not valid."""
    kind, values, row = form.kind, form.values, form.row
    params = values["params"]
    if row is not None:
        services = visit.services
        stored = services.seal.open(row.secrets, seal_name(row))
        dropped = values["drop_secrets"]
        changed_params(row, kind, params, services.seal, services.settings, dropped)
        params = secrets.keep_stored(params, kind.params, secrets.without_dropped(stored, kind.params, dropped))
    fields = {"collector": kind.kind, "params": params, "brand_id": values["brand_id"] or None}
    source_id = row.id if row else None
    try:
        return trial(visit.services, visit.viewer, validate(actions.TriedSource, fields), visit.now, source_id)
    except Problem as problem:
        if problem.code not in UNREAD:
            raise
        return problem


def show_tried(visit: Visit, form: SourceForm) -> Response:
    """The form with what the source brings; where it has no name yet, with the one that the source gives itself."""
    tried = try_out(visit, form)
    if not form.values["name"]:
        candidate, place = Candidate(form.kind, form.values["params"]), Place(url="https://-")
        brought = None if isinstance(tried, Problem) else tried
        name = name_of(candidate, place, visit.tongue.code, brought)
        form = replace(form, values=form.values | {"name": name})
    return show_form(visit, form, tried)


def create(visit: Visit, form: SourceForm, sent: SentForm) -> Response:
    """Saves a source, or only tries it when that button was pressed."""
    if sent.is_checked("try"):
        return show_tried(visit, form)
    new = validate(actions.NewSource, {**fields_of_action(form.values), "collector": form.kind.kind})
    with visit.services.db.writing() as session:
        source = actions.create(session, visit.viewer, new, visit.services, visit.now)
    done = "source-created" if form.kind.polled else "source-ready"
    return redirect("/setup?step=source" if form.values["from"] == "setup" else f"/sources/{source.id}", done)


def update(visit: Visit, row: Source, form: SourceForm, sent: SentForm) -> Response:
    if sent.is_checked("try"):
        return show_tried(visit, form)
    dropped = {"drop_secrets": form.values["drop_secrets"]}
    changes = validate(actions.SourceChanges, fields_of_action(form.values) | dropped)
    with visit.services.db.writing() as session:
        actions.update(session, visit.viewer, row.id, changes, visit.services, visit.now)
    return redirect(f"/sources/{row.id}", "saved")


def delete(session: Session, visit: Visit, source_id: UUID) -> None:
    actions.delete(session, visit.viewer, source_id)


PAGE = FormPage(
    home="/sources",
    deleted="source-deleted",
    find=source_row,
    show_new=show_new,
    form_of=form_of,
    read_form=read_form,
    show_form=show_form,
    create=create,
    update=update,
    delete=delete,
    open_to=editor,
)
add_routes(router, PAGE, edit="/edit")
