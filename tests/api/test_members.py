"""Members and invitations by the API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from starlette.testclient import TestClient

from app.db import Database
from app.models import ApiKey, Member
from tests.api.things import ana_of
from tests.rows import member_rows


def test_a_member_is_listed_changed_and_removed(us: Any, db: Database) -> None:
    ana = str(ana_of(us, db))
    [one] = us.admin.get("/api/v1/members").json()["items"]
    assert (one["id"], one["name"], one["email"], one["role"]) == (ana, "Ana", "ana@example.com", "manager")
    path = f"/api/v1/members/{ana}"
    assert us.admin.patch(path, json={"role": "admin"}).json()["role"] == "admin"
    for wrong in ({"role": "boss"}, {}, {"role": "viewer", "name": "x"}):
        assert us.admin.patch(path, json=wrong).status_code == 422
    assert us.admin.delete(path).status_code == 204
    assert us.admin.delete(path).status_code == 404
    assert us.admin.get("/api/v1/members").json()["items"] == []


def test_the_last_owner_stays_and_a_key_of_an_administrator_touches_no_owner(us: Any, db: Database) -> None:
    path = f"/api/v1/members/{ana_of(us, db)}"
    assert us.admin.patch(path, json={"role": "owner"}).status_code == 200
    assert us.admin.patch(path, json={"role": "viewer"}).json()["type"].endswith("last-owner")
    assert us.admin.delete(path).status_code == 409
    ben, member = member_rows(us.workspace_id, "Ben", "admin")
    with db.writing() as session:
        session.add(ben)
        session.flush()
        session.add(member)
        session.execute(update(ApiKey).where(ApiKey.name == "admin").values(user_id=ben.id))
    assert us.admin.patch(path, json={"role": "admin"}).status_code == 403
    assert us.admin.post("/api/v1/invitations", json={"role": "owner"}).status_code == 403
    with db.writing() as session:
        session.execute(update(Member).where(Member.user_id == ben.id).values(role="viewer"))
    assert us.admin.get("/api/v1/members").status_code == 403
    assert us.admin.get("/api/v1/brands").status_code == 200
    with db.writing() as session:
        session.delete(session.get_one(Member, (us.workspace_id, ben.id)))
    assert us.admin.get("/api/v1/brands").status_code == 401


def test_an_invitation_shows_its_link_once_and_is_revoked(us: Any, anonymous: TestClient) -> None:
    made = us.admin.post("/api/v1/invitations", json={"role": "viewer", "email": "Ben@example.com", "days": 1}).json()
    assert made["link"].startswith("http://127.0.0.1:8000/join?token=")
    [listed] = us.admin.get("/api/v1/invitations").json()["items"]
    assert listed == {name: value for name, value in made.items() if name not in ("link", "mailed")}
    assert listed["email"] == "ben@example.com"
    page = made["link"].removeprefix("http://127.0.0.1:8000")
    assert anonymous.get(page).status_code == 200
    assert us.admin.delete(f"/api/v1/invitations/{made['id']}").status_code == 204
    assert us.admin.delete(f"/api/v1/invitations/{made['id']}").status_code == 404
    assert anonymous.get(page).status_code == 404
    for wrong in ({"role": "viewer", "days": 31}, {"role": "x"}, {"role": "viewer", "email": "nonsense"}):
        assert us.admin.post("/api/v1/invitations", json=wrong).status_code == 422
