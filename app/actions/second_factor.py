"""Two factors: a person switches theirs on and off and renews the recovery codes; an administrator demands them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.actions.accounts import me
from app.actions.audit import record
from app.actions.security import confirm_password
from app.auth import second_factor, sessions, totp
from app.crypto import Seal
from app.models import User, Workspace
from app.problems import FieldError, Problem, invalid
from app.viewer import Viewer, may


@may("own")
def switch_on(
    session: Session, viewer: Viewer, seal: Seal, secret: str, current: str, code: str, now: datetime
) -> list[str]:
    """Takes an app whose code proves that it holds the secret. Every session ends, this one too: the caller opens
    another. Returns the recovery codes. Raises Problem 422 on a wrong password or code."""
    user = me(session, viewer)
    _confirm(user, current)
    step = totp.matching_step(secret, code.replace(" ", ""), now)
    if step is None:
        raise invalid(
            FieldError(
                "code",
                "This code is wrong.",
                hint="Type the six digits that the app shows now. If they are refused again, check your phone’s clock.",
            )
        )
    codes = second_factor.switch_on(session, seal, user.id, secret, step)
    sessions.log_out_others(session, user.id)
    record(session, viewer, "account.second-factor-on", user.email)
    return codes


@may("own")
def switch_off(session: Session, viewer: Viewer, seal: Seal, current: str, code: str, now: datetime) -> None:
    """Forgets the app. Raises Problem 422 on a wrong password or code, 409 where the workspace demands two factors."""
    if session.get_one(Workspace, viewer.workspace_id).settings.get(sessions.DEMANDS_FACTOR):
        raise Problem("second-factor-required", 409, "This workspace requires two-factor authentication of everybody.")
    user = _proven(session, viewer, seal, current, code, now)
    second_factor.switch_off(session, user.id)
    record(session, viewer, "account.second-factor-off", user.email)


@may("own")
def renew_codes(session: Session, viewer: Viewer, seal: Seal, current: str, code: str, now: datetime) -> list[str]:
    """New recovery codes, in the place of the earlier ones. Raises Problem 422 on a wrong password or code."""
    user = _proven(session, viewer, seal, current, code, now)
    record(session, viewer, "account.recovery-codes", user.email)
    return second_factor.renew_codes(session, user.id)


@may("admin")
def demand(session: Session, viewer: Viewer, on: bool) -> None:
    """Demands two factors of everybody in the workspace, or no longer does. It holds from their next request on."""
    row = session.get_one(Workspace, viewer.workspace_id, with_for_update=True)
    row.settings = {**row.settings, sessions.DEMANDS_FACTOR: on}
    record(session, viewer, "workspace.second-factor", row.slug, required=on)
    session.flush()


def _proven(session: Session, viewer: Viewer, seal: Seal, current: str, code: str, now: datetime) -> User:
    """The viewer's account, once password and code were right."""
    user = me(session, viewer)
    _confirm(user, current)
    if not second_factor.accept(session, seal, user.id, code, now):
        raise invalid(FieldError("code", "This code is wrong, or was used before."))
    return user


def _confirm(user: User, current: str) -> None:
    """An account that only logs in by single sign-on has no password to ask for."""
    if user.password_hash:
        confirm_password(user, current)
