"""Sources: their health at a glance, adding one with a look at what it brings, and what each reading came to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.actions import going_back, secrets
from app.actions import sources as actions
from app.actions.fields import validated
from app.actions.opml import import_opml
from app.actions.trial import UNREAD, Trial, trial
from app.models import Source
from app.pipeline.gather.past import DAYS_MAX, moment, share
from app.problems import FieldError, Problem, invalid
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.scoring import scoring
from app.queries.sources import polls, quarantine, source, source_row, sources
from app.web.forms import Posted, fields_of, params_from, posted
from app.web.kinds import shelves, terms
from app.web.page import Visit, away, member
from app.web.words import N_
from collectors import all_collectors
from collectors.base import AnyCollector

router = APIRouter(prefix="/sources")

MINUTE = 60
INTERVALS = (5, 15, 30, 60, 180, 360, 720, 1440)
UNHEALTHY = ("failing", "refused", "gone", "changed", "budget", "throttled")
DONE = {
    "poll": "poll",
    "pause": "paused",
    "resume": "resumed",
    "delete": "source-deleted",
    "address": "address",
    "backfill": "going-back",
    "backfill-stop": "going-back-stopped",
}
"""What each button does, by what is told when it is done."""
ADVICE = {
    "failing": N_("It is tried again by itself, less and less often. If this lasts, check its settings below."),
    "throttled": N_("The site asks for a pause: the next reading waits for it. There is nothing to do."),
    "changed": N_("Nothing new comes from it until then; it is tried again by itself."),
    "budget": N_("Nothing is asked meanwhile, so nothing is spent. What was said meanwhile may be missed."),
    "refused": N_("Asking again changes nothing until its settings are changed below."),
    "another": N_(
        "Another source of the same site was asked for a pause, which holds for all of them. There is nothing to do."
    ),
    "silent": N_(
        "It can be read, and used to bring mentions far more often: check that what it names still exists, and "
        "that its search still fits."
    ),
    "gone": N_("It no longer exists: delete this source, or give its new address."),
}


@router.get("")
def listed(visit: Visit = Depends(member)) -> Response:
    """The sources, those that need somebody first."""
    with visit.services.db.reading() as session:
        found = sources(session, visit.viewer, visit.now, visit.request.query_params.get("after"), 200)
        rows = sorted(
            found.items, key=lambda view: (view.state not in UNHEALTHY, view.silent_since is None, not view.warnings)
        )
        return visit.page(
            session,
            "sources.html",
            found=found,
            rows=rows,
            collectors=all_collectors(),
            advice=ADVICE,
            unhealthy=UNHEALTHY,
        )


@router.get("/scoring")
def waiting(visit: Visit = Depends(member)) -> Response:
    """A line about what waits for the model, and how long; nothing when nothing does."""
    with visit.services.db.reading() as session:
        return visit.page(None, "scoring.html", found=scoring(session, visit.viewer))


@router.get("/new")
def new(visit: Visit = Depends(member)) -> Response:
    """The kinds of source, then the form of the one chosen."""
    visit.viewer.needs("write")
    kind = all_collectors().get(visit.request.query_params.get("collector", ""))
    with visit.services.db.reading() as session:
        if kind is None or kind.hidden:
            return visit.page(session, "source_kinds.html", shelves=shelves(all_collectors().values()))
        return form_page(visit, session, kind, fresh(kind, visit.request.query_params.get("from", "")))


def fresh(kind: AnyCollector, origin: str) -> dict[str, Any]:
    """What a new form shows; `origin` is where to go on from."""
    minutes = int(kind.default_interval.total_seconds()) // MINUTE
    return {"name": "", "params": {}, "brand_id": "", "minutes": minutes, "backfill_days": "", "from": origin}


def typed(form: Posted, kind: AnyCollector) -> dict[str, Any]:
    """What was typed, to be shown again with what is wrong about it."""
    return {
        "name": form.get("name"),
        "params": params_from(kind.params, form),
        "brand_id": form.get("brand_id"),
        "backfill_days": form.get("backfill_days"),
        "minutes": int(form.get("minutes")) if form.get("minutes").isdecimal() else 60,
        "from": form.get("from"),
    }


def wanted(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of the action, from those of the form."""
    return {
        "name": values["name"],
        "params": values["params"],
        "brand_id": values["brand_id"] or None,
        "interval_seconds": values["minutes"] * MINUTE,
        "backfill_days": values["backfill_days"] or 0,
    }


