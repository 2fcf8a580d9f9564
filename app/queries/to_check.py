"""The mentions of which the model is unsure, those first that are most worth a person's moment.

The worth of a mention is its doubt, times 1 for each power of ten of its reach from 10 on, times 1 for each doubling of
its copies: what settling it would tell the score, how many people read it, and how many mentions it settles at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, cast, func, select
from sqlalchemy.orm import Session

from app.models import Match, Mention, Story
from app.queries.brands import known_brands
from app.queries.mentions import MatchView, MentionView, views
from app.viewer import Viewer, may

LOOKED_AT = 2_000
"""The newest mentions to check that are ranked: a million of them would take seconds."""
SHOWN = 40
COUNTED = 1_000
"""Counting stops here: beyond, it makes no difference to anybody."""


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A mention to check for one brand. `doubt` is the variance of what it brings to the score, 0 to 1: the highest
    where it is as likely for as against; `copies` counts itself."""

    view: MentionView
    match: MatchView
    doubt: float
    copies: int
    worth: float


@may("read")
def to_check(session: Session, viewer: Viewer, brand_ids: tuple[UUID, ...] = (), limit: int = SHOWN) -> list[ToCheck]:
    """The mentions to check, the most useful first. Raises Problem 404 for a brand that is not the viewer's."""
    known_brands(session, viewer, brand_ids)
    rows = session.execute(_ranked(viewer, brand_ids, limit)).all()
    mentions = session.scalars(
        select(Mention).where(
            Mention.workspace_id == viewer.workspace_id, Mention.id.in_({row.mention_id for row in rows})
        )
    )
    shown = {view.mention.id: view for view in views(session, viewer, list(mentions))}
    return [
        ToCheck(shown[row.mention_id], found, row.doubt, row.copies, row.worth)
        for row in rows
        for found in shown[row.mention_id].matches
        if found.brand.id == row.brand_id
    ]


@may("read")
def count_to_check(session: Session, viewer: Viewer, brand_ids: tuple[UUID, ...] = ()) -> int:
    """How many stories are to check; counting stops at 1,000."""
    counted = _waiting(viewer, brand_ids).with_only_columns(Match.mention_id).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


def _waiting(viewer: Viewer, brand_ids: tuple[UUID, ...]) -> Select[*tuple[Any, ...]]:
    statement = (
        select(Match, Mention.story_id, Mention.reach, Mention.author_followers)
        .join(Mention, (Mention.workspace_id == Match.workspace_id) & (Mention.id == Match.mention_id))
        .where(Match.workspace_id == viewer.workspace_id, Match.stance == "unsure", Match.lead)
        .where(Mention.deleted_at.is_(None), Mention.status != "irrelevant")
    )
    return statement.where(Match.brand_id.in_(brand_ids)) if brand_ids else statement


def _ranked(viewer: Viewer, brand_ids: tuple[UUID, ...], limit: int) -> Select[*tuple[Any, ...]]:
    columns = (
        Match.brand_id, Match.mention_id, Match.published_at, Match.negative, Match.positive,
        Mention.story_id, func.coalesce(Mention.reach, Mention.author_followers, 0).label("reach"),
    )  # fmt: skip
    newest = (
        _waiting(viewer, brand_ids)
        .with_only_columns(*columns)
        .order_by(Match.published_at.desc(), Match.mention_id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    doubt = _doubt(newest.c.negative, newest.c.positive)
    copies = func.greatest(func.coalesce(Story.copies, 1), 1)
    worth = doubt * func.log(10.0 + newest.c.reach) * func.ln(1.0 + copies) / log(2)
    return (
        select(
            newest.c.brand_id,
            newest.c.mention_id,
            doubt.label("doubt"),
            copies.label("copies"),
            cast(worth, Float).label("worth"),
        )
        .outerjoin(Story, (Story.workspace_id == viewer.workspace_id) & (Story.id == newest.c.story_id))
        .order_by(worth.desc(), newest.c.published_at.desc(), newest.c.mention_id.desc())
        .limit(limit)
    )


def _doubt(negative: ColumnElement[Any], positive: ColumnElement[Any]) -> ColumnElement[Any]:
    """The variance of +1, 0 or −1 under the model's probabilities."""
    return negative + positive - (positive - negative) * (positive - negative)
