"""How somebody likes to read, their password, and the sample data."""

from __future__ import annotations

from zoneinfo import available_timezones

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import accounts as actions
from app.actions.fields import validated
from app.crypto import digest
from app.models import User
from app.problems import FieldError, Problem, invalid
from app.web import cookies
from app.web.forms import Posted, posted
from app.web.language import LANGUAGES
from app.web.page import Visit, member, redirect

router = APIRouter(prefix="/settings")


@router.get("/account")
def account(visit: Visit = Depends(member)) -> Response:
    return account_page(visit)


def account_page(visit: Visit, problem: Problem | None = None) -> HTMLResponse:
    with visit.services.db.reading() as session:
        user = session.get_one(User, visit.viewer.user_id)
        return visit.page(
            session,
            "account.html",
            status=problem.status if problem else 200,
            user=user,
            languages=[("", visit.say("As the browser asks")), *LANGUAGES.items()],
            timezones=sorted(available_timezones()),
            problem=problem,
            labels={},
        )


@router.post("/account")
def prefer(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    values = {name: form.get(name) for name in ("name", "language", "timezone")}
    try:
        wanted = validated(actions.Preferences, {**values, "language": values["language"] or None})
        with visit.services.db.writing() as session:
            actions.prefer(session, visit.viewer, wanted)
    except Problem as problem:
        if problem.status != 422:
            raise
        return account_page(visit, problem)
    return redirect("/settings/account", "account")


@router.post("/account/password")
def password(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """A new password ends every other session."""
    cookie = visit.request.cookies.get(cookies.session_name(visit.services.settings), "")
    try:
        if form.raw("new") != form.raw("again"):
            raise invalid(FieldError("again", "The two passwords differ."))
        with visit.services.db.writing() as session:
            actions.change_password(session, visit.viewer, form.raw("current"), form.raw("new"), digest(cookie))
    except Problem as problem:
        if problem.status != 422:
            raise
        return account_page(visit, problem)
    return redirect("/settings/account", "password")


@router.get("/sample")
def sample(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        return visit.page(session, "sample.html")