def form_page(
    visit: Visit, session: Session, kind: AnyCollector, values: dict[str, Any], *, row: Source | None = None,
    problem: Problem | None = None, tried: Trial | Problem | None = None,
) -> HTMLResponse:  # fmt: skip
    least = int(kind.min_interval.total_seconds()) // MINUTE
    offered = brands(session, visit.viewer, limit=LIMIT_MAX).items
    steps = sorted({step for step in INTERVALS if step >= least} | {max(values["minutes"], 1)})
    hidden = secrets.secret_fields(kind.params)
    undecided = N_("Choose a brand") if kind.brings == "answers" else N_("The queries of all brands decide")
    return visit.page(
        session,
        "source_form.html",
        status=problem.status if problem else 200,
        kind=kind,
        terms=terms(kind, visit.tongue),
        row=row,
        values=values,
        typed_secrets={name: value for name, value in values["params"].items() if name in hidden},
        fields=fields_of(kind.params, values["params"], kept=bool(row and row.secrets)),
        brands=[("", visit.say(undecided)), *((str(b.id), b.name) for b in offered)],
        has_brands=bool(offered),
        days_max=kind.history_days or DAYS_MAX,
        steps=[(step, visit.tongue.lasting(step * MINUTE)) for step in steps],
        problem=problem,
        tried=None if isinstance(tried, Problem) else tried,
        unread=tried if isinstance(tried, Problem) else None,
        labels={},
    )


def look(visit: Visit, kind: AnyCollector, values: dict[str, Any], row: Source | None = None) -> Trial | Problem:
    """What the source as typed brings, or why it cannot be read. Raises Problem 422 when its fields are not valid."""
    given = values["params"]
    if row is not None:
        given = secrets.kept(given, kind.params, visit.services.seal.open(row.secrets, actions.place(row)))
    new = {"collector": kind.kind, "params": given, "brand_id": values["brand_id"] or None}
    try:
        return trial(
            visit.services, visit.viewer, validated(actions.TriedSource, new), visit.now, row.id if row else None
        )
    except Problem as problem:
        if problem.code not in UNREAD:
            raise
        return problem


