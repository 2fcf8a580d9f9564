"""Slows down the guessing of passwords: each failure of an account or a network makes the next try wait longer."""

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
    """What an address is counted as: itself, or the /64 of an IPv6 address, which one customer has for themselves."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped) if ip.ipv4_mapped else str(ip_network((ip, 64), strict=False))
    return str(ip)


def subjects(email: str, address: str) -> dict[str, str]:
    """What a failure is counted for, with the kind of each: the account, and the network it came from."""
    return {f"account:{email.strip().lower()[:320]}": "account", f"address:{network(address)}": "address"}


def check(session: Session, email: str, address: str, now: datetime) -> None:
    """Raises Problem 429 while the account or the network has to wait; also for accounts that do not exist."""
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
