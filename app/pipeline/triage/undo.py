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

from app.models import BulkChange, BulkItem, Json, Revision
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
from app.pipeline.triage.changed import tell_changed
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
    lines = {key: _line(rows[key], back[key], stances.get(key, {})) for key in rows}
    lines = {key: line for key, line in lines.items() if line}
    _write(session, by, {key: back[key] for key in lines})
    add_lines(session, by, lines)
    if recounts(wish):
        mark_dirty(session, by.workspace_id, sorted(lines))
    tell_changed(session, by.workspace_id, lines)
    kept = sum(not _whole(was[key], back.get(key, {}), stances.get(key, {})) for key in was)
    return len(lines), kept


def _whole(was: Json, back: Json, stances: Mapping[str, Any]) -> bool:
    """Whether all that was changed is put back."""
    return all(name in back or name in stances for name in was)


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
) -> dict[UUID, dict[str, list[str | None]]]:
    """Writes the stances from before. Returns [stance now, stance before] by mention and key."""
    written: list[NewStance] = []
    lines: dict[UUID, dict[str, list[str | None]]] = defaultdict(dict)
    for match in lock_matches(session, by.workspace_id, list(was), wish.brand_id):
        key, mention = f"{STANCE}{match.brand_id}", match.mention_id
        if key not in was[mention] or key in touched[mention] or not stance_is_ours(match, wish, since[mention]):
            continue
        stance, source, who, at = was[mention][key]
        written.append((match.brand_id, mention, stance, source, who, datetime.fromisoformat(at) if at else None))
        lines[mention][key] = [match.stance, stance]
    write_stances(session, by.workspace_id, written)
    return lines


def _line(row: Any, back: Json, stances: Mapping[str, list[str | None]]) -> Json:
    """The line of the history: {field: [now, before]}."""
    return {name: [getattr(row, name), value] for name, value in back.items() if name not in HIDDEN} | dict(stances)


def _write(session: Session, by: By, back: Mapping[UUID, Json]) -> None:
    """One statement for all mentions that get the same values back."""
    alike: dict[str, list[UUID]] = defaultdict(list)
    for key, values in back.items():
        alike[json.dumps(values, sort_keys=True)].append(key)
    for written, keys in sorted(alike.items()):
        values = json.loads(written)
        if values.get("assignee_id"):
            values["assignee_id"] = UUID(values["assignee_id"])
        write_mentions(session, by, keys, values)
