"""Silences: those that run, are to come, or are over, and what each kept back or would have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models import AlertRule, Brand, Delivery, IncidentRow, Silence, Withheld
from app.pipeline.tell.silences import about_everything, fires_only_with, over_at, runs_at
from app.problems import not_found
from app.queries.paging import LIMIT, Order, Slice, page
from app.viewer import Viewer, may

SilenceState = Literal["running", "coming", "over"]
MOST = 200
"""How many incidents a preview looks at, the newest first."""


NEWEST = (IncidentRow.opened_at.desc(), IncidentRow.id.desc())


@dataclass(frozen=True, slots=True)
class Suppressed:
    """How many incidents and messages a silence kept back, or would have."""

    incidents: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class SilenceView:
    """A silence, whether it runs, and what it kept back until now."""

    silence: Silence
    state: SilenceState
    suppressed: Suppressed
    brand: str | None = None

    @property
    def over_at(self) -> datetime:
        """When it is or was over."""
        return min(self.silence.until, self.silence.ended_at or self.silence.until)


@dataclass(frozen=True, slots=True)
class Kept:
    """An incident that a silence kept quiet, or would have, and how many messages about it."""

    incident: IncidentRow
    brand: str
    rule: str
    messages: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a silence would have kept back, the last first. `cut`: there were more incidents than are looked at."""

    suppressed: Suppressed
    kept: list[Kept]
    cut: bool = False


def state_of(row: Silence, now: datetime) -> SilenceState:
    """Whether a silence runs at this moment."""
    if row.ended_at is not None or row.until <= now:
        return "over"
    return "coming" if row.starts_at > now else "running"


@may("read")
def silences(
    session: Session,
    viewer: Viewer,
    now: datetime,
    after: str | None = None,
    limit: int = LIMIT,
    *,
    state: SilenceState | None = None,
) -> Slice[SilenceView]:
    """The silences, last made first."""
    statement = select(Silence, Brand.name).outerjoin(
        Brand, (Brand.workspace_id == Silence.workspace_id) & (Brand.id == Silence.brand_id)
    )
    statement = statement.where(Silence.workspace_id == viewer.workspace_id)
    if state == "running":
        statement = statement.where(runs_at(now))
    elif state == "coming":
        statement = statement.where(Silence.starts_at > now, Silence.ended_at.is_(None))
    elif state == "over":
        statement = statement.where(over_at() <= now)
    return page(session, statement, Order("silence", Silence.id), after, limit).map(
        lambda rows: _views(session, viewer, [(row[0], row[1]) for row in rows], now)
    )


@may("read")
def silence(session: Session, viewer: Viewer, silence_id: UUID, now: datetime) -> SilenceView:
    """One silence. Raises Problem 404."""
    row = session.get(Silence, (viewer.workspace_id, silence_id))
    if row is None:
        raise not_found("silence")
    brand = session.get(Brand, (viewer.workspace_id, row.brand_id)) if row.brand_id else None
    [view] = _views(session, viewer, [(row, brand.name if brand else None)], now)
    return view


def _views(
    session: Session, viewer: Viewer, rows: Sequence[tuple[Silence, str | None]], now: datetime
) -> list[SilenceView]:
    counts = session.execute(
        select(Withheld.silence_id, func.count(Withheld.incident_id.distinct()), func.sum(Withheld.messages))
        .where(Withheld.workspace_id == viewer.workspace_id, Withheld.silence_id.in_([row.id for row, _ in rows]))
        .group_by(Withheld.silence_id)
    )
    found = {silence_id: Suppressed(incidents, int(messages)) for silence_id, incidents, messages in counts}
    return [SilenceView(row, state_of(row, now), found.get(row.id, Suppressed()), brand) for row, brand in rows]


@may("read")
def paused_until(viewer: Viewer, now: datetime) -> Select[datetime | None]:
    """Selects until when no incident at all is told; null where they are."""
    return select(func.max(Silence.until)).where(
        Silence.workspace_id == viewer.workspace_id, runs_at(now), about_everything()
    )


@may("read")
def kept_quiet(session: Session, viewer: Viewer, silence_id: UUID) -> list[Kept]:
    """The incidents that a silence kept quiet, the last first."""
    counted = dict[UUID, int]()
    for incident_id, messages in session.execute(
        select(Withheld.incident_id, func.sum(Withheld.messages))
        .where(Withheld.workspace_id == viewer.workspace_id, Withheld.silence_id == silence_id)
        .group_by(Withheld.incident_id)
    ):
        counted[incident_id] = int(messages)
    newest = _incidents(viewer).where(IncidentRow.id.in_(counted)).order_by(*NEWEST).limit(MOST)
    return [Kept(row, brand.name, rule.name, counted[row.id]) for row, brand, rule in session.execute(newest)]


def _incidents(viewer: Viewer) -> Select[IncidentRow, Brand, AlertRule]:
    return (
        select(IncidentRow, Brand, AlertRule)
        .join(Brand, (Brand.workspace_id == IncidentRow.workspace_id) & (Brand.id == IncidentRow.brand_id))
        .join(AlertRule, (AlertRule.workspace_id == IncidentRow.workspace_id) & (AlertRule.id == IncidentRow.rule_id))
        .where(IncidentRow.workspace_id == viewer.workspace_id)
    )


@may("read")
def preview(
    session: Session,
    viewer: Viewer,
    brand_id: UUID | None,
    kind: str | None,
    q: str | None,
    days: int,
    now: datetime,
) -> Preview:
    """What a silence about these would have kept back of what was told in the last days.

    With a query, each incident is judged again as it was when it opened, by the mentions as they are known now.
    """
    statement = _incidents(viewer).where(IncidentRow.opened_at >= now - timedelta(days=days))
    statement = statement.where(IncidentRow.state != "pending")
    if brand_id:
        statement = statement.where(IncidentRow.brand_id == brand_id)
    if kind:
        statement = statement.where(IncidentRow.kind == kind)
    rows = session.execute(statement.order_by(*NEWEST).limit(MOST + 1)).all()
    quiet = [row for row in rows[:MOST] if not q or _rests_on(session, *row, q)]
    told = _messages(session, viewer, [row[0].id for row in quiet])
    kept = [Kept(row, brand.name, rule.name, told.get(row.id, 0)) for row, brand, rule in quiet]
    return Preview(Suppressed(len(kept), sum(told.values())), kept, len(rows) > MOST)


def _rests_on(session: Session, row: IncidentRow, brand: Brand, rule: AlertRule, q: str) -> bool:
    try:
        return fires_only_with(session, brand, rule, q, row.opened_at)
    except (KeyError, ValueError):  # a kind of rule, or params, of another version
        return False


def _messages(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(Delivery.incident_id, func.count().label("number"))
        .where(Delivery.workspace_id == viewer.workspace_id, Delivery.incident_id.in_(ids))
        .group_by(Delivery.incident_id)
    )
    return {row.incident_id: row.number for row in rows}
