"""Incidents: which rule fires, why, and what people do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast, get_args
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError

from alerts.base import Explanation
from alerts.wording import sentences, title
from app.actions import incidents as actions
from app.actions.assigning import Assignment
from app.actions.fields import validate
from app.models import IncidentEvent, IncidentRow
from app.pipeline.tell.incidents import silent_until, worst_severity
from app.pipeline.tell.naming import Names
from app.problems import FieldError, Problem, invalid
from app.queries.deliveries import dead_letters
from app.queries.hours import hours
from app.queries.incidents import StateFilter, incident, incidents
from app.queries.members import names
from app.web.assignees import assignee_options, chosen_assignee
from app.web.charts import observed_against_expected
from app.web.for_you import handles_of, named_pieces, note_read
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor, member, redirect
from app.web.reach import mendings_of_incidents
from app.web.show import Piece, pieces

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
    explanation = explanation_of(stored)
    return sentences(explanation, visit.tongue.code, visit.tongue.zone.key) if explanation else []


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    """The incidents of one state; the open ones unless the address says otherwise."""
    parameters = visit.request.query_params
    state = parameters.get("state", "open") if parameters.get("state") in (*STATES, "all") else "open"
    only = None if state == "all" else cast(StateFilter, state)
    with visit.services.db.reading() as session:
        views = incidents(session, visit.viewer, parameters.get("after"), state=only, brand_id=_brand_of(parameters))
        lines = [(view, lines_of(visit, view.incident.explanation)[:2]) for view in views.items]
        silent = mendings_of_incidents(visit, session, views.items)
        return visit.page(
            session,
            "alerts.html",
            found=views,
            shown=lines,
            state=state,
            silent=silent,
            dead=dead_letters(session, visit.viewer, visit.now),
        )


def _brand_of(parameters: Mapping[str, str]) -> UUID | None:
    """The brand of the address; what is no id is dropped."""
    try:
        return UUID(parameters.get("brand", ""))
    except ValueError:
        return None


@router.get("/{incident_id}")
def show_one(incident_id: UUID, visit: Visit = Depends(member)) -> Response:
    note_read(visit, "incident", incident_id)
    return incident_page(visit, incident_id)


def incident_page(visit: Visit, incident_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    """One incident: why the rule fired, what was observed compared with what is usual, and what was done."""
    with visit.services.db.reading() as session:
        detail = incident(session, visit.viewer, incident_id)
        row = detail.view.incident
        start, end = chart_range(row, visit.now)
        explanation = explanation_of(row.explanation)
        since = row.since or row.opened_at
        everybody = names(session, visit.viewer)
        return visit.page(
            session,
            "incident.html",
            status=problem.status if problem else 200,
            detail=detail,
            silent=mendings_of_incidents(visit, session, [detail.view])[row.id],
            silent_until=silent_until(row, detail.view.rule, visit.now) if detail.is_last else None,
            worst=worst_severity(row),
            explanation=explanation,
            lines=lines_of(visit, row.explanation),
            headline=title(detail.view.brand.name, explanation, visit.tongue.code) if explanation else None,
            chart=observed_against_expected(
                visit.tongue, hours(session, visit.viewer, row.brand_id, start, end), since, explanation
            ),
            events=[(event, _pieces(visit, event, everybody)) for event in detail.timeline],
            handles=handles_of(everybody),
            problem=problem,
            assignees=assignee_options(visit, session, row),
            labels={"text": visit.say("Note")},
        )


def chart_range(row: IncidentRow, now: datetime) -> tuple[datetime, datetime]:
    """The time that the chart of an incident shows: three days before it to half a day after, 14 days at most."""
    start = max((row.since or row.opened_at) - BEFORE, row.opened_at - LONGEST)
    return start, min(now, (row.resolved_at or now) + AFTER, start + LONGEST)


def event_in_words(visit: Visit, event: IncidentEvent) -> str:
    """One line of the timeline."""
    details = event.details if isinstance(event.details, dict) else {}
    if event.kind == "note":
        return str(details.get("text", ""))
    if event.kind == "assigned":
        who = details.get("assignee")
        return visit.say("Assigned to {who}", who=who) if who else visit.say("Assigned to nobody")
    if event.kind == "resolved" and event.actor:
        return visit.say("Resolved by a person")
    if event.kind == "quiet":
        return quiet_in_words(visit, details)
    what = visit.word("event", event.kind)
    if event.kind == "undelivered":
        return f"{what} ({details.get('channel')})"
    if not isinstance(details.get("channels"), list):
        return what
    names = ", ".join(str(name) for name in details["channels"])
    if event.kind == "caught_up":
        return visit.say("Notified since then: {channels}", channels=names)
    if names:
        return visit.say("{what} · notified: {channels}", what=what, channels=names)
    return what if event.kind == "resolved" else visit.say("{what} · nobody was notified", what=what)


def quiet_in_words(visit: Visit, details: Mapping[str, Any]) -> str:
    """Why nothing was sent; for a silence, whose it is and until when it lasts."""
    if details.get("silence"):
        until = visit.tongue.until(datetime.fromisoformat(str(details.get("until"))))
        said = {"who": details.get("author"), "said": details.get("said")}
        return visit.say("Nothing was sent: silenced by {who} {until} ({said})", until=until, **said)
    if rule := details.get("rule"):
        return visit.say("Nothing was sent: the open incident of the rule {rule} already reports it", rule=rule)
    return visit.word("event", details.get("reason"))


def _pieces(visit: Visit, event: IncidentEvent, everybody: Names) -> list[Piece]:
    """One line of the timeline; in a note, the names are marked."""
    said = event_in_words(visit, event)
    return named_pieces(said, everybody) if event.kind == "note" else pieces(said, [])


@router.post("/{incident_id}/{verb}")
def handle(
    incident_id: UUID, verb: str, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)
) -> Response:
    """What a person does about an incident. A refusal is shown in its page."""
    return attempt(
        lambda: redirect(f"/alerts/{incident_id}", _do(visit, incident_id, verb, sent)),
        lambda problem: incident_page(visit, incident_id, problem),
    )


def _do(visit: Visit, incident_id: UUID, verb: str, sent: SentForm) -> str:
    """Does what the button says. Returns the name of the message to show."""
    viewer, jobs, now = visit.viewer, visit.services.jobs, visit.now
    with visit.services.db.writing() as session:
        match verb:
            case "acknowledge":
                actions.acknowledge(session, viewer, incident_id, now)
                return "acknowledged"
            case "assign":
                incident(session, viewer, incident_id)  # 404 for one that is not here, whatever was chosen
                if chosen := chosen_assignee(sent):
                    actions.assign(session, viewer, incident_id, validate(Assignment, chosen).assignee, now)
                return "assigned"
            case "false-alarm":
                actions.false_alarm(session, viewer, incident_id, jobs, now)
                return "false-alarm"
            case "resolve":
                actions.resolve(session, viewer, incident_id, jobs, now)
                return "resolved"
            case "note":
                text = sent.get("text")[:10_000]
                if not text:
                    raise invalid(FieldError("text", "Write something first."))
                actions.note(session, viewer, incident_id, text, now)
                return "note"
            case _:
                raise Problem("not-found", 404, "There is no such page.")
