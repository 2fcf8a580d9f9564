"""Who may send which form: a reader is refused before anybody looks at what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from app import web
from app.actions import accounts
from app.db import Database
from app.models import uuid7
from app.viewer import Viewer
from tests.web.conftest import OWN, PASSWORD

ANYBODY = {
    "/login", "/setup/account", "/logout", "/forgot", "/reset", "/login/code", "/join", "/join/account",
}  # fmt: skip
OWN_ACCOUNT = {
    "/mentions/rows",
    "/settings/account", "/settings/security/password", "/settings/security/email", "/settings/security/email/confirm",
    "/settings/security/sessions/end", "/settings/security/sessions/{name}/end",
    "/settings/security/second-factor", "/settings/security/second-factor/off",
    "/settings/security/second-factor/codes",
    "/for-you/read",
    "/settings/members/leave", "/settings/workspaces/{workspace_id}/open",
}  # fmt: skip
LogIn = Callable[[accounts.Role], TestClient]
FOR_ADMINISTRATORS = {
    "/settings/keys",
    "/settings/keys/{key_id}/delete",
    "/settings/members/invite",
    "/settings/members/invitations/{invitation_id}/revoke",
    "/settings/members/{member_id}/role",
    "/settings/members/{member_id}/remove",
    "/settings/workspaces",
    "/settings/workspaces/name",
    "/settings/security/reset-link",
    "/settings/security/second-factor/demand",
    "/setup/key",
}


def forms() -> set[str]:
    """The addresses to which a page sends a form."""
    routes = [route for part in web.PARTS for route in part.routes if isinstance(route, APIRoute)]
    return {route.path for route in routes if "POST" in (route.methods or ())}


@pytest.fixture
def as_role(app: FastAPI, db: Database, viewer: Viewer) -> LogIn:
    """Makes a browser that is logged in with this role."""

    def enter(role: accounts.Role) -> TestClient:
        email = f"{role}@example.com"
        with db.writing() as session:
            accounts.create(session, viewer, accounts.NewAccount(email=email, password=PASSWORD), role)
        client = TestClient(app, base_url="http://localhost:8000", headers=OWN, follow_redirects=False)
        assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 303
        return client

    return enter


def empty_form(client: TestClient, path: str) -> int:
    return client.post(re.sub(r"\{\w+\}", str(uuid7()), path), data={"nonsense": "x"}).status_code


def test_a_reader_is_refused_before_the_form_is_read(as_role: LogIn) -> None:
    reader = as_role("viewer")
    paths = forms() - ANYBODY - OWN_ACCOUNT
    assert len(paths) > 30
    assert {path: empty_form(reader, path) for path in paths} == dict.fromkeys(paths, 403)


def test_a_manager_is_refused_what_is_for_administrators_and_nothing_else(
    as_role: LogIn,
) -> None:
    manager = as_role("manager")
    leaves = {"/settings/members/leave"}  # nothing is allowed any more after that
    refused = {path for path in forms() - ANYBODY - leaves if empty_form(manager, path) == 403}
    assert refused == FOR_ADMINISTRATORS
