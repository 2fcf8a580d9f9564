"""Working through mentions: correcting a stance, answering, sorting out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions.assigning import Assignee, assignee
from app.actions.audit import record
from app.actions.fields import Changes, Name, Prose
from app.jobs import Jobs
from app.models import Match, Mention, Revision
from app.pipeline.judge.limits import SurenessOfModels, limits_for, sureness_of_models
from app.pipeline.judge.phrases import Occurrence
from app.pipeline.judge.stance import Facts, StanceRules, find_occurrences, stance_rules
from app.pipeline.keep.matches import mark_dirty
from app.problems import not_found
from app.viewer import Viewer, may
from sentiment.base import Score, Settled, Stance, StanceSource

Status = Literal["new", "in_progress", "answered", "closed", "irrelevant"]
BULK_MAX = 500


class MentionChanges(Changes):
    """What changes of a mention; a field left out stays.

    `stance` corrects the stance for `brand_id`, or for every brand matched; null undoes the correction. `assignee` is
    the id of a member.
    """

    stance: Settled | None = None
    brand_id: UUID | None = None
    status: Status = "new"
    assignee: UUID | None = None
    tags: Annotated[list[Name], Field(max_length=50)] = Field(default_factory=list)
    note: Prose | None = None


class BulkChanges(MentionChanges):
    """The same change for several mentions: all of them, or none when one does not exist."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=BULK_MAX)]


@may("write")
def change(
    session: Session, viewer: Viewer, mention_ids: Sequence[UUID], changes: MentionChanges, jobs: Jobs, now: datetime
) -> list[Mention]:
    """Changes mentions, stores a revision of each, and has the figures recounted. Raises Problem 404."""
    ids = sorted(set(mention_ids))
    rows = list(
        session.scalars(
            select(Mention)
            .where(Mention.workspace_id == viewer.workspace_id, Mention.id.in_(ids), Mention.deleted_at.is_(None))
            .order_by(Mention.id)
            .with_for_update()
        )
    )
    if len(rows) != len(ids):
        raise not_found("mention")
    values = changes.model_dump(exclude_unset=True, exclude={"ids", "brand_id", "stance"})
    judging = "stance" in changes.model_fields_set
    recount = "status" in values or judging
    if "assignee" in values:
        values["assignee"] = assignee(session, viewer, values["assignee"])
    rules = stance_rules(session, [viewer.workspace_id], locked=True) if judging else {}
    for row in rows:
        was = _set(row, values)
        if judging:
            was |= _correct(session, viewer, row, changes, rules[viewer.workspace_id], now)
        if was:
            row.version += 1
            row.updated_at = now
            session.add(
                Revision(workspace_id=viewer.workspace_id, mention_id=row.id, at=now, actor=viewer.actor, change=was)
            )
    session.flush()
    if recount:
        mark_dirty(session, viewer.workspace_id, ids)
        watch(session, viewer, jobs, _brands(session, viewer, ids))
    if fields := sorted(changes.model_fields_set - {"ids"}):
        record(session, viewer, "mention.update", ids[0] if len(ids) == 1 else f"{len(ids)} mentions", fields=fields)
    session.flush()
    return rows


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


def _set(row: Mention, values: dict[str, Any]) -> dict[str, Any]:
    """Writes what differs. Returns {field: [before, after]}."""
    was: dict[str, Any] = {}
    for name, value in values.items():
        if name == "tags":
            value = list(dict.fromkeys(value))
        before = getattr(row, name)
        if isinstance(value, Assignee):
            if value.take(row):
                was[name] = [before, value.name]
        elif before != value:
            was[name] = [before, value]
            setattr(row, name, value)
    return was


def _correct(
    session: Session, viewer: Viewer, row: Mention, changes: MentionChanges, rules: StanceRules, now: datetime
) -> dict[str, Any]:
    statement = select(Match).where(Match.workspace_id == viewer.workspace_id, Match.mention_id == row.id)
    if changes.brand_id is not None:
        statement = statement.where(Match.brand_id == changes.brand_id)
    matches = list(session.scalars(statement.with_for_update()))
    if not matches and changes.brand_id is not None:
        raise not_found("match")
    said = find_occurrences(session, {row.workspace_id: rules}, matches) if changes.stance is None else {}
    models = sureness_of_models(session) if changes.stance is None else {}
    was = {}
    for match in matches:
        before = match.stance
        if changes.stance is None:
            here = said.get((match.brand_id, row.id), ())
            match.stance, match.stance_source = stance_without_person(row, match, rules, here, models)
            match.corrected_by = match.corrected_at = None
        else:
            match.stance, match.stance_source = changes.stance, "person"
            match.corrected_by, match.corrected_at = viewer.actor, now
        was[f"stance:{match.brand_id}"] = [before, match.stance]
    return was


def stance_without_person(
    mention: Mention, match: Match, rules: StanceRules, said: Sequence[Occurrence], models: SurenessOfModels
) -> tuple[Stance | None, StanceSource | None]:
    """The stance that counts once a correction is undone: the rating's, else a phrase's, else the model's, else none
    yet; and which of them decided."""
    score = None
    if match.negative is not None and match.neutral is not None and match.positive is not None:
        score = Score(match.negative, match.neutral, match.positive)
    limits = limits_for(models, match.model, mention.language)
    return rules.decide(Facts(match.brand_id, mention.rating, mention.rating_scale, said, score, limits))
