"""The link of an invitation: whoever has an account joins with it, anybody else makes one. It works once."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import accounts, invitations, workspaces
from app.actions.fields import validate
from app.auth.invitations import recognise
from app.crypto import digest
from app.problems import FieldError, Problem, invalid
from app.web import cookies
from app.web.form_page import Values, attempt
from app.web.forms import SentForm, sent_form
from app.web.login import enter_with, open_page, open_session
from app.web.page import Visit, redirect, visitor

router = APIRouter()

REFUSED = {403, 404, 409, 422}


@router.get("/join")
def show(visit: Visit = Depends(visitor)) -> Response:
    return join_page(visit, visit.request.query_params.get("token", ""))


def join_page(visit: Visit, token: str, problem: Problem | None = None, values: Values | None = None) -> HTMLResponse:
    """The invitation, with a button for whoever is logged in and a form for anybody else; or that it works no more."""
    with visit.services.db.reading() as session:
        invited = recognise(session, token, visit.now)
        if invited is None:
            return open_page(visit, "invitation_spent.html", status=404)
        row, workspace = invited.invitation, invited.workspace
    return open_page(
        visit,
        "join.html",
        status=problem.status if problem else 200,
        token=token,
        invitation=row,
        workspace=workspace,
        values=values or {"name": "", "email": row.email or ""},
        login=f"/login?next=/join%3Ftoken%3D{token}",
        problem=problem,
        labels={},
    )


@router.post("/join")
def join(visit: Visit = Depends(visitor), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes the person who is logged in a member, and shows the workspace."""
    token = sent.get("token")
    cookie = visit.request.cookies.get(cookies.session_name(visit.services.settings), "")

    def save() -> Response:
        with visit.services.db.writing() as session:
            invited = recognise(session, token, visit.now)
            if invited is None or visit.viewer.user_id is None:
                return join_page(visit, token)
            invitations.accept(session, invited.viewer, invited.invitation.id, visit.viewer.user_id)
            workspaces.switch(session, visit.viewer, digest(cookie), invited.workspace.id)
        return redirect("/", "joined")

    return attempt(save, lambda problem: join_page(visit, token, problem), REFUSED)


@router.post("/join/account")
def join_as_new(visit: Visit = Depends(visitor), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes an account, a member of it, and logs it in."""
    token, values = sent.get("token"), {"email": sent.get("email"), "name": sent.get("name")}

    def save() -> Response:
        if sent.raw("password") != sent.raw("again"):
            raise invalid(FieldError("again", "The two passwords differ."))
        zone = sent.get("timezone") or None
        fields = {**values, "password": sent.raw("password"), "language": visit.tongue.code, "timezone": zone}
        new = validate(accounts.NewAccount, fields)
        with visit.services.db.writing() as session:
            invited = recognise(session, token, visit.now)
            if invited is None:
                return join_page(visit, token)
            user = invitations.accept_as_new(session, invited.viewer, invited.invitation.id, new)
            opened = open_session(session, visit, user.id, invited.workspace.id)
        return enter_with(visit, "/?done=joined", opened)

    return attempt(save, lambda problem: join_page(visit, token, problem, values), REFUSED)
