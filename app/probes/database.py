"""Whether the database answers, why not where it does not, and whether its schema and its clock are ours."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database, why_no_answer
from app.migrate import is_known, newest, revision
from app.probes.finding import Finding

SECONDS_APART = 5.0
"""Between the two clocks: leases last 30 seconds, so more makes two workers take the same source."""


def database(db: Database) -> Finding:
    """One sentence for each thing that can be wrong with the address of the database."""
    if why := why_no_answer(db.url):
        return Finding("database", "bad", why)
    with db.reading() as session:
        return Finding("database", "ok", f"PostgreSQL {session.scalar(text('SHOW server_version'))}")


def schema(db: Database) -> Finding:
    """Whether the schema is that of this version."""
    found = revision(db)
    if found is None:
        return Finding("schema", "note", "none yet: `vigie migrate` creates it, and so does any start")
    if not is_known(found):
        why = f"{found} is newer than this version, which knows up to {newest()}: install the newer Vigie that wrote it"
        return Finding("schema", "bad", f"{why}, or restore the backup made before its update")
    if found != newest():
        why = f"{found} is older than this version, which wants {newest()}"
        return Finding("schema", "bad", f"{why}: run `vigie migrate`, or start Vigie again")
    return Finding("schema", "ok", found)


def clock(session: Session) -> Finding:
    """Whether this machine and that of the database agree on the time."""
    there = session.scalar(text("SELECT clock_timestamp()"))
    apart = (datetime.now(UTC) - there).total_seconds() if there else 0.0
    return clocks(apart)


def clocks(apart: float) -> Finding:
    """What it means that our clock is so many seconds before that of the database."""
    if abs(apart) <= SECONDS_APART:
        return Finding("clock", "ok", "agrees with that of the database")
    side = "ahead of" if apart > 0 else "behind"
    text = f"this machine is {abs(apart):,.0f} s {side} that of the database: set both by NTP, leases depend on it"
    return Finding("clock", "bad", text)
