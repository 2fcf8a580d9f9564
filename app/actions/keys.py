"""API keys: created, shown once, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields, Name
from app.auth.keys import new_key
from app.crypto import digest
from app.models import ApiKey, uuid7
from app.problems import FieldError, invalid, not_found
from app.viewer import Scope, Viewer, may


class NewKey(Fields):
    """A key of this workspace. Without an end it works until it is revoked."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)]
    expires_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key: `secret` is shown now and never again."""

    row: ApiKey
    secret: str


@may("admin")
def create(session: Session, viewer: Viewer, new: NewKey, now: datetime) -> MadeKey:
    """Creates a key. Raises Problem 403 for a scope that its creator lacks, 422 for an end in the past."""
    for scope in new.scopes:
        viewer.needs(scope)
    if new.expires_at is not None and new.expires_at <= now:
        raise invalid(FieldError("expires_at", "This date is past."))
    secret, public_id = new_key()
    row = ApiKey(
        id=uuid7(),
        workspace_id=viewer.workspace_id,
        name=new.name,
        public_id=public_id,
        secret_hash=digest(secret),
        scopes=sorted(set(new.scopes)),
        user_id=viewer.user_id or viewer.behind,
        expires_at=new.expires_at,
    )
    session.add(row)
    record(session, viewer, "key.create", row.id, name=new.name, scopes=row.scopes)
    session.flush()
    session.refresh(row)
    return MadeKey(row, secret)


@may("admin")
def delete(session: Session, viewer: Viewer, key_id: UUID) -> None:
    """Revokes a key: it stops working with the next request. Raises Problem 404."""
    row = session.get(ApiKey, (viewer.workspace_id, key_id), with_for_update=True)
    if row is None:
        raise not_found("API key")
    record(session, viewer, "key.delete", key_id, name=row.name)
    session.delete(row)
    session.flush()
