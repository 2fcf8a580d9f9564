"""The account page: name, language and time zone; and the sample data."""

from __future__ import annotations

from zoneinfo import available_timezones

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import accounts as actions
from app.actions.fields import validate
from app.auth.occasions import OCCASIONS
from app.models import User
from app.problems import Problem
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.language import LANGUAGES
from app.web.page import Visit, member, redirect

router = APIRouter(prefix="/settings")

HOME = "/settings/account"


@router.get("/account")
def show_account(visit: Visit = Depends(member)) -> Response:
    return account_page(visit)


def account_page(visit: Visit, problem: Problem | None = None) -> HTMLResponse:
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "account.html",
            status=problem.status if problem else 200,
            user=session.get_one(User, visit.viewer.user_id),
            languages=[("", visit.say("The browser’s language")), *LANGUAGES.items()],
            timezones=sorted(available_timezones()),
            appearances=[("", visit.say("As the system")), ("light", visit.say("Light")), ("dark", visit.say("Dark"))],
            occasions=[(each, visit.word("occasion", each)) for each in OCCASIONS],
            by_mail=visit.services.settings.smtp_url is not None,
            problem=problem,
            labels={},
        )


@router.post("/account")
def change_preferences(visit: Visit = Depends(member), sent: SentForm = Depends(sent_form)) -> Response:
    def save() -> Response:
        values = {name: sent.get(name) for name in ("name", "timezone")}
        chosen = {name: sent.get(name) or None for name in ("language", "appearance")}
        preferences = validate(actions.Preferences, {**values, **chosen, "occasions": sent.all("occasions")})
        with visit.services.db.writing() as session:
            actions.prefer(session, visit.viewer, preferences)
        return redirect(HOME, "account")

    return attempt(save, lambda problem: account_page(visit, problem), {422})


@router.get("/sample")
def show_sample(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        return visit.page(session, "sample.html")
