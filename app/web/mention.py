"""One mention: its page, the same in the pane beside the list, and the forms that only it has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.actions import bulk
from app.actions.fields import validate
from app.actions.mentions import MentionChanges
from app.actions.settling import to_settle
from app.problems import Problem
from app.queries.answering import waited, waits
from app.queries.claims import looking
from app.queries.members import names
from app.queries.mentions import mention
from app.scorer import explainer_of
from app.web.answers import offered_for
from app.web.assignees import assignee_options, chosen_assignee
from app.web.for_you import handles_of, named_pieces, note_read
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.offers import offers_for
from app.web.page import Visit, back_to, editor, member, redirect, with_query
from app.web.place import place_of
from app.web.reasons import reasons_of
from app.web.show import sites_of
from app.web.words import WORDS

router = APIRouter()


@router.get("/mentions/{mention_id}")
def show_one(mention_id: UUID, visit: Visit = Depends(member)) -> Response:
    note_read(visit, "mention", mention_id)
    return mention_page(visit, mention_id)


@router.get("/mentions/{mention_id}/pane")
def show_beside(mention_id: UUID, visit: Visit = Depends(member)) -> Response:
    """What stands beside the list while a mention is read."""
    return visit.page(None, "mention_pane.html", problem=None, **read_mention(visit, mention_id))


def mention_page(visit: Visit, mention_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    """One mention, with all that is known of it."""
    body = read_mention(visit, mention_id)
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "mention.html",
            status=problem.status if problem else 200,
            problem=problem,
            labels={"note": visit.say("Note"), "tags": visit.say("Tags"), "assignee": visit.say("Assigned to")},
            offers=offers_for(visit, session),
            undo=visit.request.query_params.get("undo", ""),
            **body,
        )


def read_mention(visit: Visit, mention_id: UUID) -> dict[str, Any]:
    """What the template of a mention's body needs. The model is asked when the transaction is over. Raises Problem
    404."""
    with visit.services.db.reading() as session:
        detail = mention(session, visit.viewer, mention_id)
        assignees = assignee_options(visit, session, detail.view.mention)
        answers = offered_for(visit, session)
        everybody = names(session, visit.viewer)
        others = looking(session, visit.viewer, [mention_id], visit.now)[mention_id]
    return {
        "detail": detail,
        "reasons": reasons_of(explainer_of(visit.services.settings), detail),
        "assignees": assignees,
        "answers": answers,
        "picked": None,
        "noted": named_pieces(detail.view.mention.note, everybody),
        "handles": handles_of(everybody),
        "others": others,
        "waited": waited(detail.view.mention),
        "waits": waits(detail.view.mention, [found.match.stance for found in detail.view.matches], visit.now),
        "sites": sites_of([detail.view.mention, *detail.copies]),
        "statuses": [(key, visit.word("status", key)) for key in WORDS["status"]],
        "place": place_of(visit.request.query_params),
    }


@router.post("/mentions/{mention_id}/stance")
def correct(mention_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> RedirectResponse:
    """Corrects the stance for one brand, and with `copies` for those that are to check; an empty stance undoes it."""
    values = {"stance": sent.get("stance") or None, "brand_id": sent.get("brand_id") or None}
    changes = validate(MentionChanges, values)
    with visit.services.db.writing() as session:
        ids = [mention_id]
        if sent.get("copies") and changes.stance and changes.brand_id:
            ids = to_settle(session, visit.viewer, mention_id, changes.brand_id)
        undo = bulk.change_these(session, visit.viewer, ids, changes, visit.services.jobs, visit.now).token
    return _back(sent, mention_id, "stance", undo, settled=mention_id)


@router.post("/mentions/{mention_id}/status")
def sort_out(mention_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> RedirectResponse:
    """Says what was done about a mention, or that it is not about the brand."""
    return _back(sent, mention_id, "status", _change(visit, mention_id, {"status": sent.get("status")}))


@router.post("/mentions/{mention_id}")
def handle(mention_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Changes status, assignee, tags and note at once."""
    values = {
        "status": sent.get("status"),
        **chosen_assignee(sent),
        "tags": sent.lines("tags"),
        "note": sent.get("note") or None,
    }

    def save() -> Response:
        return _back(sent, mention_id, "saved", _change(visit, mention_id, values))

    return attempt(save, lambda problem: mention_page(visit, mention_id, problem), {422})


def _back(sent: SentForm, mention_id: UUID, done: str, undo: str, **values: object) -> RedirectResponse:
    """To where the form was, with the way to undo what it did."""
    back = back_to(sent.get("next"), f"/mentions/{mention_id}")
    return redirect(with_query(back, **values, undo=undo), done)


def _change(visit: Visit, mention_id: UUID, values: dict[str, Any]) -> str:
    """Changes a mention. Returns the token that undoes it."""
    changes = validate(MentionChanges, values)
    with visit.services.db.writing() as session:
        return bulk.change_these(session, visit.viewer, [mention_id], changes, visit.services.jobs, visit.now).token
