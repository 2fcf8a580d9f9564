"""The security page: password, address, open sessions; for administrators, a link for somebody who cannot log in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import accounts
from app.actions import security as actions
from app.actions.fields import validate
from app.auth import throttle
from app.crypto import digest
from app.models import User
from app.problems import FieldError, Problem, invalid
from app.queries import security as queries
from app.web import cookies, mails
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, administrator, member, redirect
from app.web.words import N_

router = APIRouter(prefix="/settings/security")

HOME = "/settings/security"


PLACES = {"here": N_("on this machine"), "local": N_("in your local network")}


def device_in_words(visit: Visit, each: queries.OpenSession) -> str:
    """«Firefox on Windows», as far as the browser said."""
    if each.program and each.system:
        return visit.say("{program} on {system}", program=each.program, system=each.system)
    return each.program or each.system or visit.say("Unknown browser")


def _named(users: list[User]) -> list[tuple[str, str]]:
    return [(str(user.id), f"{user.name} · {user.email}" if user.name else user.email) for user in users]


@router.get("")
def show_security(visit: Visit = Depends(member)) -> Response:
    return security_page(visit)


def security_page(visit: Visit, problem: Problem | None = None, **shown: Any) -> HTMLResponse:
    with visit.services.db.reading() as session:
        in_charge = "admin" in visit.viewer.scopes
        context: dict[str, Any] = {
            "user": session.get_one(User, visit.viewer.user_id),
            "mail": mails.can_send(visit),
            "sessions": queries.open_sessions(session, visit.viewer, visit.now, session_digest(visit)),
            "colleagues": _named(queries.colleagues(session, visit.viewer)) if in_charge else [],
            "email": "",
            "made": None,
            "factor": queries.factor_of(session, visit.viewer),
            "demand": queries.demand_of(session, visit.viewer) if in_charge else None,
            "open_factor": False,
            "where": lambda each: device_in_words(visit, each),
            "network": lambda place: visit.say(PLACES[place]) if place in PLACES else place,
            "problem": problem,
            "labels": {},
        }
        return visit.page(session, "security.html", status=problem.status if problem else 200, **{**context, **shown})


def session_digest(visit: Visit) -> bytes:
    """The digest of this browser's own session."""
    return digest(visit.request.cookies.get(cookies.session_name(visit.services.settings), ""))


@router.post("/password")
def change_password(visit: Visit = Depends(member), sent: SentForm = Depends(sent_form)) -> Response:
    """A new password ends every other session."""

    def save() -> Response:
        if sent.raw("new") != sent.raw("again"):
            raise invalid(FieldError("again", "The two passwords differ."))
        reserved = reserve(visit)
        with visit.services.db.writing() as session:
            kept = session_digest(visit)
            accounts.change_password(session, visit.viewer, sent.raw("current"), sent.raw("new"), kept)
            throttle.succeed(session, visit.viewer.actor, reserved)
        return redirect(HOME, "password")

    return attempt(save, lambda problem: security_page(visit, problem), {422, 429})


def reserve(visit: Visit) -> throttle.Attempt:
    """Counts a try at the present password: whoever sits at an open session guesses no faster than at the log-in."""
    address = visit.request.client.host if visit.request.client else ""
    with visit.services.db.writing() as session:
        email = accounts.me(session, visit.person).email
        return throttle.reserve(session, email, address, visit.now)


@router.post("/email")
def ask_email(visit: Visit = Depends(member), sent: SentForm = Depends(sent_form)) -> Response:
    """Sends a link to the new address; nothing changes before it is opened."""

    def ask() -> Response:
        if not mails.can_send(visit):
            raise Problem("no-mail", 409, "This installation sends no mail, so a new address cannot be confirmed.")
        new = validate(actions.NewEmail, {"email": sent.get("email")})
        reserved = reserve(visit)
        with visit.services.db.writing() as session:
            token = actions.ask_email(session, visit.viewer, new, sent.raw("email_current"), visit.now)
            mails.send(session, visit, new.email, mails.confirm_email(visit, token))
            throttle.succeed(session, visit.viewer.actor, reserved)
        return redirect(HOME, "email-asked")

    return attempt(ask, lambda problem: security_page(visit, problem, email=sent.get("email")), {409, 422, 429})


@router.get("/email/confirm")
def show_confirm(visit: Visit = Depends(member)) -> Response:
    token = visit.request.query_params.get("token", "")
    with visit.services.db.reading() as session:
        return visit.page(session, "email_confirm.html", token=token, problem=None)


@router.post("/email/confirm")
def confirm_email(visit: Visit = Depends(member), sent: SentForm = Depends(sent_form)) -> Response:
    """The new address counts, and the old one is told."""
    with visit.services.db.writing() as session:
        old, new = actions.confirm_email(session, visit.viewer, sent.raw("token"), visit.now)
        mails.send(session, visit, old, mails.email_changed(visit, new))
    return redirect(HOME, "email")


@router.post("/sessions/end")
def end_others(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.writing() as session:
        actions.end_other_sessions(session, visit.viewer, session_digest(visit))
    return redirect(HOME, "sessions-ended")


@router.post("/sessions/{name}/end")
def end_session(name: str, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.writing() as session:
        actions.end_session(session, visit.viewer, name)
    return redirect(HOME, "session-ended")


@router.post("/reset-link")
def make_reset_link(visit: Visit = Depends(administrator), sent: SentForm = Depends(sent_form)) -> Response:
    """A link to a new password for a colleague, shown once."""

    def make() -> Response:
        try:
            user_id = UUID(sent.get("member"))
        except ValueError:
            raise invalid(FieldError("member", "Choose somebody.")) from None
        with visit.services.db.writing() as session:
            token = actions.reset_link(session, visit.viewer, user_id, visit.now)
        return security_page(visit, made=mails.link(visit.services.settings.address, "/reset", token))

    return attempt(make, lambda problem: security_page(visit, problem), {403, 422})
