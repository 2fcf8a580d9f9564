"""Forms that came when their session had ended: kept sealed for half an hour, for the same person and the same browser
alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.crypto import Seal, SecretsLost, digest, token
from app.models import KeptForm

LASTS = timedelta(minutes=30)
LARGEST = 256 * 1024
"""Characters; what is longer is not kept."""
NEVER = frozenset(
    {
        "password",
        "current",
        "new",
        "again",
        "email_current",
        "code",
        "token",
        "sealed",
        "link",
        "form_token",
        "form_page",
    }
)
"""Fields that are not kept: what proves who somebody is, and what belongs to the form that was sent."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was sent to `action`. `page` is the address of the page it stands on."""

    action: str
    page: str
    fields: tuple[tuple[str, str], ...]


def keep(session: Session, seal: Seal, user_id: UUID, form: Kept, now: datetime) -> str | None:
    """Keeps a form, in the place of an earlier one of this person. Returns the cookie's value; None if too large."""
    fields = [pair for pair in form.fields if pair[0] not in NEVER]
    text = json.dumps(fields)
    if len(text) > LARGEST:
        return None
    session.execute(delete(KeptForm).where(KeptForm.user_id == user_id))
    value = token()
    row = KeptForm(token_hash=digest(value), user_id=user_id, action=form.action, page=form.page)
    row.fields, row.expires_at = seal.seal({"fields": text}, _place(value)), now + LASTS
    session.add(row)
    session.flush()
    return value


def kept(session: Session, seal: Seal, value: str, user_id: UUID, now: datetime) -> Kept | None:
    """The form that this browser's cookie stands for; None for anybody but who typed it, and when it is old."""
    row = session.scalars(select(KeptForm).where(KeptForm.token_hash == digest(value))).one_or_none()
    if row is None or row.user_id != user_id or row.expires_at <= now:
        return None
    try:
        fields = json.loads(seal.open(row.fields, _place(value))["fields"])
    except SecretsLost:
        return None
    return Kept(row.action, row.page, tuple((str(name), str(text)) for name, text in fields))


def _place(value: str) -> str:
    return f"kept form:{digest(value).hex()}"
