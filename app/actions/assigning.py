"""To whom something is assigned: a member of the workspace, by their id, and the name that is stored beside it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.actions.fields import Fields
from app.models import IncidentRow, Member, Mention, User
from app.problems import FieldError, invalid
from app.viewer import Viewer, may


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
def assignee(session: Session, viewer: Viewer, member_id: UUID | None) -> Assignee:
    """The member of this id, who stays one until the end of the transaction. Raises Problem 422 for anybody else."""
    if member_id is None:
        return Assignee(None, None)
    membership = session.get(Member, (viewer.workspace_id, member_id), with_for_update={"read": True})
    if membership is None:
        raise invalid(FieldError("assignee", "This is no member of the workspace."))
    user = session.get_one(User, member_id)
    return Assignee(user.id, user.name or user.email)
