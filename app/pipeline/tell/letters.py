"""Mails to one member about what concerns them: written down with what they tell of, sent by the worker.

What they say is looked up when they are sent. Who does not want to be told of an occasion gets none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from alerts.base import DeliveryError, Wire
from alerts.clean import one_line
from app.db import Database
from app.models import Brand, IncidentRow, Letter, Member, Mention, User, Workspace

log = structlog.get_logger(__name__)

JOB = "letters"
LEASE = timedelta(seconds=60)
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 600, 3600, 6 * 3600))
"""The pause after each failed attempt; after the last one the letter is given up."""
KEPT = timedelta(days=30)
SUBJECT, EXCERPT = 120, 400

SUBJECTS = {
    ("assigned", "mention"): {"en": "Assigned to you: {title}", "fr": "Une mention pour vous\u202f: {title}"},
    ("assigned", "incident"): {
        "en": "Incident for you: {title}",
        "fr": "Un incident pour vous\u202f: {title}",
    },
    ("mentioned", "mention"): {"en": "A note names you: {title}", "fr": "Un commentaire vous cite\u202f: {title}"},
    ("mentioned", "incident"): {"en": "A note names you: {title}", "fr": "Un commentaire vous cite\u202f: {title}"},
    ("incident", "incident"): {"en": "An incident opened: {title}", "fr": "Un incident s’est ouvert\u202f: {title}"},
}
BY = {"en": "By {actor}, in {workspace}.", "fr": "Par {actor}, dans {workspace}."}
IN = {"en": "In {workspace}.", "fr": "Dans {workspace}."}
WHY = {
    "en": "You can choose what Vigie tells you by mail: {address}/settings/account",
    "fr": "Vous pouvez choisir ce que Vigie vous dit par e-mail\u202f: {address}/settings/account",
}


def write_letters(
    session: Session,
    workspace_id: UUID,
    occasion: str,
    target: str,
    target_id: UUID,
    *,
    actor: str = "",
    only: Collection[UUID] | None = None,
    but: UUID | None = None,
) -> int:
    """Writes a letter for each member who wants to be told of the occasion. Returns how many.

    `only` these members; `but` not whoever does it themselves.
    """
    wanting = (
        select(Member.user_id)
        .join(User, User.id == Member.user_id)
        .where(Member.workspace_id == workspace_id, User.occasions.contains([occasion]))
    )
    if only is not None:
        wanting = wanting.where(Member.user_id.in_(only))
    told = [person for person in session.scalars(wanting.order_by(Member.user_id)) if person != but]
    session.add_all(
        Letter(
            workspace_id=workspace_id,
            user_id=person,
            occasion=occasion,
            target=target,
            target_id=target_id,
            actor=actor,
        )
        for person in told
    )
    return len(told)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed letter. `attempts` proves the claim."""

    workspace_id: UUID
    id: UUID
    attempts: int


class SendLetters:
    """The step: `SendLetters(db, wire, address)()` sends until nothing is due."""

    def __init__(
        self,
        db: Database,
        wire: Wire,
        address: str,
        *,
        by_mail: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._db, self._wire, self._address, self._by_mail = db, wire, address, by_mail
        self._now, self._stopping = now, stopping

    def __call__(self) -> int:
        """Returns how many attempts to send were made. Without a mail server, what waits is dropped."""
        tried = 0
        with self._db.writing() as session:
            old = (Letter.state != "pending") & (Letter.created_at < self._now() - KEPT)
            session.execute(delete(Letter).where(old if self._by_mail else or_(old, Letter.state == "pending")))
        while not self._stopping():
            with self._db.writing() as session:
                claim = claim_next(session, self._now())
                letter = mail_of(session, claim, self._address) if claim else None
            if claim is None:
                break
            self._send(claim, letter)
            tried += 1
        return tried

    def _send(self, claim: Claim, letter: EmailMessage | None) -> None:
        error = None
        try:
            if letter is not None:
                self._wire.mail(letter)
        except DeliveryError as caught:
            error = caught
        with self._db.writing() as session:
            settle(session, claim, error, self._now())


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a letter may be sent now: its time has come, and nobody is sending it."""
    free = or_(Letter.lease_until.is_(None), Letter.lease_until < now)
    return (Letter.state == "pending") & (Letter.next_try_at <= now) & free


def claim_next(session: Session, now: datetime) -> Claim | None:
    """Leases the letter that has been due the longest. None when none is due."""
    due = select(Letter).where(is_due(now)).order_by(Letter.next_try_at).limit(1).with_for_update(skip_locked=True)
    row = session.scalars(due).one_or_none()
    if row is None:
        return None
    row.lease_until, row.attempts = now + LEASE, row.attempts + 1
    return Claim(row.workspace_id, row.id, row.attempts)


def mail_of(session: Session, claim: Claim, address: str) -> EmailMessage | None:
    """The mail of a letter, in its reader's language; None when what it tells of is gone."""
    row = session.get_one(Letter, (claim.workspace_id, claim.id))
    user, workspace = session.get_one(User, row.user_id), session.get_one(Workspace, row.workspace_id)
    language = "fr" if user.language == "fr" else "en"
    found = _mention(session, row) if row.target == "mention" else _incident(session, row)
    if found is None:
        return None
    title, text, path = found
    by = (BY if row.actor else IN)[language].format(actor=row.actor, workspace=workspace.name)
    letter = EmailMessage()
    letter["Subject"] = one_line(SUBJECTS[row.occasion, row.target][language].format(title=title), SUBJECT)
    letter["To"] = user.email
    letter["Message-ID"] = f"<letter.{row.id}@vigie.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    parts = (text, by, address + path, WHY[language].format(address=address))
    letter.set_content("\n\n".join(part for part in parts if part) + "\n")
    return letter


def _mention(session: Session, row: Letter) -> tuple[str, str, str] | None:
    mention = session.get(Mention, (row.workspace_id, row.target_id))
    if mention is None or mention.deleted_at is not None:
        return None
    return mention.title or mention.text[:SUBJECT], mention.text[:EXCERPT], f"/mentions/{mention.id}"


def _incident(session: Session, row: Letter) -> tuple[str, str, str] | None:
    incident = session.get(IncidentRow, (row.workspace_id, row.target_id))
    brand = session.get(Brand, (row.workspace_id, incident.brand_id)) if incident else None
    if incident is None or brand is None:
        return None
    return brand.name, "", f"/alerts/{incident.id}"


def settle(session: Session, claim: Claim, error: DeliveryError | None, now: datetime) -> None:
    """Notes what became of an attempt, unless somebody else has claimed the letter since."""
    mine = (Letter.workspace_id == claim.workspace_id) & (Letter.id == claim.id) & (Letter.attempts == claim.attempts)
    if error is None:
        session.execute(update(Letter).where(mine).values(state="sent", lease_until=None))
        return
    log.warning("a letter to a member did not go out", error=str(error), attempt=claim.attempts)
    if error.permanent or claim.attempts > len(RETRIES):
        session.execute(update(Letter).where(mine).values(state="dead", lease_until=None, last_error=str(error)))
        return
    later = now + max(RETRIES[claim.attempts - 1], error.wait or timedelta())
    session.execute(update(Letter).where(mine).values(next_try_at=later, lease_until=None, last_error=str(error)))
