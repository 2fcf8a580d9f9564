"""The first minutes: name the brand, add a source, choose where alerts go. What exists already decides which step
comes next."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.actions import brands as brand_actions
from app.actions import rules as rule_actions
from app.actions import sample
from app.actions.fields import validate
from app.problems import Problem
from app.queries import overview as counts
from app.queries.brands import brands
from app.queries.channels import channels
from app.queries.paging import LIMIT_MAX
from app.queries.rules import rules
from app.queries.sources import sources
from app.web.brands import preview_of
from app.web.form_page import Values, attempt
from app.web.forms import SentForm, sent_form
from app.web.kinds import shelves
from app.web.login import first_account
from app.web.page import Visit, editor, redirect, visitor
from app.web.reach import mendings_of_rules
from collectors import all_collectors

router = APIRouter()


@router.get("/setup")
def setup(visit: Visit = Depends(visitor)) -> Response:
    """The step that comes next, or the one asked for."""
    link = visit.request.query_params.get("token")
    if link is not None and visit.known is None:
        return first_account(visit, link)
    return step_page(visit)


def step_page(visit: Visit, problem: Problem | None = None, values: Values | None = None) -> Response:
    viewer = visit.viewer
    viewer.needs("read")
    with visit.services.db.reading() as session:
        seen = counts.overview(session, viewer)
        watching = rules(session, viewer).items
        shown = values or {"name": "", "query": "", "kind": "own"}
        return visit.page(
            session,
            "setup.html",
            status=problem.status if problem else 200,
            step=_step(visit, seen),
            brands=brands(session, viewer, limit=LIMIT_MAX).items,
            sources=[each.source for each in sources(session, viewer, visit.now).items],
            channels=channels(session, viewer).items,
            rules=watching,
            silent=mendings_of_rules(visit, session, watching),
            shelves=shelves(each for each in all_collectors().values() if each.polled or each.stream),
            values=shown,
            preview=preview_of(visit, session, shown["query"]) if shown["query"] and not problem else None,
            problem=problem,
            labels={},
        )


def _step(visit: Visit, seen: counts.Overview) -> str:
    """The step that the address names, as long as those before it are done; else the first that is not done."""
    step = visit.request.query_params.get("step")
    if step == "brand" or not seen.has_brand:
        return "brand"
    if step == "source" or (not seen.has_source and step != "alerts"):
        return "source"
    return "alerts"


@router.post("/setup/brand")
def add_brand(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Adds the brand, and a negative buzz rule that needs no settings."""
    values = {"name": sent.get("name"), "query": sent.get("query"), "kind": sent.get("kind") or "own"}

    def save() -> Response:
        new = validate(brand_actions.NewBrand, values)
        with visit.services.db.writing() as session:
            brand = brand_actions.create(session, visit.viewer, new, visit.services.jobs, visit.now)
            if brand.kind == "own":
                name = visit.say("Negative buzz · {brand}", brand=brand.name)[:100]
                rule = rule_actions.NewRule(name=name, brand_id=brand.id, kind="negative_spike")
                rule_actions.create(session, visit.viewer, rule, visit.services.jobs)
        return redirect("/setup?step=source", "brand-created")

    return attempt(save, lambda problem: step_page(visit, problem, values))


@router.post("/sample/load")
def load_sample(visit: Visit = Depends(editor)) -> Response:
    with visit.services.db.writing() as session:
        sample.load(session, visit.viewer, visit.services.jobs, visit.now)
    return redirect("/", "sample-loaded")


@router.post("/sample/remove")
def remove_sample(visit: Visit = Depends(editor)) -> Response:
    with visit.services.db.writing() as session:
        sample.remove(session, visit.viewer, visit.services.jobs, visit.now)
    return redirect("/", "sample-removed")
