"""Members and invitations, for administrators."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import invitation_mail, invitations, members
from app.api.deps import Admin, Id, Now, Paged, Reading, Served, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.queries.invitations import invitations as invitations_of
from app.queries.members import MemberView, member, members_page

router = APIRouter(prefix="/api/v1", tags=["administration"], route_class=Route)


class MemberOut(Out):
    """A person in the workspace."""

    id: UUID
    name: str
    email: str
    role: str = Field(description="owner, admin, manager (acts) or viewer (reads)")
    joined_at: datetime


class InvitationOut(Out):
    """An invitation that nobody has used yet."""

    id: UUID
    role: str
    email: str | None = Field(description="Only the account of this address may use it; null: whoever has the link.")
    invited_by: str
    created_at: datetime
    expires_at: datetime


class NewInvitationOut(InvitationOut):
    """A new invitation: `link` is shown only this once."""

    link: str
    mailed: bool = Field(description="Whether the link was sent to `email`; if not, pass it on.")


@router.get("/members")
def list_members(viewer: Admin, session: Reading, page: Paged) -> Page[MemberOut]:
    """Everybody in the workspace, who joined first first."""
    return page_of(members_page(session, viewer, page.after, page.limit), _out)


@router.patch("/members/{member_id}")
def change_member(member_id: Id, new: members.NewRole, viewer: Admin, session: Writing) -> MemberOut:
    """Gives a member another role, from their next request on. Only an owner makes an owner, or changes one."""
    row = members.change_role(session, viewer, ident(member_id, "member"), new.role)
    return _out(member(session, viewer, row.user_id))


@router.delete("/members/{member_id}", status_code=204)
def remove_member(member_id: Id, viewer: Admin, session: Writing) -> None:
    """Removes a member: they are logged out of the workspace, and the keys they made stop working."""
    members.remove(session, viewer, ident(member_id, "member"))


@router.get("/invitations")
def list_invitations(viewer: Admin, session: Reading, page: Paged, now: Now) -> Page[InvitationOut]:
    """The invitations that still work, newest first."""
    return page_of(invitations_of(session, viewer, now, page.after, page.limit), InvitationOut.model_validate)


@router.post("/invitations", status_code=201)
def create_invitation(new: invitations.NewInvitation, viewer: Admin, services: Served, now: Now) -> NewInvitationOut:
    """Makes an invitation, shows its link only this once, and sends it to `email` where a mail server is set up."""
    settings = services.settings
    with services.db.writing() as session:
        made = invitations.create(session, viewer, new, now)
        letter = invitation_mail.mail_of(session, viewer, made, settings.address)
        known = InvitationOut.model_validate(made.row).model_dump()
    mailed = invitation_mail.send(letter, services.wire, by_mail=settings.smtp_url is not None)
    return NewInvitationOut(**known, link=invitation_mail.link_of(settings.address, made), mailed=mailed)


@router.delete("/invitations/{invitation_id}", status_code=204)
def revoke_invitation(invitation_id: Id, viewer: Admin, session: Writing) -> None:
    """Revokes an invitation: its link no longer works."""
    invitations.revoke(session, viewer, ident(invitation_id, "invitation"))


def _out(view: MemberView) -> MemberOut:
    return MemberOut.model_validate(view)
