"""API keys: `vig_`, 8 characters that name the key, 32 random ones, and 6 of checksum for secret scanners."""

from __future__ import annotations

import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.crypto import digest
from app.models import ApiKey, Member
from app.viewer import ROLE_SCOPES, Role, Viewer

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SHAPE = re.compile(r"vig_[0-9A-Za-z]{46}")
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """An API key that exists and has not expired, and the viewer that it stands for."""

    key_id: UUID
    name: str
    viewer: Viewer
    stale: bool
    """Whether its last use should be written again."""


def new_key() -> tuple[str, str]:
    """A fresh key, and the 8 characters that name it."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(40))
    return f"vig_{body}{checksum(body)}", body[:8]


def checksum(body: str) -> str:
    """CRC-32 in base 62, six characters."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
    return digits


def well_formed(key: str) -> bool:
    """Whether shape and checksum are those of a key. Keeps most nonsense away from the database."""
    return bool(SHAPE.fullmatch(key)) and hmac.compare_digest(checksum(key[4:44]), key[44:])


def recognise(session: Session, key: str, now: datetime) -> KnownKey | None:
    """The key of this text; None when it is malformed, unknown or expired, or made by somebody who has left.

    It may do no more than whoever made it may today.
    """
    if not well_formed(key):
        return None
    made_by = (Member.workspace_id == ApiKey.workspace_id) & (Member.user_id == ApiKey.user_id)
    found = session.execute(
        select(ApiKey, Member.role).outerjoin(Member, made_by).where(ApiKey.public_id == key[4:12])
    ).one_or_none()
    if found is None or not hmac.compare_digest(found.ApiKey.secret_hash, digest(key)):
        return None
    row = found.ApiKey
    if row.expires_at is not None and row.expires_at <= now:
        return None
    role: Role | None = "owner" if row.user_id is None else found.role
    if role is None:
        return None
    scopes = ROLE_SCOPES.get(role, frozenset()) & set(row.scopes)
    owns = role == "owner" and "admin" in scopes
    viewer = Viewer(row.workspace_id, f"key:{row.name}", scopes, owns=owns, behind=row.user_id)
    stale = row.last_used_at is None or row.last_used_at < now - USED_EVERY
    return KnownKey(row.id, row.name, viewer, stale)


def note_use(session: Session, known: KnownKey, now: datetime) -> None:
    """Stores the time of a key's last use."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.workspace_id == known.viewer.workspace_id, ApiKey.id == known.key_id)
        .values(last_used_at=now)
    )
