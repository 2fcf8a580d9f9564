"""Slows down the guessing of passwords: each failure of an account or a network makes the next try wait longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import LoginAttempts
from app.problems import Problem

FREE = {"account": 5, "address": 20, "code": 5, "reset": 3}
"""Failures without a wait: people mistype, and several people share an address. Every mail asked for counts as one."""
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


def subjects(name: str, address: str, kind: str = "account") -> dict[str, str]:
    """What a failure is counted for, with the kind of each: the account, and the network it came from.

    Passwords, codes and mails are counted apart: whoever has others' mails sent keeps nobody from logging in.
    """
    where = "address" if kind in ("account", "code") else f"{kind} address"
    return {subject_of(name, kind): kind, f"{where}:{network(address)}": "address"}


def subject_of(name: str, kind: str = "account") -> str:
    return f"{kind}:{name.strip().lower()[:320]}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was counted as a failure before anybody looked at the password. `before` and `failures`, by subject:
    when it had to wait until then, and how many failures it has with this one."""

    before: Mapping[str, datetime]
    failures: Mapping[str, int]


def reserve(session: Session, name: str, address: str, now: datetime, kind: str = "account") -> Attempt:
    """Counts a failure in advance, so that of many guesses at once no more are looked at than of guesses in a row.

    Raises Problem 429 while the account or the network has to wait; also for accounts that do not exist. Commit this
    before the password is looked at, and call `succeed` where it was right. `kind` is one of FREE.
    """
    kinds = dict(sorted(subjects(name, address, kind).items()))
    session.execute(
        insert(LoginAttempts)
        .values([{"subject": subject, "failures": 0, "not_before": now} for subject in kinds])
        .on_conflict_do_nothing()
    )
    locked = select(LoginAttempts).where(LoginAttempts.subject.in_(kinds)).order_by(LoginAttempts.subject)
    rows = session.scalars(locked.with_for_update().execution_options(populate_existing=True)).all()
    _refuse_until(max(row.not_before for row in rows), now)
    before = {row.subject: row.not_before for row in rows}
    failures = {row.subject: 1 + (row.failures if row.not_before > now - FORGIVEN else 0) for row in rows}
    for row in rows:
        row.failures = failures[row.subject]
        row.not_before = now + pause(row.failures, FREE[kinds[row.subject]])
    session.flush()
    return Attempt(before, failures)


def _refuse_until(until: datetime, now: datetime) -> None:
    """Raises Problem 429 before that moment."""
    if until <= now:
        return
    seconds = int((until - now).total_seconds()) + 1
    raise Problem(
        "too-many-attempts",
        429,
        "Too many attempts: wait {seconds} seconds.",
        seconds=seconds,
        headers={"Retry-After": str(seconds)},
    )


def succeed(session: Session, name: str, attempt: Attempt, kind: str = "account") -> None:
    """Takes the attempt back, and forgets the failures of the account.

    The other failures of the network stay: one good account buys no guesses at others. Its wait ends only where no
    other attempt was counted meanwhile.
    """
    forgive(session, name, kind)
    for subject, failures in attempt.failures.items():
        alone = LoginAttempts.failures == failures
        waits = case((alone, attempt.before[subject]), else_=LoginAttempts.not_before)
        session.execute(
            update(LoginAttempts)
            .where(LoginAttempts.subject == subject)
            .values(failures=LoginAttempts.failures - 1, not_before=waits)
        )


def forgive(session: Session, name: str, kind: str = "account") -> None:
    """Forgets the failures of an account. Those of the address stay: one good account buys no guesses at others."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.subject == subject_of(name, kind)))
