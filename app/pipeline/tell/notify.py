"""Sends the deliveries that are due, at least once: claims one, sends it outside any transaction, writes the result."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

import structlog
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from alerts.base import DeliveryError, Wire
from alerts.channels import all_channels
from alerts.discreet import only_figures
from alerts.stored import message_from_json
from app.crypto import Seal, SecretsLost, place_of
from app.db import Database
from app.models import Channel, Delivery, IncidentEvent
from app.pipeline.tell.pace import put_off

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
"""How long a claim lasts: longer than any channel takes to send or to give up."""
AT_ONCE = 8
"""How many messages one worker sends at a time, each to another channel: a slow one holds up only its own."""
RETRIES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""The pause after each failed attempt. After the last one the delivery is dead: people see it and may send it again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed delivery, as it is stored. `attempt` counts from 1 and proves the claim."""

    workspace_id: UUID
    id: UUID
    attempt: int
    kind: str
    channel_id: UUID
    params: dict[str, object]
    secrets: bytes | None
    message: dict[str, object]
    link_only: bool
    suppressed: int


class Notify:
    """The step: `Notify(db, wire, seal, …)()` sends until nothing is due."""

    def __init__(
        self,
        db: Database,
        wire: Wire,
        seal: Seal,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Callable[[], float],
        stopping: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._db, self._wire, self._seal, self._now, self._random = db, wire, seal, now, random
        self._stopping, self._checkpoint = stopping, checkpoint
        self._one_at_a_time = Lock()

    def __call__(self) -> int:
        """Returns how many attempts to send were made."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notify") as pool:
            return sum(pool.map(lambda _: self._drain(), range(AT_ONCE)))

    def _drain(self) -> int:
        tried = 0
        while not self._stopping():
            with self._one_at_a_time, self._db.writing() as session:  # two would claim for one channel
                claim = claim_next(session, self._now())
            if claim is None:
                break
            self._checkpoint("notify:claimed")
            self._send(claim)
            tried += 1
        return tried

    def _send(self, claim: Claim) -> None:
        error = None
        try:
            send(claim, self._wire, self._seal)
        except DeliveryError as caught:
            error = caught
        except Exception as caught:
            log.exception("a channel failed", kind=claim.kind, delivery=str(claim.id))
            error = DeliveryError(f"the channel failed: {type(caught).__name__}; see the log of Vigie")
        self._checkpoint("notify:sent")
        with self._db.writing() as session:
            settle(session, claim, error, self._now(), self._random)
        self._checkpoint("notify:settled")


def send(claim: Claim, wire: Wire, seal: Seal) -> None:
    """Hands a message to its channel, with the secrets unsealed. Raises DeliveryError."""
    channel = all_channels().get(claim.kind)
    if channel is None:
        raise DeliveryError("this version of Vigie knows no channel of this kind", permanent=True)
    try:
        message = message_from_json(claim.message)
    except ValueError as error:
        raise DeliveryError("this message can no longer be read", permanent=True) from error
    try:
        secrets = seal.open(claim.secrets, place_of("channel", claim.workspace_id, claim.channel_id))
        params = channel.params(**{**claim.params, **secrets})
    except SecretsLost as error:
        raise DeliveryError(str(error), permanent=True) from error
    except (TypeError, ValueError) as error:
        raise DeliveryError("the settings of this channel are no longer valid", permanent=True) from error
    message = replace(message, suppressed=claim.suppressed)
    channel.send(params, only_figures(message) if claim.link_only else message, wire)


def claim_next(session: Session, now: datetime) -> Claim | None:
    """Leases the delivery that has been due the longest, of a channel to which nothing is being sent. None when none is
    due: those that have to wait are put off."""
    while row := session.scalars(_due(now)).first():
        channel = session.get_one(Channel, (row.workspace_id, row.channel_id))
        if not put_off(session, row, channel, now):
            row.lease_until, row.attempts = now + LEASE, row.attempts + 1
            session.flush()
            return claim_of(row, channel)
        session.flush()
    return None


def _due(now: datetime) -> Select[Delivery]:
    other = aliased(Delivery)
    being_sent = (
        exists()
        .where(other.workspace_id == Delivery.workspace_id, other.channel_id == Delivery.channel_id)
        .where(other.state == "pending", other.lease_until >= now)
    )
    return (
        select(Delivery)
        .where(Delivery.state == "pending", Delivery.next_try_at <= now)
        .where(or_(Delivery.lease_until.is_(None), Delivery.lease_until < now), ~being_sent)
        .order_by(Delivery.next_try_at, Delivery.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def claim_of(row: Delivery, channel: Channel) -> Claim:
    whose = (row.workspace_id, row.id, row.attempts, channel.kind, channel.id)
    return Claim(*whose, channel.params, channel.secrets, row.message, channel.link_only, row.suppressed)


def settle(
    session: Session, claim: Claim, error: DeliveryError | None, now: datetime, random: Callable[[], float]
) -> None:
    """Writes the result of an attempt. A failure is ignored when the claim ran out and another worker took it over."""
    row = session.scalars(
        select(Delivery).where(Delivery.workspace_id == claim.workspace_id, Delivery.id == claim.id).with_for_update()
    ).one_or_none()
    if row is None or row.state != "pending" or (row.attempts != claim.attempt and error is not None):
        return
    channel = session.get_one(Channel, (claim.workspace_id, claim.channel_id))
    row.lease_until = None
    if error is None:
        row.state, row.sent_at, row.last_error = "sent", now, None
        channel.last_sent_at, channel.last_error = now, None
        return
    row.last_error = channel.last_error = str(error)
    row.ambiguous = row.ambiguous or error.ambiguous
    pause = next_pause(row.attempts, error, random)
    if pause is None:
        row.state = "dead"
        session.add(
            IncidentEvent(
                workspace_id=row.workspace_id,
                incident_id=row.incident_id,
                at=now,
                kind="undelivered",
                details={"channel": channel.name, "error": str(error)},
            )
        )
    else:
        row.next_try_at = now + pause
    if error.gone:
        channel.enabled, channel.disabled_reason = False, str(error)


def next_pause(attempts: int, error: DeliveryError, random: Callable[[], float]) -> timedelta | None:
    """The pause before the next attempt, with up to a tenth of jitter; None when there is to be none."""
    if error.permanent or error.gone or attempts > len(RETRIES):
        return None
    planned = RETRIES[attempts - 1] * (1 + 0.1 * random())
    return max(planned, error.wait or timedelta())
