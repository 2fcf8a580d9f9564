"""Writes a change for a page of mentions: the rows, their stances, a line of history each, the hours to recount."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, null, select, text, update
from sqlalchemy.orm import Session

from app.live import tell_changed
from app.models import Json, Match, Mention, Revision, uuid7
from app.pipeline.judge.limits import sureness_of_models
from app.pipeline.judge.stance import find_occurrences, stance_rules
from app.pipeline.keep.matches import mark_dirty
from app.pipeline.triage.wish import STANCE, Wish, differing, stance_left, told, without_person

WRITE_STANCES = text(
    """
    UPDATE match SET stance = v.stance, stance_source = v.source, corrected_by = v.who, corrected_at = v.at
    FROM unnest(
        CAST(:brand AS uuid[]), CAST(:mention AS uuid[]), CAST(:stance AS text[]), CAST(:source AS text[]),
        CAST(:who AS text[]), CAST(:at AS timestamptz[])
    ) AS v(brand, mention, stance, source, who, at)
    WHERE match.workspace_id = :workspace AND match.brand_id = v.brand AND match.mention_id = v.mention
    """
)

NewStance = tuple[UUID, UUID, str | None, str | None, str | None, datetime | None]
"""The brand and the mention of a match, its stance, who or what decided it, which person did, and when."""


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, in which workspace, and when."""

    workspace_id: UUID
    actor: str
    at: datetime


def apply_page(session: Session, by: By, mention_ids: Collection[UUID], wish: Wish) -> dict[UUID, Json]:
    """Changes these mentions. Returns what each was before, of those for which it makes a difference.

    What was deleted is left out.
    """
    rows = lock_mentions(session, by.workspace_id, mention_ids)
    was = {row.id: differing(row, wish) for row in rows}
    stances = _judge(session, by, rows, wish, was) if wish.judges else {}
    changed = {key: fields for key, fields in was.items() if fields}
    if not changed:
        return {}
    _write(session, by, changed, wish)
    lines = {row.id: told(changed[row.id], wish, stances.get(row.id, {})) for row in rows if row.id in changed}
    add_lines(session, by, lines)
    if recounts(wish):
        mark_dirty(session, by.workspace_id, sorted(changed))
    tell_changed(session, by.workspace_id, changed)
    return changed


def recounts(wish: Wish) -> bool:
    """Whether such a change may alter what is counted."""
    return wish.judges or "status" in wish.values


def lock_mentions(session: Session, workspace_id: UUID, mention_ids: Collection[UUID]) -> Sequence[Any]:
    """The mentions that there are, locked, in one order for all."""
    columns = (
        Mention.id, Mention.status, Mention.assignee, Mention.assignee_id, Mention.tags, Mention.note,
        Mention.answered_at, Mention.rating, Mention.rating_scale, Mention.language,
    )  # fmt: skip
    here = (Mention.workspace_id == workspace_id, Mention.id.in_(mention_ids), Mention.deleted_at.is_(None))
    return session.execute(select(*columns).where(*here).order_by(Mention.id).with_for_update()).all()


def lock_matches(
    session: Session, workspace_id: UUID, mention_ids: Collection[UUID], brand_id: UUID | None
) -> Sequence[Any]:
    """The matches of these mentions, locked, in one order for all."""
    statement = select(
        Match.workspace_id, Match.brand_id, Match.mention_id, Match.stance, Match.stance_source, Match.corrected_by,
        Match.corrected_at, Match.negative, Match.neutral, Match.positive, Match.model,
    ).where(Match.workspace_id == workspace_id, Match.mention_id.in_(mention_ids))  # fmt: skip
    if brand_id is not None:
        statement = statement.where(Match.brand_id == brand_id)
    return session.execute(statement.order_by(Match.brand_id, Match.mention_id).with_for_update()).all()


def _judge(
    session: Session, by: By, rows: Sequence[Any], wish: Wish, was: Mapping[UUID, Json]
) -> dict[UUID, dict[str, str | None]]:
    """Writes the stances, and adds to `was` what they were. Returns them by mention and key."""
    rules = stance_rules(session, [by.workspace_id], locked=True)[by.workspace_id]
    matches = lock_matches(session, by.workspace_id, list(was), wish.brand_id)
    said = find_occurrences(session, {by.workspace_id: rules}, matches) if wish.stance is None else {}
    models = sureness_of_models(session) if wish.stance is None else {}
    mentions = {row.id: row for row in rows}
    after: dict[UUID, dict[str, str | None]] = {}
    written: list[NewStance] = []
    for match in matches:
        key = (match.brand_id, match.mention_id)
        if wish.stance is None:
            decided = without_person(match, mentions[match.mention_id], rules, said.get(key, ()), models)
            new: NewStance = (*key, *decided, None, None)
        else:
            new = (*key, wish.stance, "person", by.actor, by.at)
        if (match.stance, match.stance_source) != new[2:4]:
            was[match.mention_id][f"{STANCE}{match.brand_id}"] = stance_left(match)
            after.setdefault(match.mention_id, {})[f"{STANCE}{match.brand_id}"] = new[2]
            written.append(new)
    write_stances(session, by.workspace_id, written)
    return after


def write_stances(session: Session, workspace_id: UUID, rows: Sequence[NewStance]) -> None:
    """Gives these matches these stances."""
    if rows:
        names = ("brand", "mention", "stance", "source", "who", "at")
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        session.execute(WRITE_STANCES, {"workspace": workspace_id, **columns})


def _write(session: Session, by: By, changed: Mapping[UUID, Json], wish: Wish) -> None:
    values = dict(wish.values)
    if "status" in values:
        values["hidden"] = null()  # a person has said what it is
    if values.get("status") == "answered":
        values["answered_at"] = func.coalesce(Mention.answered_at, by.at)
    write_mentions(session, by, list(changed), values)


def write_mentions(session: Session, by: By, mention_ids: Sequence[UUID], values: Mapping[str, Any]) -> None:
    """Gives these mentions these values, and a version more."""
    session.execute(
        update(Mention)
        .where(Mention.workspace_id == by.workspace_id, Mention.id.in_(mention_ids))
        .values(**values, version=Mention.version + 1, updated_at=by.at)
        .execution_options(synchronize_session=False)
    )


def add_lines(session: Session, by: By, lines: Mapping[UUID, Json]) -> None:
    """Adds a line to the history of each of these mentions."""
    rows = [
        {"workspace_id": by.workspace_id, "id": uuid7(), "mention_id": key, "at": by.at, "actor": by.actor,
         "change": change}
        for key, change in lines.items()
        if change
    ]  # fmt: skip
    if rows:
        session.execute(insert(Revision), rows)
