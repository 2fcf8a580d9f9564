"""The members of a workspace, seen by each role, and the invitations to it."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from app.actions import accounts
from app.db import Database
from app.models import Invitation, Member, User
from app.viewer import Role, Viewer
from tests.web.conftest import EMAIL, OWN, PASSWORD


def browser_of(app: FastAPI, db: Database, viewer: Viewer, role: Role) -> TestClient:
    """A browser that is logged in as somebody of this role."""
    email = f"{role}@example.com"
    with db.writing() as session:
        accounts.create(session, viewer, accounts.NewAccount(email=email, password=PASSWORD, name=role.title()), role)
    client = TestClient(app, base_url="http://localhost:8000", headers=OWN)
    assert client.post("/login", data={"email": email, "password": PASSWORD}).url.path == "/"
    return client


def link_in(page: str) -> str:
    found = re.search(r'id="secret">([^<]+)<', page)
    assert found, page
    return found[1]


def roles(db: Database) -> dict[str, str]:
    with db.reading() as session:
        return dict(session.execute(select(User.email, Member.role).join(Member, Member.user_id == User.id)).all())


def test_the_first_administrator_owns_the_workspace_and_invites(browser: TestClient, db: Database) -> None:
    page = browser.get("/settings/members").text
    assert page.count("<option") > 4
    made = browser.post("/settings/members/invite", data={"role": "manager", "email": "", "days": "3"})
    assert link_in(made.text).startswith("http://127.0.0.1:8000/join?token=")
    assert link_in(made.text) not in browser.get("/settings/members").text
    with db.reading() as session:
        row = session.scalars(select(Invitation)).one()
    assert (row.role, row.invited_by) == ("manager", EMAIL)
    revoked = browser.post(f"/settings/members/invitations/{row.id}/revoke")
    assert "The invitation was revoked" in revoked.text
    assert (
        "This invitation no longer works" in browser.get(link_in(made.text).removeprefix("http://127.0.0.1:8000")).text
    )


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"role": "manager", "email": "nonsense", "days": "3"}, "an address like"),
        ({"role": "boss", "email": "", "days": "3"}, "Choose one of the values offered."),
        ({"role": "viewer", "email": EMAIL, "days": "3"}, "This person is a member already."),
    ],
)
def test_what_was_typed_of_a_refused_invitation_stays(browser: TestClient, sent: dict[str, str], words: str) -> None:
    page = browser.post("/settings/members/invite", data=sent)
    assert page.status_code in (409, 422)
    assert words in page.text
    assert f'value="{sent["email"]}"' in page.text


def test_a_role_changes_and_a_member_leaves(browser: TestClient, app: FastAPI, db: Database, viewer: Viewer) -> None:
    reader = browser_of(app, db, viewer, "viewer")
    with db.reading() as session:
        ids = dict(session.execute(select(User.email, User.id)).all())
    path = f"/settings/members/{ids['viewer@example.com']}"
    assert "The role was changed" in browser.post(f"{path}/role", data={"role": "manager"}).text
    assert roles(db)["viewer@example.com"] == "manager"
    refused = browser.post(f"/settings/members/{ids[EMAIL]}/role", data={"role": "viewer"})
    assert (refused.status_code, "make somebody else an owner first" in refused.text) == (409, True)
    assert browser.post("/settings/members/leave").status_code == 409
    assert "The member was removed" in browser.post(f"{path}/remove").text
    assert reader.get("/").url.path == "/login"
    assert roles(db) == {EMAIL: "owner"}


@pytest.mark.parametrize("role", ["viewer", "manager"])
def test_others_see_who_is_here_and_whom_to_ask(
    browser: TestClient, app: FastAPI, db: Database, viewer: Viewer, role: Role
) -> None:
    page = browser_of(app, db, viewer, role).get("/settings/members").text
    assert EMAIL in page
    assert f"Ask {EMAIL}." in page
    assert "/invite" not in page
    assert "/role" not in page


def test_an_administrator_has_no_form_for_owners(
    browser: TestClient, app: FastAPI, db: Database, viewer: Viewer
) -> None:
    admin = browser_of(app, db, viewer, "admin")
    with db.reading() as session:
        owner = session.scalars(select(User.id).where(User.email == EMAIL)).one()
    page = admin.get("/settings/members").text
    assert str(owner) not in page
    assert 'value="owner"' not in page
    assert admin.post(f"/settings/members/{owner}/remove").status_code == 403
    assert "You left the workspace." not in admin.get("/settings/members").text
    left = admin.post("/settings/members/leave")
    assert left.url.path == "/login"
    assert "admin@example.com" not in roles(db)
