"""The workspaces of a person: which one this browser shows, a new one, its name."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import workspaces as actions
from app.actions.fields import validate
from app.crypto import digest
from app.problems import Problem
from app.queries.members import administrators
from app.queries.workspaces import my_workspaces
from app.web import cookies
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, administrator, member, redirect

router = APIRouter(prefix="/settings/workspaces")

HOME = "/settings/workspaces"


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    return workspaces_page(visit)


def workspaces_page(visit: Visit, problem: Problem | None = None, name: str = "") -> HTMLResponse:
    """The workspaces of this person; administrators make new ones and name this one."""
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "workspaces.html",
            status=problem.status if problem else 200,
            found=my_workspaces(session, visit.viewer),
            able=administrators(session, visit.viewer),
            name=name,
            problem=problem,
            labels={},
        )


@router.post("")
def create(visit: Visit = Depends(administrator), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes a workspace, and shows it."""
    name = sent.get("name")

    def save() -> Response:
        new = validate(actions.NewWorkspace, {"name": name})
        with visit.services.db.writing() as session:
            made = actions.create(session, visit.viewer, new)
            actions.switch(session, visit.viewer, _session_of(visit), made.id)
        return redirect("/setup", "workspace-created")

    return attempt(save, lambda problem: workspaces_page(visit, problem, name), {409, 422})


@router.post("/name")
def rename(visit: Visit = Depends(administrator), sent: SentForm = Depends(sent_form)) -> Response:
    def save() -> Response:
        new = validate(actions.NewName, {"name": sent.get("name")})
        with visit.services.db.writing() as session:
            actions.rename(session, visit.viewer, new)
        return redirect(HOME, "workspace-renamed")

    return attempt(save, lambda problem: workspaces_page(visit, problem), {422})


@router.post("/{workspace_id}/open")
def switch(workspace_id: UUID, visit: Visit = Depends(member)) -> Response:
    """Shows another workspace in this browser, from its mentions on."""
    with visit.services.db.writing() as session:
        actions.switch(session, visit.viewer, _session_of(visit), workspace_id)
    return redirect("/")


def _session_of(visit: Visit) -> bytes:
    return digest(visit.request.cookies.get(cookies.session_name(visit.services.settings), ""))
