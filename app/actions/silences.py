"""Silences: made, and ended before their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.rules import all_rules
from app.actions.audit import record
from app.actions.brands import check_brand
from app.actions.fields import Fields, QueryText, one_line
from app.models import Silence, uuid7
from app.pipeline.tell.silences import about_everything, runs_at
from app.problems import FieldError, Problem, invalid, not_found
from app.viewer import Viewer, may
from matching.query import QueryError, parse

SILENCES_MAX = 500
LONGEST = timedelta(days=366)
BACK = timedelta(minutes=5)
"""A silence may begin this long ago: whoever asks reads another clock than we do."""
PAUSE = timedelta(hours=1)

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(one_line)
]
WHICH = "It is about the incidents of this brand; of all brands where it is null."
KIND = "It is about rules of this kind; of all kinds where it is null."
QUERY = (
    "A query: it is about incidents that rest on the mentions that match it, those that would not be there without "
    "them. null: it is about incidents whatever they rest on."
)


class Matchers(Fields):
    """What a silence is about. Without any of them it is about every incident."""

    brand_id: UUID | None = Field(default=None, description=WHICH)
    kind: Annotated[str, Field(max_length=100, json_schema_extra={"enum": sorted(all_rules())})] | None = Field(
        default=None, description=KIND
    )
    q: QueryText | None = Field(default=None, description=QUERY)


class NewSilence(Matchers):
    """A silence from `starts_at` (now, where it is left out) to before `until`."""

    starts_at: AwareDatetime | None = None
    until: AwareDatetime
    reason: Reason


@may("write")
def create(session: Session, viewer: Viewer, new: NewSilence, now: datetime) -> Silence:
    """Adds a silence. Raises Problem 404 for its brand, 409 where there are too many, 422 for its fields."""
    check_matchers(session, viewer, new)
    start = check_time(new.starts_at, new.until, now)
    waiting = select(func.count()).where(
        Silence.workspace_id == viewer.workspace_id, Silence.until > now, Silence.ended_at.is_(None)
    )
    number = session.scalar(waiting) or 0
    if number >= SILENCES_MAX:
        raise Problem("too-many", 409, "There are {number} silences already.", number=number)
    row = Silence(
        workspace_id=viewer.workspace_id,
        id=uuid7(),
        brand_id=new.brand_id,
        kind=new.kind,
        q=(new.q or "").strip() or None,
        starts_at=start,
        until=new.until,
        reason=new.reason,
        author=viewer.actor,
    )
    session.add(row)
    record(session, viewer, "silence.create", row.id, reason=row.reason, until=row.until.isoformat())
    session.flush()
    return row


@may("write")
def pause(session: Session, viewer: Viewer, reason: str, now: datetime) -> Silence:
    """Keeps every incident quiet for an hour, which ends by itself."""
    return create(session, viewer, NewSilence(until=now + PAUSE, reason=reason), now)


@may("write")
def resume(session: Session, viewer: Viewer, now: datetime) -> int:
    """Ends the silences that keep every incident quiet at this moment. Returns how many there were."""
    rows = session.scalars(
        select(Silence)
        .where(Silence.workspace_id == viewer.workspace_id, runs_at(now), about_everything())
        .order_by(Silence.id)
        .with_for_update()
    ).all()
    for row in rows:
        _end(session, viewer, row, now)
    return len(rows)


@may("write")
def end(session: Session, viewer: Viewer, silence_id: UUID, now: datetime) -> None:
    """Ends a silence now; one that has not begun is removed. Raises Problem 404; 409 for one that is over."""
    row = session.get(Silence, (viewer.workspace_id, silence_id), with_for_update=True)
    if row is None:
        raise not_found("silence")
    if row.ended_at is not None or row.until <= now:
        raise Problem("over", 409, "This silence is over already.")
    if row.starts_at > now:
        record(session, viewer, "silence.delete", row.id, reason=row.reason)
        session.delete(row)
        session.flush()
    else:
        _end(session, viewer, row, now)


def _end(session: Session, viewer: Viewer, row: Silence, now: datetime) -> None:
    row.ended_at, row.ended_by = now, viewer.actor
    record(session, viewer, "silence.end", row.id, reason=row.reason)
    session.flush()


@may("write")
def check_matchers(session: Session, viewer: Viewer, wanted: Matchers) -> None:
    """Raises Problem 404 for a brand that is not the viewer's, 422 for a kind or a query that is none."""
    check_brand(session, viewer, wanted.brand_id)
    if wanted.kind is not None and wanted.kind not in all_rules():
        hint = f"One of: {', '.join(sorted(all_rules()))}."
        raise invalid(FieldError("kind", "There is no kind of rule «{kind}».", {"kind": wanted.kind}, hint=hint))
    if wanted.q and wanted.q.strip():
        try:
            parse(wanted.q)
        except QueryError as error:
            told = dict(error.notice.args)
            raise invalid(FieldError("q", error.notice.text, told, at=error.at, hint=error.hint)) from None


def check_time(starts_at: datetime | None, until: datetime, now: datetime) -> datetime:
    """When a silence begins. Raises Problem 422 for a time that is over, runs backwards, or lasts for years."""
    start = now if starts_at is None or now - BACK <= starts_at <= now else starts_at
    if start < now:
        raise invalid(FieldError("starts_at", "Choose a time that is to come."))
    if until <= now:
        raise invalid(FieldError("until", "Choose a time that is to come."))
    if until <= start:
        raise invalid(FieldError("until", "It ends before it begins."))
    if until - start > LONGEST:
        raise invalid(FieldError("until", "A silence lasts a year at most."))
    return start
