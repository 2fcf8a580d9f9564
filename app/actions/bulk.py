"""The same change for one mention or many, and its undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, insert, literal, select
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.mentions import MentionChanges, changed_fields, check_all, wish_to
from app.actions.telling import tell_of_mentions
from app.crypto import digest, token
from app.jobs import Jobs
from app.models import BulkChange, BulkItem, uuid7
from app.pipeline.triage.run import UNDO_FOR, finish
from app.problems import FieldError, Problem, invalid, not_found
from app.viewer import Viewer, may

AT_ONCE = 2_000
"""So many mentions are changed in the request; of more, all are changed in the background."""
TASK = "bulk"


@dataclass(frozen=True, slots=True)
class Started:
    """A change, and the token that undoes it."""

    change: BulkChange
    token: str


@may("write")
def change_these(
    session: Session, viewer: Viewer, ids: Sequence[UUID], changes: MentionChanges, jobs: Jobs, now: datetime
) -> Started:
    """Changes these mentions: all of them, or none when one does not exist. Raises Problem 404, 422."""
    unique = sorted(set(ids))
    check_all(session, viewer, unique, changes)
    row, secret = _begin(session, viewer, changes, now)
    items = [{"workspace_id": viewer.workspace_id, "change_id": row.id, "mention_id": key} for key in unique]
    session.execute(insert(BulkItem), items)
    _carry_out(session, viewer, row, changes, jobs, now, AT_ONCE)
    return Started(row, secret)


@may("write")
def change_all(
    session: Session,
    viewer: Viewer,
    wanted: Select[UUID],
    changes: MentionChanges,
    jobs: Jobs,
    now: datetime,
    at_once: int = AT_ONCE,
) -> Started:
    """Changes the mentions whose ids this selects, those of the viewer's workspace as they are now. Raises Problem
    422."""
    row, secret = _begin(session, viewer, changes, now)
    ids = wanted.subquery()
    here = select(literal(viewer.workspace_id), literal(row.id), ids.c[0]).distinct()
    session.execute(insert(BulkItem).from_select(["workspace_id", "change_id", "mention_id"], here))
    _carry_out(session, viewer, row, changes, jobs, now, at_once)
    return Started(row, secret)


def _begin(session: Session, viewer: Viewer, changes: MentionChanges, now: datetime) -> tuple[BulkChange, str]:
    if not set(changed_fields(changes)) - {"brand_id"}:
        raise invalid(FieldError("body", "Say what is to change: stance, status, assignee, tags or note."))
    secret = token()
    row = BulkChange(
        workspace_id=viewer.workspace_id,
        id=uuid7(),
        actor=viewer.actor,
        asked_at=now,
        changes=wish_to(session, viewer, changes).to_json(),
        state="applying",
        total=0,
        done=0,
        restored=0,
        kept=0,
        token_hash=digest(secret),
        undo_until=now + UNDO_FOR,
    )
    session.add(row)
    session.flush()
    return row, secret


def _carry_out(
    session: Session,
    viewer: Viewer,
    row: BulkChange,
    changes: MentionChanges,
    jobs: Jobs,
    now: datetime,
    at_once: int,
) -> None:
    counted = select(func.count()).where(BulkItem.workspace_id == row.workspace_id, BulkItem.change_id == row.id)
    row.total = session.scalar(counted) or 0
    if changes.assignee or changes.note:
        tell_of_mentions(session, viewer, _ids_of(session, row), changes.assignee, changes.note)
    _work(session, row, jobs, now, at_once)
    record(session, viewer, "mention.update", _target(session, row), fields=changed_fields(changes))
    session.flush()


def _ids_of(session: Session, row: BulkChange) -> Sequence[UUID]:
    """The mentions of the change, as many as are changed in the request."""
    here = (BulkItem.workspace_id == row.workspace_id, BulkItem.change_id == row.id)
    return session.scalars(select(BulkItem.mention_id).where(*here).order_by(BulkItem.mention_id).limit(AT_ONCE)).all()


def _work(session: Session, row: BulkChange, jobs: Jobs, now: datetime, at_once: int) -> None:
    """Goes on now, or leaves it to a worker where it would take long."""
    if row.total <= at_once:
        finish(session, row, jobs, now)
    else:
        jobs.defer(session, TASK, workspace_id=str(row.workspace_id))


def _target(session: Session, row: BulkChange) -> str:
    if row.total != 1:
        return f"{row.total} mentions"
    here = (BulkItem.workspace_id == row.workspace_id, BulkItem.change_id == row.id)
    return str(session.scalar(select(BulkItem.mention_id).where(*here)))


@may("read")
def progress(session: Session, viewer: Viewer, change_id: UUID) -> BulkChange:
    """How far a change has come. Raises Problem 404."""
    row = session.get(BulkChange, (viewer.workspace_id, change_id))
    if row is None:
        raise not_found("change")
    return row


@may("write")
def undo(
    session: Session, viewer: Viewer, secret: str, jobs: Jobs, now: datetime, at_once: int = AT_ONCE
) -> BulkChange:
    """Puts back what the change of this token altered, but for what somebody else has changed since.

    A second call changes nothing. Raises Problem 404; 409 when it is too late.
    """
    row = session.scalars(
        select(BulkChange)
        .where(BulkChange.workspace_id == viewer.workspace_id, BulkChange.token_hash == digest(secret))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise not_found("undo")
    if row.state in ("undoing", "undone"):
        return row
    if row.state == "done" and now > row.undo_until:
        raise Problem("too-late", 409, "It is too late to undo this: that is possible for a minute.")
    row.state, row.position, row.undone_by = "undoing", None, viewer.actor
    _work(session, row, jobs, now, at_once)
    record(session, viewer, "mention.undo", _target(session, row), fields=sorted(row.changes))
    session.flush()
    return row
