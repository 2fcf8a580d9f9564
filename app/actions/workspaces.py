"""Workspaces: a new one for a client or a team, its name, and which one a browser shows."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields, Name
from app.auth.behind import person_behind
from app.models import LoginSession, Member, Workspace, uuid7
from app.problems import FieldError, Problem, not_found
from app.viewer import Viewer, may
from ground.accents import without_accents

SLUG = 40


class NewWorkspace(Fields):
    """A workspace. Without a `slug`, the short name is made from the name."""

    name: Name
    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")] | None = None


class NewName(Fields):
    """What a workspace is called."""

    name: Name


@may("admin")
def create(session: Session, viewer: Viewer, new: NewWorkspace) -> Workspace:
    """Makes a workspace, owned by the person behind the viewer. Raises Problem 409 when its short name is taken."""
    slug = new.slug or _free(session, slug_of(new.name))
    if session.scalar(select(Workspace.id).where(Workspace.slug == slug)):
        taken = FieldError("slug", "Choose another short name.")
        raise Problem("name-taken", 409, "This short name is already taken.", errors=[taken])
    row = Workspace(id=uuid7(), slug=slug, name=new.name)
    session.add(row)
    session.flush()
    owner = person_behind(session, viewer)
    if owner is not None:
        session.add(Member(workspace_id=row.id, user_id=owner, role="owner"))
    record(session, viewer, "workspace.create", row.id, name=row.name)
    session.flush()
    session.refresh(row)
    return row


@may("admin")
def rename(session: Session, viewer: Viewer, new: NewName) -> Workspace:
    """Gives the viewer's workspace another name; its short name stays."""
    row = session.get_one(Workspace, viewer.workspace_id, with_for_update=True)
    if row.name != new.name:
        record(session, viewer, "workspace.rename", row.id, before=row.name, after=new.name)
        row.name = new.name
    session.flush()
    return row


@may("own")
def switch(session: Session, viewer: Viewer, token_hash: bytes, workspace_id: UUID) -> None:
    """Shows another workspace in the browser of this session. Raises Problem 404 for one that is not the viewer's."""
    if viewer.user_id is None or session.get(Member, (workspace_id, viewer.user_id)) is None:
        raise not_found("workspace")
    mine = (LoginSession.token_hash == token_hash) & (LoginSession.user_id == viewer.user_id)
    session.execute(update(LoginSession).where(mine).values(workspace_id=workspace_id))


def slug_of(name: str) -> str:
    """The short name of a name: small letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", without_accents(name.casefold())).strip("-")
    return plain[:SLUG].strip("-") or "workspace"


def _free(session: Session, slug: str) -> str:
    """The short name, with a number after it when it is taken."""
    taken = set(session.scalars(select(Workspace.slug).where(Workspace.slug.startswith(slug, autoescape=True))))
    number = 1
    while (wished := slug if number == 1 else f"{slug[: SLUG - 5]}-{number}") in taken:
        number += 1
    return wished