@router.post("/new")
def create(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """Saves a source, or only tries it when that button was pressed."""
    visit.viewer.needs("write")
    kind = actions.collector_of(form.get("collector"))
    values = typed(form, kind)
    try:
        if form.checked("try"):
            tried = look(visit, kind, values)
            with visit.services.db.reading() as session:
                return form_page(visit, session, kind, values, tried=tried)
        fields = validated(actions.NewSource, {**wanted(values), "collector": kind.kind})
        with visit.services.db.writing() as session:
            made = actions.create(session, visit.viewer, fields, visit.services, visit.now)
    except Problem as problem:
        return _again(visit, kind, values, problem)
    told = "source-created" if kind.polled else "source-ready"
    return away("/setup" if form.get("from") == "setup" else f"/sources/{made.id}", told)


def _again(
    visit: Visit, kind: AnyCollector, values: dict[str, Any], problem: Problem, row: Source | None = None
) -> Response:
    if problem.status not in {409, 422}:
        raise problem
    with visit.services.db.reading() as session:
        return form_page(visit, session, kind, values, row=row, problem=problem)


@router.post("/opml")
def opml(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """A source per feed of an uploaded list."""
    results, problem = [], None
    try:
        data = form.file("file")
        if not data:
            raise invalid(FieldError("file", "Choose a file first."))
        with visit.services.db.writing() as session:
            results = import_opml(session, visit.viewer, data, visit.services, visit.now)
    except Problem as refused:
        if refused.status != 422:
            raise
        problem = refused
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "source_opml.html",
            status=422 if problem else 200,
            results=results,
            problem=problem,
            labels={"file": visit.say("OPML file")},
        )


@router.get("/{source_id}")
def one(source_id: UUID, visit: Visit = Depends(member)) -> Response:
    """One source: its health in words, its readings, and what could not be stored."""
    with visit.services.db.reading() as session:
        view = source(session, visit.viewer, source_id, visit.now)
        return visit.page(
            session,
            "source.html",
            view=view,
            kind=all_collectors().get(view.source.collector),
            address=actions.inbound_url(view.source, visit.viewer, visit.services),
            polls=polls(session, visit.viewer, source_id),
            quarantined=quarantine(session, visit.viewer, source_id),
            advice=ADVICE,
            unhealthy=UNHEALTHY,
            **came(view.source),
        )


@router.get("/{source_id}/backfill")
def how_far(source_id: UUID, visit: Visit = Depends(member)) -> Response:
    """How far back a source has read, to be looked at again and again."""
    with visit.services.db.reading() as session:
        row = source_row(session, visit.viewer, source_id)
        return visit.page(None, "source_past.html", one=row, kind=all_collectors().get(row.collector), **came(row))


def came(row: Source) -> dict[str, Any]:
    """How far back a source has read: when that is, and which share of the way."""
    past = row.backfill
    return {"past": past, "reached": moment(past, "reached") if past else None, "share": share(past) if past else 0.0}


@router.get("/{source_id}/edit")
def edit(source_id: UUID, visit: Visit = Depends(member)) -> Response:
    visit.viewer.needs("write")
    with visit.services.db.reading() as session:
        row = source_row(session, visit.viewer, source_id)
        kind = actions.collector_of(row.collector)
        values = {
            "name": row.name,
            "params": row.params,
            "brand_id": str(row.brand_id or ""),
            "minutes": row.interval_seconds // MINUTE,
            "backfill_days": row.backfill["days"] if row.backfill else "",
        }
        return form_page(visit, session, kind, values, row=row)


@router.post("/{source_id}/edit")
def update(source_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    visit.viewer.needs("write")
    with visit.services.db.reading() as session:
        row = source_row(session, visit.viewer, source_id)
    kind = actions.collector_of(row.collector)
    values = typed(form, kind)
    try:
        if form.checked("try"):
            tried = look(visit, kind, values, row)
            with visit.services.db.reading() as session:
                return form_page(visit, session, kind, values, row=row, tried=tried)
        changes = validated(actions.SourceChanges, wanted(values))
        with visit.services.db.writing() as session:
            actions.update(session, visit.viewer, source_id, changes, visit.services, visit.now)
    except Problem as problem:
        return _again(visit, kind, values, problem, row)
    return away(f"/sources/{source_id}", "saved")


@router.post("/{source_id}/{verb}")
def act(source_id: UUID, verb: str, visit: Visit = Depends(member)) -> Response:
    """Read now, pause, resume, another address, delete; go back, go on with it, stop."""
    viewer, services, now = visit.viewer, visit.services, visit.now
    done = DONE.get(verb)
    if done is None:
        raise Problem("not-found", 404, "There is no such page.")
    with services.db.writing() as session:
        if verb == "poll":
            actions.poll_now(session, viewer, source_id, services, now)
            done = "poll-later" if source(session, viewer, source_id, now).paused_until else done
        elif verb == "address":
            actions.readdress(session, viewer, source_id, services)
        elif verb == "delete":
            actions.delete(session, viewer, source_id)
        elif verb == "backfill":
            going_back.go_back(session, viewer, source_id, going_back.GoBack(), services.jobs, now)
        elif verb == "backfill-stop":
            going_back.stop(session, viewer, source_id, services.jobs, now)
        else:
            changes = actions.SourceChanges(enabled=verb == "resume")
            actions.update(session, viewer, source_id, changes, services, now)
    return away("/sources" if verb == "delete" else f"/sources/{source_id}", done)
