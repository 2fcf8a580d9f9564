"""Setting up a second factor, its recovery codes, and demanding one of everybody."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from app.actions import second_factor as actions
from app.auth import second_factor, throttle, totp
from app.crypto import SecretsLost
from app.models import User
from app.problems import Problem
from app.web import cookies
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.login import open_session
from app.web.page import Visit, administrator, back_to, member, person, redirect
from app.web.security import HOME, reserve, security_page
from ground.qr import qr_code

router = APIRouter(prefix=f"{HOME}/second-factor")

PLACE = "second factor of:"


@router.get("")
def show(visit: Visit = Depends(person)) -> Response:
    """A new secret, in the form alone: nothing is stored before the app has proved that it knows it."""
    return _set_up(visit, totp.new_secret())


def _set_up(visit: Visit, secret: str, problem: Problem | None = None, back: str = "") -> HTMLResponse:
    viewer = visit.person
    back = back or back_to(visit.request.query_params.get("next"), HOME)
    with visit.services.db.reading() as session:
        user = session.get_one(User, viewer.user_id)
        context: dict[str, Any] = {
            "user": user,
            "has_password": bool(user.password_hash),
            "demanded": visit.lacks_factor,
            "replaces": second_factor.is_on(session, user.id),
        }
    grid = qr_code(totp.address_of(secret, viewer.actor[:80]))
    sealed = visit.services.seal.seal({"secret": secret}, f"{PLACE}{viewer.user_id}")
    return visit.page(
        None,
        "second_factor.html",
        status=problem.status if problem else 200,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        sealed=base64.urlsafe_b64encode(sealed).decode(),
        modules=path_of(grid),
        size=len(grid),
        back=back,
        problem=problem,
        labels={},
        **context,
    )


def path_of(grid: list[list[bool]]) -> str:
    """The dark modules as one path of an SVG whose unit is a module."""
    return "".join(f"M{x} {y}h1v1h-1z" for y, line in enumerate(grid) for x, dark in enumerate(line) if dark)


@router.post("")
def switch_on(visit: Visit = Depends(person), sent: SentForm = Depends(sent_form)) -> Response:
    """Switches it on. The session gets a new cookie, and every other one ends."""
    viewer, back = visit.person, back_to(sent.get("next"), HOME)
    try:
        sealed = base64.urlsafe_b64decode(sent.raw("sealed"))
        secret = visit.services.seal.open(sealed, f"{PLACE}{viewer.user_id}")["secret"]
    except (SecretsLost, binascii.Error, ValueError, KeyError):
        return redirect(f"{HOME}/second-factor")

    def save() -> Response:
        reserved = reserve(visit)
        with visit.services.db.writing() as session:
            given = sent.raw("current"), sent.get("code")
            codes = actions.switch_on(session, viewer, visit.services.seal, secret, *given, visit.now)
            throttle.succeed(session, viewer.actor, reserved)
            assert viewer.user_id
            cookie = open_session(session, visit, viewer.user_id, viewer.workspace_id, second_factor=True)
        page = visit.page(None, "recovery_codes.html", codes=codes, back=back)
        cookies.keep_session(page, visit.services.settings, cookie)
        return page

    return attempt(save, lambda problem: _set_up(visit, secret, problem, back), {422, 429})


@router.post("/off")
def switch_off(visit: Visit = Depends(member), sent: SentForm = Depends(sent_form)) -> Response:
    def save() -> Response:
        reserved = _reserve(visit)
        with visit.services.db.writing() as session:
            given = sent.raw("current"), sent.get("code")
            actions.switch_off(session, visit.viewer, visit.services.seal, *given, visit.now)
            _succeed(session, visit, reserved)
        return redirect(HOME, "second-factor-off")

    return attempt(save, lambda problem: security_page(visit, problem, open_factor=True), {409, 422, 429})


@router.post("/codes")
def renew_codes(visit: Visit = Depends(member), sent: SentForm = Depends(sent_form)) -> Response:
    def save() -> Response:
        reserved = _reserve(visit)
        with visit.services.db.writing() as session:
            given = sent.raw("current"), sent.get("code")
            codes = actions.renew_codes(session, visit.viewer, visit.services.seal, *given, visit.now)
            _succeed(session, visit, reserved)
        return visit.page(None, "recovery_codes.html", codes=codes, back=HOME)

    return attempt(save, lambda problem: security_page(visit, problem, open_factor=True), {422, 429})


def _reserve(visit: Visit) -> throttle.Attempt:
    """Counts a try at password and code, as at the log-in: a code is guessed no faster here."""
    address = visit.request.client.host if visit.request.client else ""
    with visit.services.db.writing() as session:
        return throttle.reserve(session, str(visit.viewer.user_id), address, visit.now, "code")


def _succeed(session: Session, visit: Visit, reserved: throttle.Attempt) -> None:
    throttle.succeed(session, str(visit.viewer.user_id), reserved, "code")


@router.post("/demand")
def demand(visit: Visit = Depends(administrator), sent: SentForm = Depends(sent_form)) -> Response:
    """Demands two factors of everybody, or no longer does."""
    with visit.services.db.writing() as session:
        actions.demand(session, visit.viewer, sent.is_checked("on"))
    return redirect(HOME, "saved")
