"""Mails about accounts: written down with what they tell of, sent by the worker, tried again until they are late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from alerts.base import DeliveryError, Wire
from app.crypto import Seal, SecretsLost
from app.db import Database
from app.jobs import Jobs
from app.models import AccountMail, User

log = structlog.get_logger(__name__)

JOB = "mail"
PLACE = "account mail"
LEASE = timedelta(seconds=60)
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 120, 300))
"""The pause after each failed attempt; the last one is repeated until the mail is too old to be sent."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says, in plain text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed mail. `attempt` counts from 1 and proves the claim."""

    id: UUID
    attempt: int
    recipient: str
    words: bytes


def post(
    session: Session,
    jobs: Jobs,
    seal: Seal,
    recipient: str,
    words: Words,
    until: datetime,
    now: datetime,
    *,
    for_account: bool = False,
) -> None:
    """Writes a mail down, to be sent once this transaction commits, and tried again until then.

    `for_account`: it goes out only if the address has an account. Whoever writes it down need not look.
    """
    sealed = seal.seal({"subject": words.subject, "text": words.text}, PLACE)
    session.add(
        AccountMail(
            recipient=recipient,
            for_account=for_account,
            words=sealed,
            expires_at=until,
            created_at=now,
            next_try_at=now,
        )
    )
    session.flush()
    jobs.defer(session, JOB)


class SendAccountMails:
    """The step: `SendAccountMails(db, wire, seal)()` sends until nothing is due."""

    def __init__(
        self,
        db: Database,
        wire: Wire,
        seal: Seal,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._db, self._wire, self._seal, self._now, self._stopping = db, wire, seal, now, stopping

    def __call__(self) -> int:
        """Returns how many attempts to send were made."""
        tried = 0
        with self._db.writing() as session:
            drop_late(session, self._now())
        while not self._stopping():
            with self._db.writing() as session:
                claim = claim_next(session, self._now())
            if claim is None:
                break
            self._send(claim)
            tried += 1
        return tried

    def _send(self, claim: Claim) -> None:
        error = None
        try:
            self._wire.mail(message_of(claim, self._seal))
        except DeliveryError as caught:
            error = caught
        except SecretsLost:
            error = DeliveryError("it was sealed with another VIGIE_SECRET_KEY", permanent=True)
        with self._db.writing() as session:
            settle(session, claim, error, self._now())


def message_of(claim: Claim, seal: Seal) -> EmailMessage:
    """The mail itself. Raises SecretsLost. Its id stays the same when it has to be sent again."""
    words = seal.open(claim.words, PLACE)
    message = EmailMessage()
    message["To"], message["Subject"] = claim.recipient, words["subject"]
    message["Message-ID"] = f"<{claim.id}@vigie.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words["text"])
    return message


def drop_late(session: Session, now: datetime) -> None:
    """Drops what is too old to be sent, and what nobody with an account asked for."""
    late = session.scalars(delete(AccountMail).where(AccountMail.expires_at <= now).returning(AccountMail.last_error))
    for error in late.all():
        log.warning("a mail about an account was given up", error=error)
    nobodys = ~select(User.id).where(User.email == AccountMail.recipient).exists()
    session.execute(delete(AccountMail).where(AccountMail.for_account, nobodys))


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a mail may be sent now: its time has come, and nobody is sending it."""
    free = or_(AccountMail.lease_until.is_(None), AccountMail.lease_until < now)
    return (AccountMail.next_try_at <= now) & free


def claim_next(session: Session, now: datetime) -> Claim | None:
    """Leases the mail that has been due the longest. None when none is due."""
    due = select(AccountMail.id).where(is_due(now)).order_by(AccountMail.next_try_at).limit(1)
    row = session.execute(
        update(AccountMail)
        .where(AccountMail.id.in_(due.with_for_update(skip_locked=True).scalar_subquery()))
        .values(lease_until=now + LEASE, attempts=AccountMail.attempts + 1)
        .returning(AccountMail.id, AccountMail.attempts, AccountMail.recipient, AccountMail.words)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Claim(*row) if row else None


def settle(session: Session, claim: Claim, error: DeliveryError | None, now: datetime) -> None:
    """Removes a mail that went out. Any other is tried again: the operator may mend what the server refuses."""
    if error is None:
        session.execute(delete(AccountMail).where(AccountMail.id == claim.id))
        return
    log.warning("a mail about an account did not go out", error=str(error), attempt=claim.attempt)
    pause = RETRIES[-1] if error.permanent else RETRIES[min(claim.attempt, len(RETRIES)) - 1]
    pause = max(pause, error.wait or timedelta())
    session.execute(
        update(AccountMail)
        .where(AccountMail.id == claim.id, AccountMail.attempts == claim.attempt)
        .values(next_try_at=now + pause, lease_until=None, last_error=str(error))
    )
