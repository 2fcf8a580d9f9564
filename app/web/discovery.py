"""Finds sources by an address or a name: what is there is looked at, each kind that reads it is tried, and what is
ticked is added."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.actions.discovery import (
    SECONDS,
    SHOWN,
    Candidate,
    Found,
    Picked,
    Sight,
    add_picked,
    discover,
    look,
    parsed,
    place_of,
    try_one,
)
from app.actions.fields import validate
from app.actions.source_params import collector_of
from app.problems import FieldError, Problem, invalid
from app.queries.brands import brands
from app.queries.paging import LIMIT_MAX
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor, redirect

router = APIRouter(prefix="/sources/find")

LONGEST = 2_048


@router.get("")
def show(visit: Visit = Depends(editor)) -> Response:
    """The field, and once something was typed the place where what is found appears: looked for by a part that is
    loaded after the page, or by a button where no script runs."""
    parameters = visit.request.query_params
    return whole_page(visit, parameters.get("q", "")[:LONGEST].strip(), parameters.get("from", ""))


def whole_page(visit: Visit, typed: str, origin: str, status: int = 200, **more: Any) -> Response:
    context = {"sight": None, "found": None, "problem": None, "labels": {}, **more}
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "find.html",
            status=status,
            typed=typed or name_offered(visit, session),
            asked=bool(typed),
            origin=origin,
            step="source",
            seconds=SECONDS,
            shown=SHOWN,
            **context,
        )


def name_offered(visit: Visit, session: Session) -> str:
    """The name of the first brand of one's own, to search for."""
    return next((row.name for row in brands(session, visit.viewer, limit=LIMIT_MAX).items if row.kind == "own"), "")


@router.post("/look")
def show_candidates(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """What can be tried there. A script tries each by itself; without one, all of them are tried first."""
    typed, origin = sent.get("q")[:LONGEST], sent.get("from")
    if not typed:
        return whole_page(visit, "", origin)
    sight = look(visit.services, visit.viewer, typed)
    if "hx-request" in visit.request.headers:
        return part(visit, "find_candidates.html", sight, origin, found=None)
    found = discover(visit.services, visit.viewer, sight, visit.now)
    return whole_page(visit, typed, origin, sight=sight, found=[shown_of(one, origin) for one in found])


def part(visit: Visit, template: str, sight: Sight, origin: str, **more: Any) -> Response:
    context: dict[str, Any] = {"sight": sight, "origin": origin, "to_try": tries_of(sight), **more}
    return visit.page(None, template, **context)


def tries_of(sight: Sight) -> list[tuple[Candidate, str]]:
    """Each candidate, with what the request that tries it sends."""
    return [(one, packed(one, "", sight)) for one in sight.candidates]


def packed(candidate: Candidate, name: str, sight: Sight | None = None) -> str:
    """A candidate as a form sends it back."""
    more = {"words": sight.place.words, "url": sight.place.url, "known": candidate.known} if sight else {"name": name}
    return json.dumps({"collector": candidate.kind.kind, "params": dict(candidate.params), **more})


def shown_of(one: Found, origin: str) -> dict[str, Any]:
    """One result as the page shows it: with what its box sends, or the address of the form that asks for the key."""
    candidate = one.candidate
    plain = {f"params.{name}": value for name, value in candidate.params.items() if isinstance(value, str)}
    return {
        "one": one,
        "value": packed(candidate, one.name),
        "form": "/sources/new?" + urlencode({"collector": candidate.kind.kind, **plain, "from": origin}),
        "ticked": one.state == "works",
    }


@router.post("/try")
def try_candidate(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """What one candidate brings."""
    asked = parsed(sent.get("candidate"))
    picked = validate(Picked, {"collector": asked.get("collector"), "params": asked.get("params"), "name": "-"})
    candidate = Candidate(collector_of(picked.collector), picked.params, bool(asked.get("known")))
    place = place_of(
        str(asked.get("url") or asked.get("words") or ""), str(asked.get("words") or ""), visit.tongue.code
    )
    found = try_one(visit.services, visit.viewer, candidate, place, visit.now)
    return visit.page(
        None, "find_one.html", each=shown_of(found, sent.get("from")), origin=sent.get("from"), shown=SHOWN
    )


@router.post("/add")
def add(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Adds what was ticked, and reads it at once."""
    origin = sent.get("from")

    def save() -> Response:
        if not sent.all("add"):
            raise invalid(FieldError("add", "Tick at least one source."))
        add_picked(visit.services, visit.viewer, sent.all("add"), visit.now)
        return redirect("/setup?step=source" if origin == "setup" else "/sources", "sources-added")

    def again(problem: Problem) -> Response:
        return whole_page(visit, sent.get("q"), origin, problem.status, problem=problem)

    return attempt(save, again)
