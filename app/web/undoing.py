"""What mentions were before somebody changed them, written into an address or a form so that it can be undone."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import mentions as actions
from app.actions.fields import validate
from app.jobs import Jobs
from app.models import Match, Mention
from app.problems import FieldError, invalid
from app.viewer import Viewer

LONGEST_WORD = 1_500
"""Characters of an undo that still fit in an address."""
FIELDS = ("status", "assignee", "tags", "note")


@dataclass(frozen=True, slots=True)
class Before:
    """One mention as it was: the fields to write back, by name; stances by brand, None where no person had said one."""

    mention_id: UUID
    fields: dict[str, Any]
    stances: dict[UUID, str | None]

    def changes(self) -> list[actions.MentionChanges]:
        """What to change so that it is as it was."""
        stances = [{"stance": stance, "brand_id": brand} for brand, stance in self.stances.items()]
        return [validate(actions.MentionChanges, values) for values in [self.fields, *stances] if values]


def write(befores: Sequence[Before]) -> str:
    """Mentions as they were, as one opaque word."""
    plain = [[b.mention_id.hex, b.fields, {brand.hex: said for brand, said in b.stances.items()}] for b in befores]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def read(word: str) -> list[Before]:
    """What write() wrote. Raises Problem 422 on anything else."""
    try:
        plain = json.loads(base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True))
        return [
            Before(
                UUID(hex=mention_id),
                {name: fields[name] for name in FIELDS if name in fields},
                {UUID(hex=brand): said for brand, said in stances.items()},
            )
            for mention_id, fields, stances in plain
        ]
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise invalid(FieldError("undo", "This can no longer be undone.")) from None


def before_of(
    session: Session, viewer: Viewer, ids: Sequence[UUID], changes: actions.MentionChanges
) -> tuple[Before, ...]:
    """What the changes would replace in each of these mentions."""
    wanted = [name for name in FIELDS if name in changes.model_fields_set]
    rows = session.scalars(
        select(Mention).where(Mention.workspace_id == viewer.workspace_id, Mention.id.in_(ids)).order_by(Mention.id)
    ).all()
    said: dict[UUID, dict[UUID, str | None]] = {row.id: {} for row in rows}
    if "stance" in changes.model_fields_set:
        here = select(Match).where(Match.workspace_id == viewer.workspace_id, Match.mention_id.in_(said))
        if changes.brand_id is not None:
            here = here.where(Match.brand_id == changes.brand_id)
        for match in session.scalars(here):
            said[match.mention_id][match.brand_id] = match.stance if match.stance_source == "person" else None
    return tuple(Before(row.id, {name: _held(row, name) for name in wanted}, said[row.id]) for row in rows)


def _held(row: Mention, name: str) -> Any:
    """What a mention holds in a field, as a form would send it."""
    if name == "assignee":
        return str(row.assignee_id) if row.assignee_id else None
    return getattr(row, name)


def put_back(session: Session, viewer: Viewer, word: str, jobs: Jobs, now: datetime) -> list[Mention]:
    """Makes mentions what they were. Returns them. Raises Problem 404, 422."""
    rows: dict[UUID, Mention] = {}
    for before in read(word):
        for changes in before.changes():
            for row in actions.change(session, viewer, [before.mention_id], changes, jobs, now):
                rows[row.id] = row
    return list(rows.values())
