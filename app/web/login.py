"""Logging in and out, and the first account by the link that the terminal printed."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import accounts
from app.actions.fields import validated
from app.auth import links, passwords, sessions, throttle
from app.crypto import token
from app.models import Member, User, Workspace
from app.problems import FieldError, Problem, invalid
from app.viewer import ROLE_SCOPES, Viewer
from app.web import cookies
from app.web.forms import Posted, posted
from app.web.page import Visit, back_to, redirect, visitor

router = APIRouter()

DEFAULT = "default"


def open_page(visit: Visit, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """A page for who is not logged in yet; its form is bound to a cookie, as those of a session are."""
    fresh = token() if not visit.form_token else None
    if fresh:
        visit.request.state.form_seed = fresh
    page = visit.page(None, template, status=status, **context)
    if fresh:
        cookies.keep(page, visit.services.settings, cookies.FORM, fresh, cookies.YEAR)
    return page


@router.get("/login")
def login(visit: Visit = Depends(visitor)) -> Response:
    back = back_to(visit.request.query_params.get("next"))
    if visit.known:
        return RedirectResponse(back, 303)
    return open_page(visit, "login.html", back=back, email="", problem=None)


@router.post("/login")
def log_in(request: Request, form: Posted = Depends(posted), visit: Visit = Depends(visitor)) -> Response:
    """Opens a session. The same answer, in the same time, whether or not the account exists."""
    email, back = form.get("email").lower()[:254], back_to(form.get("next"))
    address = request.client.host if request.client else ""
    services = visit.services
    try:
        with services.db.reading() as session:
            throttle.check(session, email, address, visit.now)
            user = session.scalars(select(User).where(User.email == email)).one_or_none()
            place = _workspace(session, user)
        right = passwords.matches(user.password_hash if user else None, form.raw("password"))
        if user is None or place is None or not right:
            with services.db.writing() as session:
                throttle.failed(session, email, address, visit.now)
            raise Problem("wrong-login", 401, "This address and this password do not go together.")
    except Problem as problem:
        return open_page(visit, "login.html", status=problem.status, back=back, email=email, problem=problem)
    with services.db.writing() as session:
        throttle.succeeded(session, email)
        if passwords.outdated(user.password_hash):
            session.get_one(User, user.id).password_hash = passwords.hashed(form.raw("password"))
        cookie = _open(session, request, user.id, place, visit)
    return _enter(visit, back, cookie)


def _workspace(session: Session, user: User | None) -> UUID | None:
    if user is None:
        return None
    return session.scalars(select(Member.workspace_id).where(Member.user_id == user.id).limit(1)).one_or_none()


def _open(session: Session, request: Request, user_id: UUID, workspace_id: UUID, visit: Visit) -> str:
    old = request.cookies.get(cookies.session_name(visit.services.settings), "")
    agent = request.headers.get("user-agent", "")
    return sessions.log_in(session, user_id, workspace_id, visit.now, agent, old)


def _enter(visit: Visit, back: str, cookie: str) -> Response:
    entered = RedirectResponse(back, 303)
    cookies.keep_session(entered, visit.services.settings, cookie)
    entered.delete_cookie(cookies.FORM, path="/")
    return entered


@router.post("/logout")
def log_out(request: Request, visit: Visit = Depends(visitor)) -> Response:
    """Closes the session, here and on the server."""
    value = request.cookies.get(cookies.session_name(visit.services.settings), "")
    with visit.services.db.writing() as session:
        sessions.log_out(session, value)
    left = redirect("/login", "logged-out")
    cookies.drop_session(left, visit.services.settings)
    return left


@router.get("/language")
def language(visit: Visit = Depends(visitor)) -> Response:
    """Remembers a language for this browser, and goes back."""
    back = RedirectResponse(back_to(visit.request.query_params.get("next"), "/login"), 303)
    cookies.keep(back, visit.services.settings, cookies.LANGUAGE, visit.tongue.code, cookies.YEAR)
    return back


def first_account(visit: Visit, link: str) -> HTMLResponse:
    """The form of the first account, or why there is none."""
    with visit.services.db.reading() as session:
        works = bool(link) and links.valid(session, link, links.SETUP, visit.now)
    if not works:
        return open_page(visit, "link_spent.html", status=403)
    return open_page(visit, "account_first.html", link=link, values={"email": "", "name": ""}, problem=None)


@router.post("/setup/account")
def create_first(request: Request, form: Posted = Depends(posted), visit: Visit = Depends(visitor)) -> Response:
    """Makes the first account and logs it in."""
    values = {"email": form.get("email"), "name": form.get("name")}
    try:
        if form.raw("password") != form.raw("again"):
            raise invalid(FieldError("again", "The two passwords differ."))
        zone = form.get("timezone") or None
        fields = {**values, "password": form.raw("password"), "language": visit.tongue.code, "timezone": zone}
        wanted = validated(accounts.NewAccount, fields)
        with visit.services.db.writing() as session:
            place = session.scalars(select(Workspace.id).where(Workspace.slug == DEFAULT)).one()
            machine = Viewer(place, "setup", ROLE_SCOPES["admin"])
            user = accounts.set_up(session, machine, form.get("link"), wanted, visit.now)
            cookie = _open(session, request, user.id, place, visit)
    except Problem as problem:
        if problem.code == "link-spent":
            return open_page(visit, "link_spent.html", status=403)
        if problem.status not in {409, 422}:
            raise
        context = {"link": form.get("link"), "values": values, "problem": problem, "labels": {}}
        return open_page(visit, "account_first.html", status=problem.status, **context)
    return _enter(visit, "/setup?done=welcome", cookie)
