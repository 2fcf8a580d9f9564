"""Logging in and out, and the first account by the link that the terminal printed."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import accounts
from app.actions.fields import validate
from app.auth import links, second_factor, sessions, throttle
from app.auth.devices import short_network
from app.auth.login import Account, authenticate
from app.crypto import token
from app.models import User, Workspace
from app.problems import FieldError, Problem, invalid
from app.viewer import ROLE_SCOPES, Viewer
from app.web import cookies, pending
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.landing import landing
from app.web.page import Visit, back_to, redirect, visitor, with_query

router = APIRouter()

DEFAULT = "default"


def open_page(visit: Visit, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """A page for somebody who is not logged in yet; its form is bound to a cookie, like those of a session."""
    seed = token() if not visit.form_token else None
    if seed:
        visit.request.state.form_seed = seed
    page = visit.page(None, template, status=status, **context)
    if seed:
        cookies.keep(page, visit.services.settings, cookies.FORM, seed, cookies.YEAR)
    return page


@router.get("/login")
def show_login(visit: Visit = Depends(visitor)) -> Response:
    back = back_to(visit.request.query_params.get("next"))
    if visit.known:
        return RedirectResponse(back, 303)
    return open_page(visit, "login.html", back=back, email="", problem=None)


@router.post("/login")
def log_in(request: Request, visit: Visit = Depends(visitor), sent: SentForm = Depends(sent_form)) -> Response:
    """Opens a session. The same answer, in the same time, whether or not the account exists."""
    email, back = sent.get("email").replace("\0", "").lower()[:254], back_to(sent.get("next"))
    db, address = visit.services.db, request.client.host if request.client else ""

    def enter() -> Response:
        with db.writing() as session:
            reserved = throttle.reserve(session, email, address, visit.now)
        account = authenticate(db, email, sent.raw("password"))
        if account is None:
            raise Problem("wrong-login", 401, "This address and password do not match.")
        with db.writing() as session:
            throttle.succeed(session, email, reserved)
            if second_factor.is_on(session, account.user_id):
                return _ask_code(visit, account, back)
            cookie = open_session(session, visit, account.user_id, account.workspace_id)
        return enter_with(visit, back, cookie)

    def show_again(problem: Problem) -> Response:
        return open_page(visit, "login.html", status=problem.status, back=back, email=email, problem=problem)

    return attempt(enter, show_again, {401, 429})


def _ask_code(visit: Visit, account: Account, back: str) -> Response:
    asked = RedirectResponse("/login/code", 303)
    mark = pending.mark_of(account.password_hash)
    pending.hold(asked, visit, pending.Pending(account.user_id, account.workspace_id, mark, back))
    return asked


@router.get("/login/code")
def show_code(visit: Visit = Depends(visitor)) -> Response:
    if pending.held(visit) is None:
        return redirect("/login", "login-again")
    return open_page(visit, "login_code.html", problem=None)


@router.post("/login/code")
def log_in_with_code(visit: Visit = Depends(visitor), sent: SentForm = Depends(sent_form)) -> Response:
    """Opens the session of whoever gave the right password, once the code fits. Guessing is slowed down by person."""
    waiting = pending.held(visit)
    if waiting is None:
        return redirect("/login", "login-again")
    db, who = visit.services.db, str(waiting.user_id)
    address = visit.request.client.host if visit.request.client else ""

    def enter() -> Response:
        with db.writing() as session:
            reserved = throttle.reserve(session, who, address, visit.now, "code")
        with db.writing() as session:
            user = session.get(User, waiting.user_id)
            if user is None or pending.mark_of(user.password_hash) != waiting.mark:
                return redirect("/login", "login-again")
            if not second_factor.accept(session, visit.services.seal, user.id, sent.get("code"), visit.now):
                raise Problem("wrong-code", 401, "This code is wrong, or was used before.")
            throttle.succeed(session, who, reserved, "code")
            cookie = open_session(session, visit, user.id, waiting.workspace_id, second_factor=True)
        return enter_with(visit, waiting.back, cookie)

    def show_again(problem: Problem) -> Response:
        return open_page(visit, "login_code.html", status=problem.status, problem=problem)

    return attempt(enter, show_again, {401, 429})


def open_session(
    session: Session, visit: Visit, user_id: UUID, workspace_id: UUID, *, second_factor: bool = False
) -> str:
    """Opens a session for this browser, under a new token, and ends the one it had. Returns the cookie's value."""
    request = visit.request
    old = request.cookies.get(cookies.session_name(visit.services.settings), "")
    network = short_network(request.client.host if request.client else "")
    browser = sessions.Browser(request.headers.get("user-agent", ""), network, second_factor)
    return sessions.log_in(session, user_id, workspace_id, visit.now, browser, old)


def enter_with(visit: Visit, back: str, cookie: str) -> Response:
    """Leads to where somebody wanted to go, with their new session."""
    entered = RedirectResponse(back, 303)
    cookies.keep_session(entered, visit.services.settings, cookie)
    for name in (cookies.FORM, pending.COOKIE):
        entered.delete_cookie(name, path="/")
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
        works = bool(link) and links.is_valid(session, link, links.SETUP, visit.now)
    if not works:
        return open_page(visit, "link_spent.html", status=403)
    return open_page(visit, "account_first.html", link=link, values={"email": "", "name": ""}, problem=None)


@router.post("/setup/account")
def create_first(visit: Visit = Depends(visitor), sent: SentForm = Depends(sent_form)) -> Response:
    """Creates the first account and logs it in."""
    values = {"email": sent.get("email"), "name": sent.get("name")}

    def save() -> Response:
        if sent.raw("password") != sent.raw("again"):
            raise invalid(FieldError("again", "The two passwords differ."))
        zone = sent.get("timezone") or None
        fields = {**values, "password": sent.raw("password"), "language": visit.tongue.code, "timezone": zone}
        new = validate(accounts.NewAccount, fields)
        with visit.services.db.writing() as session:
            workspace_id = session.scalars(select(Workspace.id).where(Workspace.slug == DEFAULT)).one()
            machine = Viewer(workspace_id, "setup", ROLE_SCOPES["admin"])
            user = accounts.set_up(session, machine, sent.get("link"), new, visit.now)
            cookie = open_session(session, visit, user.id, workspace_id)
            first = landing(session, machine, visit.now)
        return enter_with(visit, with_query(first, done="welcome"), cookie)

    def show_again(problem: Problem) -> Response:
        if problem.code == "link-spent":
            return open_page(visit, "link_spent.html", status=403)
        context = {"link": sent.get("link"), "values": values, "problem": problem, "labels": {}}
        return open_page(visit, "account_first.html", status=problem.status, **context)

    return attempt(save, show_again, {403, 409, 422})
