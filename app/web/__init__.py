"""The web app: pages rendered on the server, one router per page group.

`install(app)` adds the pages, their static files and their log-in; `error_page()` shows a Problem in the same look.
A page is a Visit (who asks, in which language) and a template; forms.py reads what was sent and checks where from.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI

from app.web import (
    account,
    acting,
    alerts,
    answers,
    audit,
    authors,
    backtest,
    brands,
    channels,
    checking,
    claims,
    discovery,
    errors,
    for_you,
    forgot,
    importing,
    imports,
    join,
    keys,
    labelling,
    live,
    login,
    members,
    mention,
    mentions,
    opml,
    overview,
    phrases,
    query_field,
    query_worth,
    ratings,
    reputation,
    rules,
    second_factor,
    security,
    setup,
    setup_channel,
    share_links,
    source_form,
    sources,
    sso,
    views,
    workspaces,
)
from app.web.forms import guard
from app.web.page import LogIn, SetUpFactor
from app.web.statics import Statics

error_page = errors.problem_page

PUBLIC = frozenset(
    {
        "/login", "/login/code", "/login/sso", "/login/sso/back", "/logout", "/setup", "/setup/account", "/language",
        "/forgot", "/reset", "/shared/{token}", "/join", "/join/account",
    }
)  # fmt: skip
"""The pages that need nobody to be logged in; /static too, and /setup only with the link of the first account, /join
with that of an invitation."""

router = APIRouter(dependencies=[Depends(guard)], include_in_schema=False)
PARTS = tuple(
    part.router
    for part in (
        login,
        sso,
        forgot,
        setup,
        setup_channel,
        backtest,
        rules,
        alerts,
        importing,
        imports,
        opml,
        discovery,
        source_form,
        sources,
        query_field,
        query_worth,
        brands,
        phrases,
        answers,
        ratings,
        channels,
        keys,
        audit,
        join,
        members,
        workspaces,
        account,
        second_factor,
        security,
        labelling,
        checking,
        overview,
        share_links,
        reputation,
        views,
        for_you,
        authors,
        mentions,
        acting,
        live,
        claims,
        mention,
    )
)
"""In this order: the address of the rules would else be read as that of an incident, that of imports as a source's,
that of the rows of the list as a mention's."""
for _part in PARTS:
    router.include_router(_part)


def install(app: FastAPI) -> None:
    """Adds the pages to an application whose `state.services` is set."""
    app.include_router(router)
    sso.install(app)
    app.add_exception_handler(SetUpFactor, errors.to_set_up_factor)  # type: ignore[arg-type]  # likewise
    app.mount("/static", Statics(), name="static")
    app.add_exception_handler(LogIn, errors.to_log_in)  # type: ignore[arg-type]  # Starlette types the base class only
