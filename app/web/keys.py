"""API keys and the audit log, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.actions import keys as actions
from app.actions.fields import validated
from app.problems import Problem
from app.queries.keys import api_keys, audit_log
from app.web.forms import Posted, posted
from app.web.page import Visit, member, redirect

router = APIRouter(prefix="/settings")

SCOPES = ("read", "write", "admin")
LASTS = ("", "30", "90", "365")


@router.get("/keys")
def listed(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        return keys_page(visit, session)


def keys_page(
    visit: Visit, session: Session, made: actions.MadeKey | None = None, problem: Problem | None = None,
    values: dict[str, Any] | None = None,
) -> HTMLResponse:  # fmt: skip
    """The keys; `made` is a new one, whose secret is shown now and never again."""
    return visit.page(
        session,
        "keys.html",
        status=problem.status if problem else 200,
        found=api_keys(session, visit.viewer, visit.request.query_params.get("after")),
        made=made,
        values=values or {"name": "", "scopes": ["read"], "days": ""},
        scopes=[(each, visit.word("scope", each)) for each in SCOPES],
        lasts=[(each, visit.tongue.lasting(timedelta(days=int(each))) if each else visit.say("For ever"))
               for each in LASTS],
        problem=problem,
        labels={},
    )  # fmt: skip


@router.post("/keys")
def create(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    values = {"name": form.get("name"), "scopes": form.all("scopes"), "days": form.get("days")}
    ends = visit.now + timedelta(days=int(values["days"])) if values["days"] in LASTS[1:] else None
    made, problem = None, None
    try:
        wanted = validated(actions.NewKey, {"name": values["name"], "scopes": values["scopes"], "expires_at": ends})
        with visit.services.db.writing() as session:
            made = actions.create(session, visit.viewer, wanted, visit.now)
    except Problem as refused:
        if refused.status != 422:
            raise
        problem = refused
    with visit.services.db.reading() as session:
        return keys_page(visit, session, made, problem, values if problem else None)


@router.post("/keys/{key_id}/delete")
def delete(key_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.writing() as session:
        actions.delete(session, visit.viewer, key_id)
    return redirect("/settings/keys", "key-deleted")


@router.get("/audit")
def audit(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        found = audit_log(session, visit.viewer, visit.request.query_params.get("after"))
        return visit.page(session, "audit.html", found=found)
