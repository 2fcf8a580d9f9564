"""What people do to mentions from a list, to one or several at once: answered with what became of their rows, and
undone.

A form gets the page it came from again, with the way back; a script, which has changed the page already, gets JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from app.actions import mentions as actions
from app.actions.fields import validate
from app.actions.settling import to_settle
from app.models import Mention
from app.problems import FieldError, Problem, invalid
from app.queries.feed import still_there
from app.queries.mentions import MentionView, views
from app.web.days import by_day
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.mentions import filters_of, narrowed_by
from app.web.offers import offers_for
from app.web.page import Visit, back_to, editor, redirect, with_query
from app.web.place import place_of
from app.web.undoing import LONGEST_WORD, before_of, put_back, write

router = APIRouter()

SHOWN = 200
"""Rows that an answer holds at most."""
DONE = {"stance": "stance", "status": "status", "assignee": "saved", "tags": "saved"}
"""The message of a change, by its field."""


@dataclass(frozen=True, slots=True)
class Act:
    """What to change, of which mentions. `copies`: also of the copies that are to check."""

    ids: tuple[UUID, ...]
    values: dict[str, Any]
    copies: bool = False

    @property
    def done(self) -> str:
        return next((DONE[name] for name in DONE if name in self.values), "saved")


def act_of(sent: SentForm) -> Act:
    """What a form asks for: `do` is a field and its value, «status:closed»; `one` is a mention, then the same, then a
    brand. Raises Problem 422."""
    one = sent.get("one").split(":")
    ids = one[:1] if one[0] else sent.all("ids")
    field, _, value = ":".join(one[1:3] if one[0] else [sent.get("do")]).partition(":")
    brand = one[3] if len(one) > 3 else sent.get("brand_id")
    if field not in DONE:
        raise invalid(FieldError("do", "Choose one of the values offered."))
    written = {"assignee": sent.get("assignee") or None, "tags": sent.lines("tags")}
    values: dict[str, Any] = {field: written.get(field, value or None)}
    if field == "stance" and brand:
        values["brand_id"] = brand
    return Act(_ids(ids), values, bool(sent.get("copies")))


def _ids(texts: Sequence[str]) -> tuple[UUID, ...]:
    try:
        ids = tuple(dict.fromkeys(map(UUID, texts)))
    except ValueError:
        raise invalid(FieldError("ids", "This is not a mention.")) from None
    if not ids:
        raise invalid(FieldError("ids", "Select at least one mention."))
    if len(ids) > actions.BULK_MAX:
        raise invalid(FieldError("ids", "At most {n} are allowed.", {"n": actions.BULK_MAX}))
    return ids


@router.post("/mentions/act")
def act(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Changes mentions. JSON: {undo, rows, gone}; `rows` are those that are still in the list, as markup."""

    def carry_out() -> Response:
        wanted = act_of(sent)
        with visit.services.db.writing() as session:
            rows, undo = _change(session, visit, wanted)
            if not _is_script(visit):
                return _back(sent, wanted.done, undo)
            settled = wanted.ids[0] if "stance" in wanted.values else None
            return _answer(session, visit, sent, rows, undo, settled)

    return attempt(carry_out, lambda problem: _refusal(visit, problem), {404, 409, 422})


@router.post("/mentions/undo")
def undo(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes mentions what they were before an act. JSON as act() gives it."""

    def carry_out() -> Response:
        with visit.services.db.writing() as session:
            rows = put_back(session, visit.viewer, sent.get("undo"), visit.services.jobs, visit.now)
            if not _is_script(visit):
                return redirect(with_query(back_to(sent.get("next")), undo=""), "undone")
            return _answer(session, visit, sent, rows, "", None)

    return attempt(carry_out, lambda problem: _refusal(visit, problem), {404, 409, 422})


def _change(session: Session, visit: Visit, wanted: Act) -> tuple[Sequence[Mention], str]:
    """The mentions changed, and the word that undoes it."""
    changes = validate(actions.MentionChanges, wanted.values)
    jobs, now = visit.services.jobs, visit.now
    if wanted.copies and changes.brand_id:
        ids = to_settle(session, visit.viewer, wanted.ids[0], changes.brand_id)
    else:
        ids = list(wanted.ids)
    was = before_of(session, visit.viewer, ids, changes)
    return actions.change(session, visit.viewer, ids, changes, jobs, now), write(was)


def _is_script(visit: Visit) -> bool:
    return "application/json" in visit.request.headers.get("accept", "")


def _back(sent: SentForm, done: str, undo: str) -> Response:
    return redirect(with_query(back_to(sent.get("next")), undo=undo if len(undo) < LONGEST_WORD else ""), done)


def _answer(
    session: Session, visit: Visit, sent: SentForm, rows: Sequence[Mention], undo: str, settled: UUID | None
) -> Response:
    """What became of the rows in the list that the form came from, and what is offered after this correction."""
    address = urlsplit(back_to(sent.get("next")))
    parameters = dict(parse_qsl(address.query))
    here: set[UUID] = set()
    if address.path == "/":
        filters = narrowed_by(filters_of(parameters), visit.now)
        here = still_there(session, visit.viewer, filters, [row.id for row in rows[:SHOWN]])
    shown = views(session, visit.viewer, [row for row in rows if row.id in here])
    return JSONResponse(
        {
            "undo": undo,
            "rows": rows_in_markup(visit, shown, parameters),
            "gone": [str(row.id) for row in rows if row.id not in here],
            "offers": _markup(visit, "offers.html", offers=offers_for(visit, session, settled) if settled else []),
        }
    )


def rows_in_markup(visit: Visit, shown: Sequence[MentionView], parameters: dict[str, str]) -> str:
    """The rows of a list, as its page would show them."""
    place, days = place_of(parameters), by_day(shown, visit.tongue)
    return _markup(visit, "mentions_rows.html", filters=filters_of(parameters), days=days, place=place)


def _markup(visit: Visit, template: str, **context: Any) -> str:
    return bytes(visit.page(None, template, **context).body).decode()


def _refusal(visit: Visit, problem: Problem) -> Response:
    """Why nothing was done, in words."""
    if not _is_script(visit):
        raise problem
    why = problem.errors[0] if problem.errors else problem
    return JSONResponse({"why": visit.tongue.notice(why)}, problem.status)
