"""Who is let in by single sign-on: members by their verified address, and newcomers of the domains that the operator
names."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.auth.oidc import Identity
from app.models import Member, User, Workspace, uuid7
from app.problems import Problem
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Entrant:
    """An account that may come in, and the workspace that it enters. `joined`: it is new there."""

    user_id: UUID
    workspace_id: UUID
    password_hash: str
    joined: bool = False


def entrant(session: Session, identity: Identity, settings: Settings) -> Entrant:
    """The account of somebody whom the provider knows; made now where their domain is let in. Raises Problem 403."""
    known = _known(session, identity.email)
    if known is not None:
        return known
    domain = identity.email.rpartition("@")[2]
    if domain not in settings.oidc_domains or session.scalar(select(User.id).limit(1)) is None:
        raise _stranger(identity.email)
    workspace_id = session.scalar(select(Workspace.id).where(Workspace.slug == settings.oidc_workspace))
    if workspace_id is None:
        raise _stranger(identity.email)
    made = {"id": uuid7(), "email": identity.email, "name": identity.name, "password_hash": ""}
    session.execute(insert(User).values(made).on_conflict_do_nothing())
    user = session.scalars(select(User).where(User.email == identity.email)).one()
    member = {"workspace_id": workspace_id, "user_id": user.id, "role": settings.oidc_role}
    session.execute(insert(Member).values(member).on_conflict_do_nothing())
    return Entrant(user.id, workspace_id, user.password_hash, joined=True)


def _known(session: Session, email: str) -> Entrant | None:
    """The account of an address, in the workspace that it joined first."""
    row = session.execute(
        select(User.id, Member.workspace_id, User.password_hash)
        .join(Member, Member.user_id == User.id)
        .where(User.email == email)
        .order_by(Member.created_at, Member.workspace_id)
        .limit(1)
    ).one_or_none()
    return Entrant(*row) if row else None


def _stranger(email: str) -> Problem:
    return Problem(
        "sso-stranger", 403, "{email} has no account here: ask an administrator of your workspace.", email=email
    )
