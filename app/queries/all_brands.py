"""All brands at a glance: score, change, open incidents, detractors without an answer, and sources that see nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from app.models import Brand, IncidentRow, Match, Member, Mention, Source, Workspace
from app.queries.bucket_sums import Slant, next_whole_hour
from app.queries.periods import Period
from app.queries.reputation import Standing, standings
from app.viewer import ROLE_SCOPES, Viewer, may

DAYS = 30
LOOKED_AT = 500
"""The newest detractors of each brand that are looked at: what is beyond is said as «500+»."""
BLIND = ("failing", "changed", "budget", "refused", "gone")


@dataclass(frozen=True, slots=True)
class BrandLine:
    """One brand over the last 30 days. `unanswered` counts stories of detractors that nobody has handled; `more` than
    that where not all were looked at. `blind` counts the sources that should tell of the brand and cannot be read."""

    standing: Standing
    incidents: int
    unanswered: int
    more: bool
    blind: int

    @property
    def change(self) -> float | None:
        """In points; None where it cannot be told."""
        now, past = self.standing.point.reputation, self.standing.previous.reputation
        if not (now.told and past.told) or now.score is None or past.score is None:
            return None
        return now.score - past.score


@may("read")
def homes(session: Session, viewer: Viewer) -> list[tuple[Workspace, Viewer]]:
    """The workspaces of the person who asks, the present one first; of a key its own alone."""
    here = session.get_one(Workspace, viewer.workspace_id)
    others = session.execute(
        select(Workspace, Member.role)
        .join(Member, Member.workspace_id == Workspace.id)
        .where(Member.user_id == viewer.user_id, Workspace.id != viewer.workspace_id)
        .order_by(Workspace.name, Workspace.id)
    )
    there = [
        (row, replace(viewer, workspace_id=row.id, scopes=ROLE_SCOPES.get(role, frozenset()))) for row, role in others
    ]
    return [(here, viewer), *((row, each) for row, each in there if "read" in each.scopes)]


def last_days(now: datetime) -> Period:
    """The period that is looked at."""
    return Period(now - timedelta(days=DAYS), now, "week")


@may("read")
def all_brands(session: Session, viewer: Viewer, now: datetime) -> list[BrandLine]:
    """Every brand of the workspace, own ones first, then by age."""
    rows = session.scalars(
        select(Brand).where(Brand.workspace_id == viewer.workspace_id).order_by(Brand.kind == "competitor", Brand.id)
    ).all()
    period = last_days(now)
    firing, blind = _firing(session, viewer), _blind(session, viewer)
    waiting = _unanswered(session, viewer, period)
    return [
        BrandLine(
            each,
            firing.get(each.brand.id, 0),
            waiting.get(each.brand.id, (0, 0))[0],
            waiting.get(each.brand.id, (0, 0))[1] >= LOOKED_AT,
            blind.get(each.brand.id, 0) + blind.get(None, 0),
        )
        for each in standings(session, viewer, rows, period, Slant())
    ]


def _firing(session: Session, viewer: Viewer) -> Mapping[UUID, int]:
    rows = session.execute(
        select(IncidentRow.brand_id, func.count())
        .where(IncidentRow.workspace_id == viewer.workspace_id, IncidentRow.state.in_(("firing", "recovering")))
        .group_by(IncidentRow.brand_id)
    )
    return {brand_id: number for brand_id, number in rows}  # noqa: C416 - typed pairs


def _blind(session: Session, viewer: Viewer) -> Mapping[UUID | None, int]:
    """By the brand that a source is tied to; None for those that may tell of any."""
    rows = session.execute(
        select(Source.brand_id, func.count())
        .where(Source.workspace_id == viewer.workspace_id, Source.enabled, Source.state.in_(BLIND))
        .group_by(Source.brand_id)
    )
    return {brand_id: number for brand_id, number in rows}  # noqa: C416


def _unanswered(session: Session, viewer: Viewer, period: Period) -> Mapping[UUID, tuple[int, int]]:
    """By brand: how many detractors nobody has handled, among how many that were looked at."""
    newest = (
        select(Match.mention_id)
        .where(Match.workspace_id == Brand.workspace_id, Match.brand_id == Brand.id, Match.stance == "detractor")
        .where(Match.published_at >= period.since.replace(minute=0, second=0, microsecond=0))
        .where(Match.published_at < next_whole_hour(period.until), Match.lead)
        .order_by(Match.published_at.desc(), Match.mention_id.desc())
        .limit(LOOKED_AT)
        .lateral("newest")
    )
    new = (Mention.status == "new") & Mention.deleted_at.is_(None) & ~Mention.published_guessed
    rows = session.execute(
        select(Brand.id, func.count().filter(new), func.count())
        .select_from(Brand)
        .join(newest, true())
        .join(Mention, (Mention.workspace_id == Brand.workspace_id) & (Mention.id == newest.c.mention_id))
        .where(Brand.workspace_id == viewer.workspace_id)
        .group_by(Brand.id)
    )
    return {brand_id: (number, looked_at) for brand_id, number, looked_at in rows}
