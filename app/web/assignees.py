"""The list of members that a form offers to assign something to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.models import IncidentRow, Mention
from app.queries.members import members
from app.web.forms import SentForm
from app.web.page import Visit

KEPT = "="
"""The choice that leaves a name as it is that belongs to no member: somebody left, or typed it in an older version."""


def assignee_options(visit: Visit, session: Session, row: Mention | IncidentRow) -> list[tuple[str, str]]:
    """Nobody, the viewer, everybody else; and first a name that belongs to no member, if the row has one."""
    kept = [(KEPT, row.assignee)] if row.assignee and row.assignee_id is None else []
    return [*kept, *member_options(visit, session)]


def member_options(visit: Visit, session: Session) -> list[tuple[str, str]]:
    """Nobody, the viewer, everybody else."""
    everybody = sorted(members(session, visit.viewer), key=lambda one: one.id != visit.viewer.user_id)
    return [("", visit.say("Nobody")), *((str(one.id), one.shown) for one in everybody)]


def chosen_assignee(sent: SentForm) -> dict[str, str | None]:
    """What a form changes of the assignee: nothing where it kept a name, or has no such field."""
    chosen = sent.get("assignee", KEPT)
    return {} if chosen == KEPT else {"assignee": chosen or None}
