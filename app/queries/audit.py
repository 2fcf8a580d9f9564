"""The audit log: who did what, filtered by person, kind of action and period; and what its ids are called today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AlertRule, AuditEntry, Brand, Channel, Phrase, Source
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may

LOOKED_AT = 5_000  # recent lines whose actors are offered as a filter


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the log is narrowed to. `action` is a whole one (`mention.update`) or what it is about (`mention`)."""

    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = AuditFilter()


@may("admin")
def audit_log(
    session: Session,
    viewer: Viewer,
    after: str | None = None,
    limit: int = LIMIT,
    filters: AuditFilter = EVERYTHING,
) -> Slice[AuditEntry]:
    """Who did what, newest first."""
    statement = select(AuditEntry).where(AuditEntry.workspace_id == viewer.workspace_id)
    if filters.actor:
        statement = statement.where(AuditEntry.actor == filters.actor)
    if filters.action and "." in filters.action:
        statement = statement.where(AuditEntry.action == filters.action)
    elif filters.action:
        statement = statement.where(AuditEntry.action.startswith(filters.action + ".", autoescape=True))
    if filters.since:
        statement = statement.where(AuditEntry.at >= filters.since)
    if filters.until:
        statement = statement.where(AuditEntry.at < filters.until)
    return page(session, statement, Order("audit", AuditEntry.id), after, limit).map(
        lambda rows: [row.AuditEntry for row in rows]
    )


@may("admin")
def actors(session: Session, viewer: Viewer) -> list[str]:
    """Who stands in the latest lines of the log, by name."""
    latest = select(AuditEntry.actor).where(AuditEntry.workspace_id == viewer.workspace_id)
    recent = latest.order_by(AuditEntry.id.desc()).limit(LOOKED_AT).subquery()
    return sorted(session.scalars(select(recent.c.actor).distinct()))


@may("admin")
def names_of(session: Session, viewer: Viewer, lines: Iterable[AuditEntry]) -> dict[str, str]:
    """What the brands, sources, rules, channels and phrases of these lines are called now, by id; none that is gone."""
    wanted: dict[str, set[UUID]] = {}
    for line in lines:
        if (target := _id(line.target)) is not None:
            wanted.setdefault(line.action.partition(".")[0], set()).add(target)
    found: dict[str, str] = {}
    for noun, (table, name) in NAMED.items():
        if noun in wanted:
            here = (table.workspace_id == viewer.workspace_id, table.id.in_(wanted[noun]))
            found |= {str(row[0]): row[1] for row in session.execute(select(table.id, name).where(*here))}
    return found


NAMED: dict[str, tuple[Any, Any]] = {
    "brand": (Brand, Brand.name),
    "source": (Source, Source.name),
    "rule": (AlertRule, AlertRule.name),
    "channel": (Channel, Channel.name),
    "phrase": (Phrase, Phrase.text),
}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
