"""The members of a workspace and the invitations to it; and the page that says who can, to those who cannot."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from app.actions import invitation_mail, invitations, members
from app.actions.fields import validate
from app.problems import Problem
from app.queries.invitations import invitations as invitations_of
from app.queries.members import administrators
from app.queries.members import members as members_of
from app.viewer import Role
from app.web.form_page import Values, attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, administrator, member, redirect

router = APIRouter(prefix="/settings/members")

HOME = "/settings/members"
EMPTY: Values = {"role": "manager", "email": "", "days": str(invitations.DAYS)}
LASTS = ("1", "3", "7", "30")
"""Days for which an invitation may work."""


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    return members_page(visit)


def members_page(
    visit: Visit, problem: Problem | None = None, values: Values | None = None, link: str = "", sent_to: str = ""
) -> HTMLResponse:
    """Everybody sees who is here; administrators also the invitations. `link` is a new one, shown this once."""
    may_manage = "admin" in visit.viewer.scopes
    with visit.services.db.reading() as session:
        after = visit.request.query_params.get("after")
        return visit.page(
            session,
            "members.html",
            status=problem.status if problem else 200,
            people=members_of(session, visit.viewer),
            able=administrators(session, visit.viewer),
            invited=invitations_of(session, visit.viewer, visit.now, after) if may_manage else None,
            roles=roles_to_give(visit),
            lasts=[(days, visit.tongue.lasting(timedelta(days=int(days)))) for days in LASTS],
            values=values or EMPTY,
            link=link,
            sent_to=sent_to,
            by_mail=_by_mail(visit),
            problem=problem,
            labels={},
        )


def _by_mail(visit: Visit) -> bool:
    return visit.services.settings.smtp_url is not None


def roles_to_give(visit: Visit) -> list[tuple[str, str]]:
    """The roles that the viewer may give, the least first."""
    roles = [role for role in reversed(get_args(Role)) if role != "owner" or visit.viewer.owns]
    return [(role, visit.word("role", role)) for role in roles]


@router.post("/invite")
def invite(visit: Visit = Depends(administrator), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes an invitation, and shows its link."""
    values = {"role": sent.get("role"), "email": sent.get("email"), "days": sent.get("days")}

    def save() -> Response:
        new = validate(invitations.NewInvitation, {**values, "email": values["email"] or None})
        services, address = visit.services, visit.services.settings.address
        with services.db.writing() as session:
            made = invitations.create(session, visit.viewer, new, visit.now)
            letter = invitation_mail.mail_of(session, visit.viewer, made, address)
        sent_to = new.email if invitation_mail.send(letter, services.wire, by_mail=_by_mail(visit)) else ""
        return members_page(visit, link=invitation_mail.link_of(address, made), sent_to=sent_to)

    return attempt(save, lambda problem: members_page(visit, problem, values), {403, 409, 422})


@router.post("/invitations/{invitation_id}/revoke")
def revoke(invitation_id: UUID, visit: Visit = Depends(administrator)) -> Response:
    with visit.services.db.writing() as session:
        invitations.revoke(session, visit.viewer, invitation_id)
    return redirect(HOME, "invitation-revoked")


@router.post("/leave")
def leave(visit: Visit = Depends(member)) -> Response:
    """Ends the viewer's own membership; another workspace of theirs is shown at the next request, if there is one."""

    def go() -> Response:
        with visit.services.db.writing() as session:
            members.leave(session, visit.viewer)
        return redirect("/", "left")

    return attempt(go, lambda problem: members_page(visit, problem), {409})


@router.post("/{member_id}/role")
def change_role(
    member_id: UUID, visit: Visit = Depends(administrator), sent: SentForm = Depends(sent_form)
) -> Response:
    def save() -> Response:
        new = validate(members.NewRole, {"role": sent.get("role")})
        with visit.services.db.writing() as session:
            members.change_role(session, visit.viewer, member_id, new.role)
        return redirect(HOME, "role-changed")

    return attempt(save, lambda problem: members_page(visit, problem), {403, 409, 422})


@router.post("/{member_id}/remove")
def remove(member_id: UUID, visit: Visit = Depends(administrator)) -> Response:
    def go() -> Response:
        with visit.services.db.writing() as session:
            members.remove(session, visit.viewer, member_id)
        return redirect(HOME, "member-removed")

    return attempt(go, lambda problem: members_page(visit, problem), {403, 409})


def no_access(visit: Visit, title: str, here: str) -> HTMLResponse:
    """403: what is for administrators, with the names of those who can help."""
    with visit.services.db.reading() as session:
        able = administrators(session, visit.viewer)
        return visit.page(session, "no_access.html", status=403, title=title, here=here, able=able)
