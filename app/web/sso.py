"""Logging in by single sign-on: the way to the provider, and the way back."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import RedirectResponse, Response

from app.actions.audit import record
from app.auth import oidc, second_factor
from app.auth.entrance import Entrant, entrant
from app.problems import Problem
from app.viewer import Viewer
from app.web import pending
from app.web.form_page import attempt
from app.web.login import enter_with, open_page, open_session
from app.web.page import Visit, back_to, redirect, visitor

router = APIRouter(prefix="/login/sso")

REFUSED = frozenset({401, 403, 503})


def install(app: FastAPI) -> None:
    """Gives the application its provider, where the settings name one."""
    services = app.state.services
    app.state.provider = oidc.Provider(services.settings, services.gate) if services.settings.oidc_issuer else None


@router.get("")
def leave(visit: Visit = Depends(visitor)) -> Response:
    """To the provider. What has to come back is sealed into a cookie: nothing is stored."""
    back = back_to(visit.request.query_params.get("next"))
    if visit.known:
        return RedirectResponse(back, 303)

    def go() -> Response:
        begun = oidc.new_attempt()
        left: Response = RedirectResponse(_provider(visit).address_for(begun), 303)
        values = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "back": back}
        pending.put_sealed(left, visit, pending.SSO, values, pending.LASTS)
        return left

    return attempt(go, lambda problem: _show_again(visit, problem, back), REFUSED)


@router.get("/back")
def come_back(visit: Visit = Depends(visitor)) -> Response:
    """From the provider, with a code: only in the browser that left, only once."""
    sent, kept = visit.request.query_params, pending.sealed_in(visit, pending.SSO)
    if kept is None:
        return redirect("/login", "login-again")
    back = back_to(kept["back"])

    def enter() -> Response:
        if not secrets.compare_digest(sent.get("state", "").encode(), kept["state"].encode()):
            raise oidc.refused("the state is another one")
        if "code" not in sent:
            raise oidc.refused(f"the provider answered {sent.get('error', 'nothing')}")
        begun = oidc.Attempt(kept["state"], kept["nonce"], kept["verifier"])
        return _let_in(visit, _provider(visit).identity_for(sent["code"], begun), back)

    answer = attempt(enter, lambda problem: _show_again(visit, problem, back), REFUSED)
    answer.delete_cookie(pending.SSO, path="/")
    return answer


def _let_in(visit: Visit, identity: oidc.Identity, back: str) -> Response:
    """Opens a session; whoever has a second factor here shows it, unless the provider has asked for two."""
    with visit.services.db.writing() as session:
        one = entrant(session, identity, visit.services.settings)
        if one.joined:
            viewer = Viewer(one.workspace_id, identity.email, frozenset(), one.user_id)
            record(session, viewer, "account.join", identity.email, role=visit.services.settings.oidc_role)
        if not identity.two_factors and second_factor.is_on(session, one.user_id):
            return _ask_code(visit, one, back)
        cookie = open_session(session, visit, one.user_id, one.workspace_id, second_factor=identity.two_factors)
    return enter_with(visit, back, cookie)


def _ask_code(visit: Visit, one: Entrant, back: str) -> Response:
    asked = RedirectResponse("/login/code", 303)
    mark = pending.mark_of(one.password_hash)
    pending.hold(asked, visit, pending.Pending(one.user_id, one.workspace_id, mark, back))
    return asked


def _provider(visit: Visit) -> oidc.Provider:
    provider: oidc.Provider | None = visit.request.app.state.provider
    if provider is None:
        raise Problem("no-sso", 404, "This installation has no single sign-on.")
    return provider


def _show_again(visit: Visit, problem: Problem, back: str) -> Response:
    return open_page(visit, "login.html", status=problem.status, back=back, email="", problem=problem)
