"""What people do to mentions from a list, to one or several at once: answered with what became of their rows, and
undone.

A form gets the page it came from again, with the way back; a script, which has changed the page already, gets JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from app.actions import bulk
from app.actions.fields import validate
from app.actions.mentions import MentionChanges
from app.actions.settling import to_settle
from app.problems import FieldError, Problem, invalid
from app.queries.changed import changed_by
from app.queries.claims import looking
from app.queries.feed import still_there
from app.queries.matching_then import matching_then
from app.queries.mentions import MentionView, mentions_of
from app.queries.told_together import either, named, with_their_copies
from app.web.days import by_day
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.mentions import filters_of, narrowed_by
from app.web.offers import offers_for
from app.web.page import Visit, back_to, editor, redirect, with_query
from app.web.place import place_of

router = APIRouter()

IDS_MAX = 2_000
SHOWN = 200
"""Rows that an answer holds at most."""
DONE = {"stance": "stance", "status": "status", "assignee": "saved", "tags": "saved"}
"""The message of a change, by its field."""


@dataclass(frozen=True, slots=True)
class Act:
    """What to change, of which mentions.

    `since`: of all that passed the filters at that time. `stories`: of all their copies. `settling`: of the copies that
    are to check.
    """

    ids: tuple[UUID, ...]
    values: dict[str, Any]
    since: datetime | None = None
    stories: bool = False
    settling: bool = False

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
    since = _moment(sent.get("at")) if sent.get("all") and not one[0] else None
    return Act(_ids(ids), values, since, bool(sent.get("stories")), bool(sent.get("copies")))


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(FieldError("at", "Choose one of the values offered.")) from None
    return at if at.tzinfo else at.astimezone()


def _ids(texts: Sequence[str]) -> tuple[UUID, ...]:
    try:
        ids = tuple(dict.fromkeys(map(UUID, texts)))
    except ValueError:
        raise invalid(FieldError("ids", "This is not a mention.")) from None
    if not ids:
        raise invalid(FieldError("ids", "Select at least one mention."))
    if len(ids) > IDS_MAX:
        raise invalid(FieldError("ids", "At most {n} are allowed.", {"n": IDS_MAX}))
    return ids


@router.post("/mentions/act")
def act(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Changes mentions. JSON: {undo, rows, gone, total, offers}; `rows` are those still in the list, as markup."""

    def carry_out() -> Response:
        wanted = act_of(sent)
        with visit.services.db.writing() as session:
            started = _change(session, visit, sent, wanted)
            if not _is_script(visit):
                return redirect(with_query(back_to(sent.get("next")), undo=started.token), wanted.done)
            settled = wanted.ids[0] if "stance" in wanted.values else None
            extra = {"undo": started.token, "total": started.change.total}
            return _answer(session, visit, sent, wanted.ids, settled, extra)

    return attempt(carry_out, lambda problem: _refusal(visit, problem), {404, 409, 422})


@router.post("/mentions/undo")
def undo(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes mentions what they were before an act. JSON as act() gives it, with how many somebody else `kept`."""

    def carry_out() -> Response:
        with visit.services.db.writing() as session:
            undone = bulk.undo(session, visit.viewer, sent.get("undo"), visit.services.jobs, visit.now)
            if not _is_script(visit):
                return redirect(with_query(back_to(sent.get("next")), undo=""), "undone")
            ids = changed_by(session, visit.viewer, undone.id, SHOWN)
            return _answer(session, visit, sent, ids, None, {"kept": undone.kept})

    return attempt(carry_out, lambda problem: _refusal(visit, problem), {404, 409, 422})


def _change(session: Session, visit: Visit, sent: SentForm, wanted: Act) -> bulk.Started:
    changes = validate(MentionChanges, wanted.values)
    viewer, jobs, now = visit.viewer, visit.services.jobs, visit.now
    if wanted.settling and changes.brand_id:
        ids = to_settle(session, viewer, wanted.ids[0], changes.brand_id)
        return bulk.change_these(session, viewer, ids, changes, jobs, now)
    if wanted.since is None and not wanted.stories:
        return bulk.change_these(session, viewer, wanted.ids, changes, jobs, now)
    found = named(session, viewer, wanted.ids)
    if wanted.since is not None:
        at = min(wanted.since, now)
        then = matching_then(session, viewer, narrowed_by(filters_of(_parameters(sent)), at), at)
        found = either(viewer, found, then)  # also what somebody put back since, and sees
    if wanted.stories:
        found = with_their_copies(viewer, found)
    return bulk.change_all(session, viewer, found, changes, jobs, now)


def _is_script(visit: Visit) -> bool:
    return "application/json" in visit.request.headers.get("accept", "")


def _parameters(sent: SentForm) -> dict[str, str]:
    """The parameters of the list that a form came from."""
    return dict(parse_qsl(urlsplit(back_to(sent.get("next"))).query))


def _answer(
    session: Session,
    visit: Visit,
    sent: SentForm,
    ids: Sequence[UUID],
    settled: UUID | None,
    extra: dict[str, Any],
) -> Response:
    """What became of the rows in the list that the form came from, and what is offered after this correction."""
    parameters = _parameters(sent)
    shown = mentions_of(session, visit.viewer, ids[:SHOWN])
    here: set[UUID] = set()
    if urlsplit(back_to(sent.get("next"))).path == "/":
        filters = narrowed_by(filters_of(parameters), visit.now)
        here = still_there(session, visit.viewer, filters, [view.mention.id for view in shown])
    return JSONResponse(
        {
            **extra,
            "rows": rows_in_markup(visit, session, [view for view in shown if view.mention.id in here], parameters),
            "gone": [str(one) for one in ids[:SHOWN] if one not in here],
            "offers": _markup(visit, "offers.html", offers=offers_for(visit, session, settled) if settled else []),
        }
    )


def rows_in_markup(visit: Visit, session: Session, shown: Sequence[MentionView], parameters: dict[str, str]) -> str:
    """The rows of a list, as its page would show them."""
    place, days = place_of(parameters), by_day(shown, visit.tongue)
    others = looking(session, visit.viewer, [view.mention.id for view in shown], visit.now)
    filters = filters_of(parameters)
    return _markup(visit, "mentions_rows.html", filters=filters, days=days, place=place, looking=others)


def _markup(visit: Visit, template: str, **context: Any) -> str:
    return bytes(visit.page(None, template, **context).body).decode()


def _refusal(visit: Visit, problem: Problem) -> Response:
    """Why nothing was done, in words."""
    if not _is_script(visit):
        raise problem
    why = problem.errors[0] if problem.errors else problem
    return JSONResponse({"why": visit.tongue.notice(why)}, problem.status)
