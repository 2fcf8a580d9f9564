"""A new password for whoever forgot theirs: the link by mail, and the page that it opens."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.auth import passwords, resets, throttle
from app.models import User
from app.problems import FieldError, Problem, invalid
from app.viewer import Viewer
from app.web import mails
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.login import open_page
from app.web.page import Visit, redirect, visitor

router = APIRouter()


@router.get("/forgot")
def show_forgot(visit: Visit = Depends(visitor)) -> Response:
    return open_page(visit, "forgot.html", email="", mail=mails.can_send(visit), problem=None)


@router.post("/forgot")
def ask(visit: Visit = Depends(visitor), sent: SentForm = Depends(sent_form)) -> Response:
    """Writes a mail down for whatever address was typed. Nobody looks here whether it has an account: the worker does,
    so that neither the answer nor its time tells."""
    email = sent.get("email").replace("\0", "").lower()[:254]
    address = visit.request.client.host if visit.request.client else ""

    def post() -> Response:
        with visit.services.db.writing() as session:
            throttle.reserve(session, email, address, visit.now, resets.MAIL)
        if mails.can_send(visit) and "@" in email and email.isprintable():
            with visit.services.db.writing() as session:
                token = resets.new_link(session, email, visit.now)
                mails.send(session, visit, email, mails.reset_link(visit, token), for_account=True)
        return redirect("/login", "reset-sent")

    def show_again(problem: Problem) -> Response:
        shown = {"email": email, "mail": mails.can_send(visit), "problem": problem}
        return open_page(visit, "forgot.html", status=problem.status, **shown)

    return attempt(post, show_again, {429})


@router.get("/reset")
def show_reset(visit: Visit = Depends(visitor)) -> Response:
    return _form(visit, visit.request.query_params.get("token", ""))


def _form(visit: Visit, token: str, problem: Problem | None = None) -> Response:
    with visit.services.db.reading() as session:
        user = resets.person_of(session, token, visit.now) if token else None
    if user is None:
        return open_page(visit, "reset_spent.html", status=403)
    status = problem.status if problem else 200
    return open_page(visit, "reset.html", status=status, token=token, email=user.email, problem=problem, labels={})


@router.post("/reset")
def reset(visit: Visit = Depends(visitor), sent: SentForm = Depends(sent_form)) -> Response:
    """Sets the new password, ends every session, and leads to the log-in: a second factor is still asked for."""
    token, password = sent.raw("token"), sent.raw("password")

    def save() -> Response:
        if password != sent.raw("again"):
            raise invalid(FieldError("again", "The two passwords differ."))
        with visit.services.db.reading() as session:
            user = resets.person_of(session, token, visit.now)
            if user is None:
                raise resets.spent()
            resets.check(session, user, password)
        hashed = passwords.hash_of(password)
        with visit.services.db.writing() as session:
            user = resets.reset(session, token, hashed, visit.now)
            throttle.forgive(session, user.email)
            _tell(session, visit, user)
        return redirect("/login", "reset")

    return attempt(save, lambda problem: _form(visit, token, problem), {403, 422})


def _tell(session: Session, visit: Visit, user: User) -> None:
    """Notes the change in the log of each of their workspaces, and mails it to them."""
    mails.send(session, visit, user.email, mails.password_changed(visit))
    for workspace_id in resets.workspaces_of(session, user):
        record(session, _person(user, workspace_id), "account.reset", user.email)


def _person(user: User, workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, user.email, frozenset(), user.id)
