"""API keys, for administrators."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import keys as actions
from app.actions.fields import validate
from app.queries.keys import api_keys, usage
from app.queries.members import members
from app.web.form_page import Form, attempt
from app.web.forms import SentForm, sent_form
from app.web.members import no_access
from app.web.page import Visit, administrator, member, redirect

router = APIRouter(prefix="/settings")

SCOPES = ("read", "write", "admin")
LASTS = ("", "30", "90", "365")
"""Days for which a key may work; empty: forever."""
NEW: Form[None, None] = Form(None, {"name": "", "scopes": ["read"], "days": ""})


@router.get("/keys")
def show_list(visit: Visit = Depends(member)) -> Response:
    if "admin" not in visit.viewer.scopes:
        return no_access(visit, visit.say("API keys"), "/settings/keys")
    return keys_page(visit, NEW)


def keys_page(visit: Visit, form: Form[None, None], made: actions.MadeKey | None = None) -> HTMLResponse:
    """The keys, and the form of a new one; `made` is a new key whose secret is shown now and never again."""
    with visit.services.db.reading() as session:
        found = api_keys(session, visit.viewer, visit.request.query_params.get("after"))
        return form.page(
            visit,
            session,
            "keys.html",
            found=found,
            used=usage(session, visit.viewer, found.items, visit.now),
            makers={one.id: one.shown for one in members(session, visit.viewer)},
            made=made,
            scopes=[(scope, visit.word("scope", scope)) for scope in SCOPES],
            lasts=[(days, key_life(visit, days)) for days in LASTS],
        )


def key_life(visit: Visit, days: str) -> str:
    """How long a key works, in words."""
    return visit.tongue.lasting(timedelta(days=int(days))) if days else visit.say("Forever")


@router.post("/keys")
def create(visit: Visit = Depends(administrator), sent: SentForm = Depends(sent_form)) -> Response:
    values = {"name": sent.get("name"), "scopes": sent.all("scopes"), "days": sent.get("days")}
    ends = visit.now + timedelta(days=int(sent.get("days"))) if sent.get("days") in LASTS[1:] else None

    def save() -> Response:
        new = validate(actions.NewKey, {"name": values["name"], "scopes": values["scopes"], "expires_at": ends})
        with visit.services.db.writing() as session:
            made = actions.create(session, visit.viewer, new, visit.now)
        return keys_page(visit, NEW, made)

    return attempt(save, lambda problem: keys_page(visit, Form(None, values, None, problem)), {422})


@router.post("/keys/{key_id}/delete")
def delete(key_id: UUID, visit: Visit = Depends(administrator)) -> Response:
    with visit.services.db.writing() as session:
        actions.delete(session, visit.viewer, key_id)
    return redirect("/settings/keys", "key-deleted")
