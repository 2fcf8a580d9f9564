"""Guessing passwords gets slower with each failure, per account and per address; nobody is locked out for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import LoginAttempts
from app.problems import Problem

FREE = {"account": 5, "address": 20}
"""Failures without a wait: people mistype, and several people share an address."""
LONGEST = timedelta(minutes=15)
FORGIVEN = timedelta(days=1)


def pause(failures: int, free: int) -> timedelta:
    """How long to wait after so many failures: 1 s, 2 s, 4 s … a quarter of an hour at most."""
    if failures < free:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - free, 20)), LONGEST)


def network(address: str) -> str:
    """The address, or the /64 of an IPv6 one: a single customer has that many."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped) if ip.ipv4_mapped else str(ip_network((ip, 64), strict=False))
    return str(ip)


def subjects(email: str, address: str) -> dict[str, str]:
    """What failures are counted for, and as which kind."""
    return {f"account:{email.strip().lower()[:320]}": "account", f"address:{network(address)}": "address"}


def check(session: Session, email: str, address: str, now: datetime) -> None:
    """Raises Problem 429 while one has to wait. The same for accounts that do not exist."""
    latest = session.scalar(
        select(func.max(LoginAttempts.not_before)).where(LoginAttempts.subject.in_(list(subjects(email, address))))
    )
    if latest is not None and latest > now:
        seconds = int((latest - now).total_seconds()) + 1
        raise Problem(
            "too-many-attempts",
            429,
            "Too many attempts: wait {seconds} seconds.",
            seconds=seconds,
            headers={"Retry-After": str(seconds)},
        )


def note_failure(session: Session, email: str, address: str, now: datetime) -> None:
    """Counts a failure."""
    for subject, kind in sorted(subjects(email, address).items()):
        row = session.scalars(
            select(LoginAttempts).where(LoginAttempts.subject == subject).with_for_update()
        ).one_or_none()
        before = row.failures if row is not None and row.not_before > now - FORGIVEN else 0
        until = now + pause(before + 1, FREE[kind])
        written = insert(LoginAttempts).values(subject=subject, failures=before + 1, not_before=until)
        session.execute(
            written.on_conflict_do_update(
                index_elements=["subject"], set_={"failures": before + 1, "not_before": until}
            )
        )


def forgive(session: Session, email: str) -> None:
    """Forgets the failures of an account. Those of the address stay: one good account buys no guesses at others."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.subject == f"account:{email.strip().lower()[:320]}"))
