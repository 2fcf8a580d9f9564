"""Working through mentions: correcting a stance, answering, sorting out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.actions.assigning import assignee
from app.actions.audit import record
from app.actions.fields import Changes, Name, Prose
from app.actions.telling import tell_of_mentions
from app.jobs import Jobs
from app.models import Match, Mention
from app.pipeline.triage.apply import By, apply_page, recounts
from app.pipeline.triage.wish import Wish
from app.problems import not_found
from app.viewer import Viewer, may
from sentiment.base import Settled

Status = Literal["new", "in_progress", "answered", "closed", "irrelevant"]


class MentionChanges(Changes):
    """What changes of a mention; a field left out stays.

    `stance` corrects the stance for `brand_id`, or for every brand matched; null undoes the correction. `assignee` is
    the id of a member; null is nobody.
    """

    stance: Settled | None = None
    brand_id: UUID | None = None
    status: Status = "new"
    assignee: UUID | None = None
    tags: Annotated[list[Name], Field(max_length=50)] = Field(default_factory=list)
    note: Prose | None = None


@may("write")
def change(
    session: Session, viewer: Viewer, mention_ids: Sequence[UUID], changes: MentionChanges, jobs: Jobs, now: datetime
) -> list[Mention]:
    """Changes mentions, stores a line of history of each, and has the figures recounted. Raises Problem 404, 422."""
    ids = sorted(set(mention_ids))
    check_all(session, viewer, ids, changes)
    wish = wish_to(session, viewer, changes)
    tell_of_mentions(session, viewer, ids, changes.assignee, changes.note)
    apply_page(session, By(viewer.workspace_id, viewer.actor, now), ids, wish)
    if recounts(wish):
        watch(session, viewer, jobs, _brands(session, viewer, ids))
    if fields := changed_fields(changes):
        record(session, viewer, "mention.update", ids[0] if len(ids) == 1 else f"{len(ids)} mentions", fields=fields)
    session.flush()
    session.expire_all()
    return rows_of(session, viewer, ids)


@may("read")
def rows_of(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> list[Mention]:
    """These mentions as they are now, by id."""
    statement = select(Mention).where(Mention.workspace_id == viewer.workspace_id, Mention.id.in_(ids))
    return list(session.scalars(statement.order_by(Mention.id).execution_options(populate_existing=True)))


@may("write")
def check_all(session: Session, viewer: Viewer, ids: Sequence[UUID], changes: MentionChanges) -> None:
    """Raises Problem 404 unless each of these mentions exists, and matches the brand whose stance is to change."""
    here = (Mention.workspace_id == viewer.workspace_id, Mention.id.in_(ids), Mention.deleted_at.is_(None))
    if session.scalar(select(func.count()).select_from(Mention).where(*here)) != len(ids):
        raise not_found("mention")
    if "stance" in changes.model_fields_set and changes.brand_id is not None:
        about = (Match.workspace_id == viewer.workspace_id, Match.brand_id == changes.brand_id)
        matching = select(func.count()).select_from(Match).where(*about, Match.mention_id.in_(ids))
        if session.scalar(matching) != len(ids):
            raise not_found("match")


@may("write")
def wish_to(session: Session, viewer: Viewer, changes: MentionChanges) -> Wish:
    """What is to change, as the rows of mentions hold it. Raises Problem 422 for an assignee that is no member."""
    values = changes.model_dump(exclude_unset=True, include={"status", "assignee", "tags", "note"})
    if "tags" in values:
        values["tags"] = list(dict.fromkeys(values["tags"]))
    if "assignee" in values:
        chosen = assignee(session, viewer, values["assignee"])
        values |= {"assignee": chosen.name, "assignee_id": chosen.id}
    judges = "stance" in changes.model_fields_set
    return Wish(values, judges, changes.stance if judges else None, changes.brand_id if judges else None)


def changed_fields(changes: MentionChanges) -> list[str]:
    """The fields that somebody wants to change, for the audit log."""
    return sorted(changes.model_fields_set & MentionChanges.model_fields.keys())


@may("write")
def lock(session: Session, viewer: Viewer, mention_id: UUID) -> Mention:
    """Locks the mention until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(Mention, (viewer.workspace_id, mention_id), with_for_update=True)
    if row is None or row.deleted_at is not None:
        raise not_found("mention")
    return row


@may("write")
def watch(session: Session, viewer: Viewer, jobs: Jobs, brand_ids: Iterable[UUID]) -> None:
    """Wakes the job that counts these brands again and checks their rules."""
    jobs.defer_all(
        session,
        [("watch", {"workspace_id": str(viewer.workspace_id), "brand_id": str(brand)}) for brand in set(brand_ids)],
    )


def _brands(session: Session, viewer: Viewer, mention_ids: Sequence[UUID]) -> Sequence[UUID]:
    matched = select(Match.brand_id).where(Match.workspace_id == viewer.workspace_id, Match.mention_id.in_(mention_ids))
    return session.scalars(matched.distinct()).all()
