"""The first minutes, in four steps that come back to each other: name the brand, add sources, choose whom alerts reach,
read what happens from now on. What exists already decides which step comes next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.actions import brands as brand_actions
from app.actions import keys, push, sample
from app.actions import rules as rule_actions
from app.actions.fields import validate
from app.actions.keys import MadeKey, NewKey
from app.problems import Problem
from app.queries import overview as counts
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.queries.sources import sources
from app.web.brands import preview_of
from app.web.discovery import name_offered
from app.web.form_page import Values, attempt
from app.web.forms import SentForm, sent_form
from app.web.kinds import shelves
from app.web.login import first_account
from app.web.page import Visit, administrator, editor, redirect, visitor
from app.web.query_field import LONGEST, asks_back, check_meant, field_of
from app.web.ready import ready_of
from app.web.setup_channel import alerts_of
from collectors import all_collectors

router = APIRouter()

Parts = dict[str, Any]


@router.get("/setup")
def setup(visit: Visit = Depends(visitor)) -> Response:
    """The step that comes next, or the one asked for."""
    link = visit.request.query_params.get("token")
    if link is not None and visit.known is None:
        return first_account(visit, link)
    visit.viewer.needs("read")
    with visit.services.db.reading() as session:
        seen = counts.overview(session, visit.viewer, visit.now)
        step = step_of(visit.request.query_params.get("step", ""), seen)
        return visit.page(session, f"setup_{step}.html", step=step, **PARTS[step](visit, session))


def step_of(asked: str, seen: counts.Overview) -> str:
    """The step that the address names, as long as there is a brand; else the first that is not done."""
    if not seen.has_brand:
        return "brand"
    if asked in PARTS:
        return asked
    return "source" if not seen.has_source else "alerts" if not seen.has_channel else "ready"


def brand_parts(visit: Visit, session: Session, values: Values | None = None, problem: Problem | None = None) -> Parts:
    shown = values or {"name": "", "query": "", "kind": "own", "pasted": ""}
    return {
        "brands": brands(session, visit.viewer, limit=LIMIT_MAX).items,
        "values": shown,
        "preview": preview_of(visit, session, shown["query"], shown["pasted"]),
        "field": field_of(shown["name"], shown["query"]),
        "problem": problem,
        "labels": {},
    }


def source_parts(visit: Visit, session: Session, made: MadeKey | None = None) -> Parts:
    """`made` is a new key to send mentions with, whose secret is shown now and never again."""
    return {
        "made": made,
        "address": visit.services.settings.address,
        "now": visit.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sources": [each.source for each in sources(session, visit.viewer, visit.now).items],
        "shelves": shelves(each for each in all_collectors().values() if each.polled or each.stream),
        "typed": name_offered(visit, session),
    }


PARTS: dict[str, Callable[[Visit, Session], Parts]] = {
    "brand": brand_parts,
    "source": source_parts,
    "alerts": alerts_of,
    "ready": ready_of,
}
"""What each step shows."""


@router.post("/setup/brand")
def add_brand(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Adds the brand, and a negative buzz rule that needs no settings."""
    values = {"name": sent.get("name"), "query": sent.get("query"), "kind": sent.get("kind") or "own"}
    typed = {**values, "pasted": sent.get("pasted")[:LONGEST]}

    def save() -> Response:
        if (asked := asks_back(sent)) is not None:
            return again(None, typed | asked)
        check_meant(sent)
        new = validate(brand_actions.NewBrand, values)
        with visit.services.db.writing() as session:
            brand = brand_actions.create(session, visit.viewer, new, visit.services.jobs, visit.now)
            if brand.kind == "own":
                name = visit.say("Negative buzz · {brand}", brand=brand.name)[:100]
                rule = rule_actions.NewRule(name=name, brand_id=brand.id, kind="negative_spike")
                rule_actions.create(session, visit.viewer, rule, visit.services.jobs)
        return redirect("/setup?step=source", "brand-created")

    def again(problem: Problem | None, shown: Values = typed) -> Response:
        with visit.services.db.reading() as session:
            parts = brand_parts(visit, session, shown, problem)
            status = problem.status if problem else 200
            return visit.page(session, "setup_brand.html", status=status, step="brand", **parts)

    return attempt(save, again)


@router.post("/setup/key")
def make_key(visit: Visit = Depends(administrator)) -> Response:
    """Makes a key that can only send, and the source that holds what is sent; shows how to use it."""
    new = validate(NewKey, {"name": visit.say("Sends mentions"), "scopes": ["write"]})
    with visit.services.db.writing() as session:
        made = keys.create(session, visit.viewer, new, visit.now)
        push.push_source(session, visit.viewer)
    with visit.services.db.reading() as session:
        return visit.page(session, "setup_source.html", step="source", **source_parts(visit, session, made))


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
