"""To whom something is assigned: a member of the workspace, by their id, and the name that is stored beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from app.actions.fields import Fields
from app.models import IncidentRow, Member, Mention, User
from app.pipeline.tell.letters import write_letters
from app.problems import FieldError, invalid
from app.viewer import Viewer, may

Target = Literal["mention", "incident"]
LETTERS_AT_ONCE = 3


class Assignment(Fields):
    """Who takes care of it: the id of a member; null for nobody."""

    assignee: UUID | None


@dataclass(frozen=True, slots=True)
class Assignee:
    """A member and their name; nobody where both are None."""

    id: UUID | None
    name: str | None

    def take(self, row: Mention | IncidentRow) -> bool:
        """Writes it into the row. Returns whether that changes anything."""
        changed = (row.assignee_id, row.assignee) != (self.id, self.name)
        row.assignee_id, row.assignee = self.id, self.name
        return changed


@may("write")
def tell_assignee(
    session: Session, viewer: Viewer, member_id: UUID, target: Target, target_ids: Sequence[UUID]
) -> None:
    """Has a member told by mail of what is theirs now, if they want to be; not who takes it themselves.

    Of many at once, the first few are enough.
    """
    here, only, mine = viewer.workspace_id, [member_id], viewer.user_id
    for target_id in target_ids[:LETTERS_AT_ONCE]:
        write_letters(session, here, "assigned", target, target_id, actor=viewer.actor, only=only, but=mine)


@may("write")
def assignee(session: Session, viewer: Viewer, member_id: UUID | None) -> Assignee:
    """The member of this id, who stays one until the end of the transaction. Raises Problem 422 for anybody else."""
    if member_id is None:
        return Assignee(None, None)
    membership = session.get(Member, (viewer.workspace_id, member_id), with_for_update={"read": True})
    if membership is None:
        raise invalid(FieldError("assignee", "This is no member of the workspace."))
    user = session.get_one(User, member_id)
    return Assignee(user.id, user.name or user.email)
