"""Puts a page of mentions back as they were before a change, but for what somebody else has changed since."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.live import tell_changed
from app.models import BulkChange, BulkItem, Json, Member, Revision
from app.pipeline.keep.matches import mark_dirty
from app.pipeline.triage.apply import (
    By,
    NewStance,
    add_lines,
    lock_matches,
    lock_mentions,
    recounts,
    write_mentions,
    write_stances,
)
from app.pipeline.triage.wish import HIDDEN, STANCE, Wish, restorable, stance_is_ours, wish_of


def undo_page(session: Session, change: BulkChange, items: Sequence[BulkItem], by: By) -> tuple[int, int]:
    """Puts these mentions back. Returns how many, and of how many something stays, as it was changed since."""
    wish = wish_of(change.changes)
    was = {item.mention_id: item.was for item in items if item.was}
    since = {item.mention_id: item.at for item in items if item.was and item.at}
    rows = {row.id: row for row in lock_mentions(session, by.workspace_id, list(was))}
    touched = _touched(session, change, since)
    back = {key: restorable(was[key], row, wish, touched[key]) for key, row in rows.items()}
    stances = _stances_back(session, by, wish, {key: was[key] for key in rows}, since, touched) if wish.judges else {}
    lines = _lines(rows, back, stances)
    _write(session, by, {key: back[key] for key in lines})
    add_lines(session, by, lines)
    if recounts(wish):
        mark_dirty(session, by.workspace_id, sorted(lines))
    tell_changed(session, by.workspace_id, lines)
    return len(lines), _kept(was, back, stances)


def _kept(was: Mapping[UUID, Json], back: Mapping[UUID, Json], stances: Mapping[UUID, Json]) -> int:
    """Of how many mentions not all that was changed is put back."""
    return sum(
        bool(fields.keys() - back.get(key, {}).keys() - stances.get(key, {}).keys()) for key, fields in was.items()
    )


def _touched(session: Session, change: BulkChange, since: Mapping[UUID, datetime]) -> dict[UUID, set[str]]:
    """The fields that people other than who made the change have changed since, by mention."""
    found: dict[UUID, set[str]] = defaultdict(set)
    if not since:
        return found
    later = select(Revision.mention_id, Revision.at, Revision.change).where(
        Revision.workspace_id == change.workspace_id,
        Revision.mention_id.in_(since),
        Revision.at >= min(since.values()),
        Revision.actor.not_in(("", change.actor)),
    )
    for mention_id, at, fields in session.execute(later):
        if at >= since[mention_id]:
            found[mention_id] |= fields.keys()
    return found


def _stances_back(
    session: Session,
    by: By,
    wish: Wish,
    was: Mapping[UUID, Json],
    since: Mapping[UUID, datetime],
    touched: Mapping[UUID, Collection[str]],
) -> dict[UUID, Json]:
    """Writes the stances from before. Returns [stance now, stance before] by mention and key."""
    written: list[NewStance] = []
    lines: dict[UUID, Json] = defaultdict(dict)
    for match in lock_matches(session, by.workspace_id, list(was), wish.brand_id):
        key, mention = f"{STANCE}{match.brand_id}", match.mention_id
        if key not in was[mention] or key in touched[mention] or not stance_is_ours(match, wish, since[mention]):
            continue
        stance, source, who, at = was[mention][key]
        written.append((match.brand_id, mention, stance, source, who, datetime.fromisoformat(at) if at else None))
        lines[mention][key] = [match.stance, stance]
    write_stances(session, by.workspace_id, written)
    return lines


def _lines(rows: Mapping[UUID, Any], back: Mapping[UUID, Json], stances: Mapping[UUID, Json]) -> dict[UUID, Json]:
    """The lines of the history of the mentions that are put back: {field: [now, before]}."""
    told = {
        key: {name: [getattr(row, name), value] for name, value in back[key].items() if name not in HIDDEN}
        | stances.get(key, {})
        for key, row in rows.items()
    }
    return {key: line for key, line in told.items() if line}


def _still_member(session: Session, by: By, member_id: UUID) -> UUID | None:
    """The member, who stays one until the end of the transaction; nobody where they have left."""
    row = session.get(Member, (by.workspace_id, member_id), with_for_update={"read": True})
    return row.user_id if row else None


def _write(session: Session, by: By, back: Mapping[UUID, Json]) -> None:
    """One statement for all mentions that get the same values back."""
    alike: dict[str, list[UUID]] = defaultdict(list)
    for key, values in back.items():
        alike[json.dumps(values, sort_keys=True)].append(key)
    for written, keys in sorted(alike.items()):
        values = json.loads(written)
        if values.get("assignee_id"):
            values["assignee_id"] = _still_member(session, by, UUID(values["assignee_id"]))
        write_mentions(session, by, keys, values)
