"""Members of a workspace: what each may do, and how they leave. An owner always stays."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields
from app.models import LoginSession, Member, User
from app.problems import Problem, not_found
from app.viewer import Role, Viewer, may, no_account


class NewRole(Fields):
    """What a member may do from now on."""

    role: Role


@may("admin")
def change_role(session: Session, viewer: Viewer, member_id: UUID, role: Role) -> Member:
    """Gives a member another role, from their next request on.

    Raises Problem 404; 403 where only an owner may; 409 for the last owner.
    """
    row = _lock(session, viewer, member_id)
    if row.role == role:
        return row
    if "owner" in (row.role, role):
        owners_only(viewer)
    if row.role == "owner":
        _not_the_last(session, viewer)
    before, row.role = row.role, role
    record(session, viewer, "member.role", member_id, email=_email(session, member_id), before=before, after=role)
    session.flush()
    return row


@may("admin")
def remove(session: Session, viewer: Viewer, member_id: UUID) -> None:
    """Ends somebody's membership, their sessions in this workspace, and the keys they made.

    Raises Problem 404; 403 where only an owner may; 409 for the last owner.
    """
    row = _lock(session, viewer, member_id)
    if row.role == "owner" and member_id != viewer.user_id:
        owners_only(viewer)
    _end(session, viewer, row, "member.remove")


@may("own")
def leave(session: Session, viewer: Viewer) -> None:
    """Ends the viewer's own membership. Raises Problem 409 for the last owner."""
    if viewer.user_id is None:
        raise no_account()
    _end(session, viewer, _lock(session, viewer, viewer.user_id), "member.leave")


def _end(session: Session, viewer: Viewer, row: Member, action: str) -> None:
    if row.role == "owner":
        _not_the_last(session, viewer)
    record(session, viewer, action, row.user_id, email=_email(session, row.user_id))
    session.delete(row)
    session.flush()
    _log_out(session, viewer, row.user_id)


def _log_out(session: Session, viewer: Viewer, user_id: UUID) -> None:
    """Their browsers show another workspace of theirs from now on, or are logged out where there is none."""
    left = select(Member.workspace_id).where(Member.user_id == user_id)
    other = session.scalar(left.order_by(Member.created_at, Member.workspace_id).limit(1))
    here = (LoginSession.workspace_id == viewer.workspace_id) & (LoginSession.user_id == user_id)
    moved = update(LoginSession).where(here).values(workspace_id=other)
    session.execute(moved if other else delete(LoginSession).where(here))


def _lock(session: Session, viewer: Viewer, member_id: UUID) -> Member:
    """Locks the owners, in one order, so that two of them who leave at once see each other; then the member."""
    session.scalars(
        select(Member)
        .where(Member.workspace_id == viewer.workspace_id, Member.role == "owner")
        .order_by(Member.user_id)
        .with_for_update()
    ).all()
    row = session.get(Member, (viewer.workspace_id, member_id), with_for_update=True, populate_existing=True)
    if row is None:
        raise not_found("member")
    return row


@may("admin")
def owners_only(viewer: Viewer) -> None:
    """Raises Problem 403 for anybody but an owner."""
    if not viewer.owns:
        raise Problem("owners-only", 403, "Only an owner may do this. Ask an owner of this workspace.")


def _not_the_last(session: Session, viewer: Viewer) -> None:
    owners = select(Member.user_id).where(Member.workspace_id == viewer.workspace_id, Member.role == "owner").limit(2)
    if len(session.scalars(owners).all()) < 2:
        raise Problem("last-owner", 409, "A workspace needs an owner: make somebody else an owner first.")


def _email(session: Session, member_id: UUID) -> str:
    return session.get_one(User, member_id).email
