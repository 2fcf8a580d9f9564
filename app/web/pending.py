"""Between the password and the code: who gave the right password is written into a sealed cookie for ten minutes."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from app.crypto import SecretsLost, digest
from app.web import cookies
from app.web.page import Visit, back_to

COOKIE, SSO = "vigie_step", "vigie_sso"
LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whose code is waited for. `mark` ends with the password that was given."""

    user_id: UUID
    workspace_id: UUID
    mark: str
    back: str = "/"


def mark_of(password_hash: str) -> str:
    """Changes with the password, and tells nothing of it."""
    return digest(password_hash).hex()[:16]


def hold(response: Response, visit: Visit, pending: Pending) -> None:
    """Writes the cookie."""
    values = {
        "user": str(pending.user_id),
        "workspace": str(pending.workspace_id),
        "mark": pending.mark,
        "back": pending.back,
    }
    put_sealed(response, visit, COOKIE, values, LASTS)


def held(visit: Visit) -> Pending | None:
    """What the cookie says, while it is valid."""
    values = sealed_in(visit, COOKIE)
    if values is None:
        return None
    return Pending(UUID(values["user"]), UUID(values["workspace"]), values["mark"], back_to(values["back"]))


def put_sealed(response: Response, visit: Visit, name: str, values: dict[str, str], lasts: timedelta) -> None:
    """Keeps values in the browser that it can neither read nor change, nor move to another cookie, until they end."""
    until = (visit.now + lasts).isoformat()
    sealed = visit.services.seal.seal({**values, "until": until}, f"cookie:{name}")
    text = base64.urlsafe_b64encode(sealed).decode()
    cookies.keep(response, visit.services.settings, name, text, lasts)


def sealed_in(visit: Visit, name: str) -> dict[str, str] | None:
    """The values that a cookie holds; None when there is none, it has ended, or somebody changed it."""
    text = visit.request.cookies.get(name, "")[:4096]
    try:
        values = visit.services.seal.open(base64.urlsafe_b64decode(text), f"cookie:{name}") if text else {}
    except (SecretsLost, binascii.Error, ValueError):
        return None
    return values if values and datetime.fromisoformat(values["until"]) > visit.now else None
