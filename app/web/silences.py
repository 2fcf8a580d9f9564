"""Silences: those that run, are to come, or are over; a form to make one, and the button that pauses every alert."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from alerts.rules import all_rules
from app.actions import silences as actions
from app.actions.fields import validate
from app.models import Mention
from app.problems import FieldError, Problem, invalid
from app.queries.brands import brands
from app.queries.incidents import incident
from app.queries.mentions import mention
from app.queries.paging import LIMIT_MAX
from app.queries.silences import Preview, kept_quiet, preview, silence, silences
from app.web.form_page import Values, attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, back_to, editor, member, redirect
from app.web.words import N_
from matching.query import QueryError, parse

router = APIRouter(prefix="/alerts/silences")

HOME = "/alerts/silences"
DAYS = 30
"""How far back the form tells what a silence would have kept back."""
LASTING: dict[str, str] = {
    "1": N_("1 hour"),
    "4": N_("4 hours"),
    "24": N_("24 hours"),
    "72": N_("3 days"),
    "168": N_("1 week"),
    "until": N_("until a date"),
}
NAMES = ("brand_id", "kind", "q", "starts_at", "lasting", "until", "reason")
WORDS_TAKEN = 6
"""How many words of a mention its silence is proposed for."""


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    """The silences, those that run and those to come first."""
    with visit.services.db.reading() as session:
        found = silences(session, visit.viewer, visit.now, visit.request.query_params.get("after"), state="over")
        running = silences(session, visit.viewer, visit.now, limit=LIMIT_MAX, state="running").items
        coming = silences(session, visit.viewer, visit.now, limit=LIMIT_MAX, state="coming").items
        groups = [("running", running), ("coming", coming), ("over", found.items)]
        return visit.page(session, "silences.html", groups=groups, found=found, kinds=all_rules())


@router.get("/new")
def show_new(visit: Visit = Depends(editor)) -> Response:
    """The form, filled for the brand, the incident or the mention that the address names."""
    with visit.services.db.reading() as session:
        values = values_of(visit, session)
        return form_page(visit, session, values)


def values_of(visit: Visit, session: Session) -> Values:
    """What the form begins with. Raises Problem 404 for an incident or a mention that is not here."""
    asked = visit.request.query_params
    values: Values = {name: asked.get(name, "")[:2_000] for name in NAMES} | {"offers": []}
    values["lasting"] = values["lasting"] if values["lasting"] in LASTING else "24"
    if number := _id(asked.get("incident")):
        found = incident(session, visit.viewer, number).view.incident
        values |= {"brand_id": str(found.brand_id), "kind": found.kind}
    if number := _id(asked.get("mention")):
        view = mention(session, visit.viewer, number).view
        values["offers"] = offers_of(visit, view.mention)
        values["q"] = values["q"] or next((query for _, query in values["offers"]), "")
        values["brand_id"] = values["brand_id"] or next((str(one.brand.id) for one in view.matches), "")
    return values


def offers_of(visit: Visit, said: Mention) -> list[tuple[str, str]]:
    """What about a mention can be silenced, each with its query: its author, its site, its first words."""
    words = " ".join((said.title or said.text).replace('"', " ").split()[:WORDS_TAKEN])
    offered = (
        (visit.say("this author"), "author:", said.author),
        (visit.say("this site"), "site:", said.host),
        (visit.say("these words"), "", words),
    )
    found = ((label, query_for(field, value)) for label, field, value in offered)
    return [(label, query) for label, query in found if query]


def query_for(field: str, value: str) -> str:
    """The query that finds this value in a field; empty where the language cannot say it."""
    plain = value.replace('"', " ").strip()
    if not plain:
        return ""
    query = f"{field}{plain}" if field and not set(plain) & set(" ()") else f'{field}"{plain}"'
    try:
        return str(parse(query)) and query
    except QueryError:
        return ""


def _id(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None


def form_page(
    visit: Visit, session: Session, values: Values, problem: Problem | None = None, found: Preview | None = None
) -> HTMLResponse:
    """The form, with what is wrong in it or what such a silence would have kept back."""
    return visit.page(
        session,
        "silence.html",
        status=problem.status if problem else 200,
        values=values,
        problem=problem,
        labels={},
        preview=found,
        days=DAYS,
        brands=[(str(row.id), row.name) for row in brands(session, visit.viewer, limit=LIMIT_MAX).items],
        kinds=[(kind, visit.tongue.pick(declared.title)) for kind, declared in all_rules().items()],
        lasting=[(hours, visit.say(label)) for hours, label in LASTING.items()],
    )


@router.post("/new")
def create(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes the silence; with the button that only asks, says what it would have kept back."""
    values: Values = {name: sent.get(name) for name in NAMES} | {"offers": []}

    def save() -> Response:
        if sent.is_checked("preview"):
            return show_preview(visit, values)
        new = validate(actions.NewSilence, fields_of(values, visit.tongue.zone, visit.now))
        with visit.services.db.writing() as session:
            actions.create(session, visit.viewer, new, visit.now)
        return redirect(HOME, "silence-created")

    def refused(problem: Problem) -> Response:
        with visit.services.db.reading() as session:
            return form_page(visit, session, values, problem)

    return attempt(save, refused)


