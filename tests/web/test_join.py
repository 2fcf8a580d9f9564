"""From the link of an invitation to the workspace: with a new account, or with one that exists."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.db import Database
from tests.web.conftest import OWN, PASSWORD
from tests.web.test_members import link_in, roles

NEW = {"name": "Ben", "email": "ben@example.com", "password": PASSWORD, "again": PASSWORD, "timezone": "Europe/Paris"}


def invited(browser: TestClient, **given: str) -> str:
    made = browser.post("/settings/members/invite", data={"role": "viewer", "email": "", "days": "3", **given})
    return link_in(made.text).removeprefix("http://127.0.0.1:8000")


def fresh(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://localhost:8000", headers=OWN)


def test_a_new_person_makes_an_account_and_is_in(browser: TestClient, app: FastAPI, db: Database) -> None:
    path, ben = invited(browser), fresh(app)
    token = path.partition("token=")[2]
    assert "Join Default" in ben.get(path).text
    differ = ben.post("/join/account", data={**NEW, "token": token, "again": "other"})
    assert (differ.status_code, "The two passwords differ." in differ.text, 'value="Ben"' in differ.text) == (
        422,
        True,
        True,
    )
    entered = ben.post("/join/account", data={**NEW, "token": token})
    assert "Welcome: you are a member of this workspace." in entered.text
    assert roles(db)["ben@example.com"] == "viewer"
    late = fresh(app).post("/join/account", data={**NEW, "email": "eve@example.com", "token": token})
    assert (late.status_code, "This invitation no longer works" in late.text) == (404, True)
    assert fresh(app).get(path).status_code == 404


def test_who_has_an_account_joins_with_it_and_sees_both_workspaces(
    browser: TestClient, app: FastAPI, db: Database
) -> None:
    path, ben = invited(browser), fresh(app)
    ben.post("/join/account", data={**NEW, "token": path.partition("token=")[2]})
    browser.post("/settings/workspaces", data={"name": "Client"})
    second = invited(browser, role="manager", email="ben@example.com")
    taken = fresh(app).post("/join/account", data={**NEW, "token": second.partition("token=")[2]})
    assert (taken.status_code, "use another address" in taken.text) == (409, True)
    assert "Join Client" in ben.get(second).text
    joined = ben.post("/join", data={"token": second.partition("token=")[2]})
    assert "Welcome: you are a member of this workspace." in joined.text
    assert "All workspaces" in joined.text
    assert ben.post("/join", data={"token": second.partition("token=")[2]}).status_code == 404


def test_the_log_in_leads_back_to_the_invitation(browser: TestClient, app: FastAPI) -> None:
    path, ben = invited(browser), fresh(app)
    ben.post("/join/account", data={**NEW, "token": path.partition("token=")[2]})
    browser.post("/settings/workspaces", data={"name": "Client"})
    second, again = invited(browser), fresh(app)
    page = again.get(second).text
    assert f'href="/login?next=/join%3Ftoken%3D{second.partition("token=")[2]}"' in page
    back = again.post("/login", data={"email": "ben@example.com", "password": PASSWORD, "next": second})
    assert "Join the workspace" in back.text


def test_an_invitation_for_another_address_is_not_used_up(browser: TestClient, app: FastAPI) -> None:
    path = invited(browser, email="zoe@example.com")
    token = path.partition("token=")[2]
    wrong = fresh(app).post("/join/account", data={**NEW, "token": token})
    assert (wrong.status_code, "This invitation is for zoe@example.com" in wrong.text) == (403, True)
    member = browser.post("/join", data={"token": token})
    assert member.status_code == 403
    assert fresh(app).get(path).status_code == 200


def test_a_link_shows_nothing_to_a_stranger_without_its_token(stranger: TestClient) -> None:
    for path in ("/join", "/join?token=", "/join?token=nonsense"):
        page = stranger.get(path)
        assert (page.status_code, "This invitation no longer works" in page.text) == (404, True)
    assert stranger.post("/join", data={"token": "x"}).status_code == 404
