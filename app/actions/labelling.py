"""Labelling the audit sample. Labels measure the model: they neither correct a stance nor count in the score."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields
from app.models import AuditMatch
from app.pipeline.judge.audit_sample import OPEN_MAX, WEEKLY, draw, lock_drawing, top_up
from app.problems import not_found
from app.viewer import Viewer, may

Label = Literal["negative", "neutral", "positive", "skip"]


class Labelled(Fields):
    """How somebody labelled a text; `skip` when it is impossible to tell."""

    label: Label


@may("write")
def draw_more(session: Session, viewer: Viewer, now: datetime, seed: int) -> int:
    """Draws this week's sample, or 20 more when it is drawn already; at most 200 may wait. Returns how many were
    drawn."""
    drawn = top_up(session, viewer.workspace_id, now, seed)
    if not drawn:
        lock_drawing(session, viewer.workspace_id)
        here = AuditMatch.workspace_id == viewer.workspace_id
        waiting = session.scalar(select(func.count()).where(here, AuditMatch.label.is_(None))) or 0
        drawn = draw(session, viewer.workspace_id, min(WEEKLY, OPEN_MAX - waiting), now, seed)
    if drawn:
        record(session, viewer, "audit_sample.draw", "", drawn=drawn)
    session.flush()
    return drawn


@may("write")
def label(session: Session, viewer: Viewer, item_id: UUID, labelled: Labelled, now: datetime) -> AuditMatch:
    """Stores a label, which replaces an earlier one. Raises Problem 404."""
    row = _lock(session, viewer, item_id)
    row.label, row.labelled_by, row.labelled_at = labelled.label, viewer.actor, now
    record(session, viewer, "audit_sample.label", item_id)
    session.flush()
    return row


@may("write")
def unlabel(session: Session, viewer: Viewer, item_id: UUID) -> None:
    """Removes a label: the mention waits for one again. Raises Problem 404."""
    row = _lock(session, viewer, item_id)
    row.label = row.labelled_by = row.labelled_at = None
    record(session, viewer, "audit_sample.unlabel", item_id)
    session.flush()


def _lock(session: Session, viewer: Viewer, item_id: UUID) -> AuditMatch:
    row = session.get(AuditMatch, (viewer.workspace_id, item_id), with_for_update=True)
    if row is None:
        raise not_found("mention")
    return row
