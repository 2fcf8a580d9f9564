"""The second factor of an account: an authenticator app, and codes that stand in for it once each."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.auth import totp
from app.crypto import Seal, SecretsLost, digest
from app.models import RecoveryCode, SecondFactor

log = structlog.get_logger(__name__)

CODES = 10
"""How many recovery codes an account has."""


def place_of(user_id: UUID) -> str:
    """Where a secret is sealed for: it opens for no other account."""
    return f"second factor:{user_id}"


def is_on(session: Session, user_id: UUID) -> bool:
    """Whether an account has an app."""
    return session.get(SecondFactor, user_id) is not None


def codes_left(session: Session, user_id: UUID) -> int:
    """How many recovery codes were not used yet."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return session.scalar(counted) or 0


def switch_on(session: Session, seal: Seal, user_id: UUID, secret: str, step: int) -> list[str]:
    """Stores the app's secret, in the place of any earlier one. `step` is that of the code that proved it.

    Returns the recovery codes, which are shown once.
    """
    sealed = seal.seal({"secret": secret}, place_of(user_id))
    session.merge(SecondFactor(user_id=user_id, secret=sealed, last_step=step))
    session.flush()
    return renew_codes(session, user_id)


def switch_off(session: Session, user_id: UUID) -> None:
    """Forgets app and recovery codes."""
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def renew_codes(session: Session, user_id: UUID) -> list[str]:
    """Makes new recovery codes; the earlier ones no longer work."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_new_code() for _ in range(CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=digest(_plain(code))) for code in codes)
    session.flush()
    return codes


def accept(session: Session, seal: Seal, user_id: UUID, typed: str, now: datetime) -> bool:
    """Whether this is the app's code, or a recovery code; either way it does not work again."""
    plain = _plain(typed)
    if re.fullmatch(rf"\d{{{totp.DIGITS}}}", plain):
        return _accept_app(session, seal, user_id, plain, now)
    used = delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == digest(plain))
    return session.execute(used.returning(RecoveryCode.user_id)).one_or_none() is not None


def _accept_app(session: Session, seal: Seal, user_id: UUID, code: str, now: datetime) -> bool:
    row = session.get(SecondFactor, user_id)
    if row is None:
        return False
    try:
        secret = seal.open(row.secret, place_of(user_id))["secret"]
    except SecretsLost:  # recovery codes still work: they are hashed, not sealed
        log.warning("the second factor of an account was sealed with another VIGIE_SECRET_KEY", user=str(user_id))
        return False
    step = totp.matching_step(secret, code, now)
    if step is None:
        return False
    fresh = update(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
    taken = session.execute(fresh.values(last_step=step).returning(SecondFactor.user_id))
    return taken.one_or_none() is not None


def _new_code() -> str:
    """80 random bits, in four groups that are easy to copy."""
    code = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def _plain(code: str) -> str:
    """A code without what people type between its parts."""
    return re.sub(r"[\s-]", "", code).lower()[:40]
