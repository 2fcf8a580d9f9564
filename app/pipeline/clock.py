"""Takes back what was written while this machine's clock was ahead, so that nothing waits until that time comes.

A machine that starts with a wrong date writes it into leases, next readings and pauses, until its clock is set.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from app.models import Brand, Delivery, Host, LoginAttempts, Source

SLACK = timedelta(minutes=10)
"""Clocks of two machines may differ by so much; no lease is longer."""
DAY = timedelta(days=1)
"""Nobody is left alone for longer: see gather/schedule.py."""
LONGEST_LOCK = timedelta(minutes=15)


def forget_the_future(session: Session, now: datetime) -> None:
    """Sets back to `now` what stands so far ahead of it that only a wrong clock can have written it."""
    ahead = now + SLACK
    session.execute(
        update(Source)
        .where(Source.last_attempt_at > ahead)
        .values(
            last_attempt_at=now,
            next_run_at=case((Source.next_run_at.is_not(None), now)),
            lease_until=None,
            updated_at=Source.updated_at,
        )
    )
    session.execute(update(Source).where(Source.backfill_lease_until > ahead).values(backfill_lease_until=None))
    session.execute(update(Source).where(Source.backfill_due_at > ahead + DAY).values(backfill_due_at=now))
    session.execute(update(Host).where(Host.paused_until > ahead + DAY).values(paused_until=now))
    session.execute(update(Host).where(Host.turn_at > ahead + DAY).values(turn_at=now))
    session.execute(update(Brand).where(Brand.watched_at > ahead).values(watched_at=now, updated_at=Brand.updated_at))
    session.execute(update(Delivery).where(Delivery.lease_until > ahead).values(lease_until=None))
    waiting = Delivery.state == "pending"
    session.execute(update(Delivery).where(waiting, Delivery.next_try_at > ahead + DAY).values(next_try_at=now))
    session.execute(update(LoginAttempts).where(LoginAttempts.not_before > ahead + LONGEST_LOCK).values(not_before=now))