def show_preview(visit: Visit, values: Values) -> Response:
    """The form again, and what such a silence would have kept back. Raises Problem."""
    wanted = validate(actions.Matchers, matchers_of(values))
    with visit.services.db.reading() as session:
        actions.check_matchers(session, visit.viewer, wanted)
        found = preview(session, visit.viewer, wanted.brand_id, wanted.kind, wanted.q, DAYS, visit.now)
        return form_page(visit, session, values, found=found)


def matchers_of(values: Values) -> Values:
    """What the silence is about; what was left empty is not there."""
    return {name: values[name] or None for name in ("brand_id", "kind", "q")}


def fields_of(values: Values, zone: ZoneInfo, now: datetime) -> Values:
    """The fields of the action. Raises Problem 422 for a time that is none, or is missing.

    A silence that lasts hours lasts as many, whatever the clocks do meanwhile.
    """
    start = moment_of(values["starts_at"], zone, "starts_at", fold=0)
    if values["lasting"] == "until":
        until = moment_of(values["until"], zone, "until", fold=1)
        if until is None:
            raise invalid(FieldError("until", "This field is required."))
    else:
        until = (start or now) + timedelta(hours=int(values["lasting"] if values["lasting"] in LASTING else "24"))
    return {**matchers_of(values), "starts_at": start, "until": until, "reason": values["reason"]}


def moment_of(typed: str, zone: ZoneInfo, field: str, *, fold: int) -> datetime | None:
    """A time as a browser sends it, 2026-11-22T09:30, in the zone of whoever typed it; None where nothing was typed.

    Of an hour that the clocks of the zone show twice, `fold` says which; one that they skip is as much later.
    Raises Problem 422 on `field`.
    """
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise invalid(FieldError(field, "This is not in the expected form.")) from None
    # in UTC, where hours can be added: in a zone, they would be those of its clocks
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone, fold=fold)).astimezone(UTC)


@router.post("/pause")
def pause(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Pauses every alert for an hour."""
    with visit.services.db.writing() as session:
        actions.pause(session, visit.viewer, visit.say("Everything paused for an hour"), visit.now)
    return redirect(back_to(sent.get("next"), "/alerts"), "paused-alerts")


@router.post("/resume")
def resume(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Ends the pause of every alert."""
    with visit.services.db.writing() as session:
        actions.resume(session, visit.viewer, visit.now)
    return redirect(back_to(sent.get("next"), "/alerts"), "resumed-alerts")


@router.get("/{silence_id}")
def show_one(silence_id: UUID, visit: Visit = Depends(member)) -> Response:
    """One silence, and the incidents that it kept quiet."""
    with visit.services.db.reading() as session:
        view = silence(session, visit.viewer, silence_id, visit.now)
        kept: Any = kept_quiet(session, visit.viewer, silence_id)
        return visit.page(session, "silence_one.html", view=view, kept=kept, kinds=all_rules())


@router.post("/{silence_id}/end")
def end(silence_id: UUID, visit: Visit = Depends(editor)) -> Response:
    """Ends a silence now; one that has not begun is removed."""
    with visit.services.db.writing() as session:
        actions.end(session, visit.viewer, silence_id, visit.now)
    return redirect(HOME, "silence-ended")
