"""Incidents: what rings, why, and what people do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from alerts.base import Explanation
from alerts.wording import sentences
from app.actions import incidents as actions
from app.models import IncidentEvent
from app.problems import FieldError, Problem, invalid
from app.queries.hours import hours
from app.queries.incidents import StateFilter, incident, incidents
from app.web.charts import observed_against_expected
from app.web.forms import Posted, posted
from app.web.page import Visit, member, redirect

router = APIRouter(prefix="/alerts")

STATES: tuple[str, ...] = get_args(StateFilter)
BEFORE, AFTER, LONGEST = timedelta(days=3), timedelta(hours=12), timedelta(days=14)
_EXPLANATION = TypeAdapter(Explanation)


def explanation_of(stored: dict[str, Any]) -> Explanation | None:
    """What an incident keeps of its explanation; None for one that an older version wrote in another shape."""
    try:
        return _EXPLANATION.validate_python(stored)
    except ValidationError:
        return None


def lines_of(visit: Visit, stored: dict[str, Any]) -> list[str]:
    """The explanation in sentences."""
    read = explanation_of(stored)
    return sentences(read, visit.tongue.code, visit.tongue.zone.key) if read else []


@router.get("")
def listed(visit: Visit = Depends(member)) -> Response:
    """The incidents by state: those open first of all."""
    asked = visit.request.query_params.get("state", "open")
    state = asked if asked in (*STATES, "all") else "open"
    wanted: Any = None if state == "all" else state
    with visit.services.db.reading() as session:
        found = incidents(session, visit.viewer, visit.request.query_params.get("after"), state=wanted)
        shown = [(view, lines_of(visit, view.incident.explanation)[:2]) for view in found.items]
        return visit.page(session, "alerts.html", found=found, shown=shown, state=state)


@router.get("/{incident_id}")
def one(incident_id: UUID, visit: Visit = Depends(member)) -> Response:
    """One incident: why it rang, what was observed against what is usual, and what was done."""
    with visit.services.db.reading() as session:
        return _one(visit, session, incident_id)


def _one(visit: Visit, session: Session, incident_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    detail = incident(session, visit.viewer, incident_id)
    row = detail.view.incident
    start = max((row.since or row.opened_at) - BEFORE, row.opened_at - LONGEST)
    end = min(visit.now, (row.resolved_at or visit.now) + AFTER, start + LONGEST)
    counted = hours(session, visit.viewer, row.brand_id, start, end)
    read = explanation_of(row.explanation)
    return visit.page(
        session,
        "incident.html",
        status=problem.status if problem else 200,
        detail=detail,
        explanation=read,
        lines=lines_of(visit, row.explanation),
        chart=observed_against_expected(visit.tongue, counted, row.since or row.opened_at, read),
        events=[(event, event_in_words(visit, event)) for event in detail.timeline],
        problem=problem,
        labels={"text": visit.say("Note")},
    )


def event_in_words(visit: Visit, event: IncidentEvent) -> str:
    """One line of the timeline."""
    details = event.details or {}
    if event.kind == "note":
        return str(details.get("text", ""))
    if event.kind == "assigned":
        who = details.get("assignee")
        return visit.say("Assigned to {who}", who=who) if who else visit.say("Assigned to nobody")
    if event.kind == "resolved" and event.actor:
        return visit.say("Resolved by a person")
    return visit.word("event", event.kind)


@router.post("/{incident_id}/{verb}")
def act(incident_id: UUID, verb: str, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """What a person does about an incident. A refusal is told in its page."""
    try:
        done = _act(visit, incident_id, verb, form)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        with visit.services.db.reading() as session:
            return _one(visit, session, incident_id, problem)
    return redirect(f"/alerts/{incident_id}", done)


def _act(visit: Visit, incident_id: UUID, verb: str, form: Posted) -> str:
    viewer, jobs, now = visit.viewer, visit.services.jobs, visit.now
    with visit.services.db.writing() as session:
        match verb:
            case "acknowledge":
                actions.acknowledge(session, viewer, incident_id, now)
                return "acknowledged"
            case "assign":
                actions.assign(session, viewer, incident_id, form.get("assignee")[:200], now)
                return "assigned"
            case "false-alarm":
                actions.false_alarm(session, viewer, incident_id, jobs, now)
                return "false-alarm"
            case "resolve":
                actions.resolve(session, viewer, incident_id, jobs, now)
                return "resolved"
            case "note":
                text = form.get("text")[:10_000]
                if not text:
                    raise invalid(FieldError("text", "Write something first."))
                actions.note(session, viewer, incident_id, text, now)
                return "note"
            case _:
                raise Problem("not-found", 404, "There is no such page.")
