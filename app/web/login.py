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
from app.web.page import Visit, away, back_to, visit

router = APIRouter()

DEFAULT = "default"


def open_page(asked: Visit, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """A page for who is not logged in yet; its form is bound to a cookie, as those of a session are."""
    fresh = token() if not asked.form_token else None
    if fresh:
        asked.request.state.form_seed = fresh
    page = asked.page(None, template, status=status, **context)
    if fresh:
        cookies.keep(page, asked.services.settings, cookies.FORM, fresh, cookies.YEAR)
    return page


@router.get("/login")
def login(asked: Visit = Depends(visit)) -> Response:
    back = back_to(asked.request.query_params.get("next"))
    if asked.known:
        return RedirectResponse(back, 303)
    return open_page(asked, "login.html", back=back, email="", problem=None)


@router.post("/login")
def log_in(request: Request, form: Posted = Depends(posted), asked: Visit = Depends(visit)) -> Response:
    """Opens a session. The same answer, in the same time, whether or not the account exists."""
    email, back = form.get("email").lower()[:254], back_to(form.get("next"))
    address = request.client.host if request.client else ""
    services = asked.services
    try:
        with services.db.reading() as session:
            throttle.check(session, email, address, asked.now)
            user = session.scalars(select(User).where(User.email == email)).one_or_none()
            place = _workspace(session, user)
        right = passwords.matches(user.password_hash if user else None, form.raw("password"))
        if user is None or place is None or not right:
            with services.db.writing() as session:
                throttle.failed(session, email, address, asked.now)
            raise Problem("wrong-login", 401, "This address and this password do not go together.")
    except Problem as problem:
        return open_page(asked, "login.html", status=problem.status, back=back, email=email, problem=problem)
    with services.db.writing() as session:
        throttle.succeeded(session, email)
        if passwords.outdated(user.password_hash):
            session.get_one(User, user.id).password_hash = passwords.hashed(form.raw("password"))
        cookie = _open(session, request, user.id, place, asked)
    return _enter(asked, back, cookie)


def _workspace(session: Session, user: User | None) -> UUID | None:
    if user is None:
        return None
    return session.scalars(select(Member.workspace_id).where(Member.user_id == user.id).limit(1)).one_or_none()


def _open(session: Session, request: Request, user_id: UUID, workspace_id: UUID, asked: Visit) -> str:
    old = request.cookies.get(cookies.session_name(asked.services.settings), "")
    agent = request.headers.get("user-agent", "")
    return sessions.log_in(session, user_id, workspace_id, asked.now, agent, old)


def _enter(asked: Visit, back: str, cookie: str) -> Response:
    entered = RedirectResponse(back, 303)
    cookies.keep_session(entered, asked.services.settings, cookie)
    entered.delete_cookie(cookies.FORM, path="/")
    return entered


@router.post("/logout")
def log_out(request: Request, asked: Visit = Depends(visit)) -> Response:
    """Closes the session, here and on the server."""
    value = request.cookies.get(cookies.session_name(asked.services.settings), "")
    with asked.services.db.writing() as session:
        sessions.log_out(session, value)
    left = away("/login", "logged-out")
    cookies.drop_session(left, asked.services.settings)
    return left


@router.get("/language")
def language(asked: Visit = Depends(visit)) -> Response:
    """Remembers a language for this browser, and goes back."""
    back = RedirectResponse(back_to(asked.request.query_params.get("next"), "/login"), 303)
    cookies.keep(back, asked.services.settings, cookies.LANGUAGE, asked.tongue.code, cookies.YEAR)
    return back


def first_account(asked: Visit, link: str) -> HTMLResponse:
    """The form of the first account, or why there is none."""
    with asked.services.db.reading() as session:
        works = bool(link) and links.valid(session, link, links.SETUP, asked.now)
    if not works:
        return open_page(asked, "link_spent.html", status=403)
    return open_page(asked, "account_first.html", link=link, values={"email": "", "name": ""}, problem=None)


@router.post("/setup/account")
def create_first(request: Request, form: Posted = Depends(posted), asked: Visit = Depends(visit)) -> Response:
    """Makes the first account and logs it in."""
    values = {"email": form.get("email"), "name": form.get("name")}
    try:
        if form.raw("password") != form.raw("again"):
            raise invalid(FieldError("again", "The two passwords differ."))
        zone = form.get("timezone") or None
        fields = {**values, "password": form.raw("password"), "language": asked.tongue.code, "timezone": zone}
        wanted = validated(accounts.NewAccount, fields)
        with asked.services.db.writing() as session:
            place = session.scalars(select(Workspace.id).where(Workspace.slug == DEFAULT)).one()
            machine = Viewer(place, "setup", ROLE_SCOPES["admin"])
            user = accounts.set_up(session, machine, form.get("link"), wanted, asked.now)
            cookie = _open(session, request, user.id, place, asked)
    except Problem as problem:
        if problem.code == "link-spent":
            return open_page(asked, "link_spent.html", status=403)
        if problem.status not in {409, 422}:
            raise
        context = {"link": form.get("link"), "values": values, "problem": problem, "labels": {}}
        return open_page(asked, "account_first.html", status=problem.status, **context)
    return _enter(asked, "/setup?done=welcome", cookie)
