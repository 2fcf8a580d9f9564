"""The workspaces of whoever made the key, which stays of one workspace."""

from __future__ import annotations

from typing import Any

from app.db import Database
from app.models import Member
from tests.api.things import ana_of


def test_a_workspace_is_made_for_the_person_behind_the_key(us: Any, them: Any, db: Database) -> None:
    assert [one["slug"] for one in us.admin.get("/api/v1/workspaces").json()["items"]] == ["default"]
    ana = ana_of(us, db)
    with db.writing() as session:
        session.get_one(Member, (us.workspace_id, ana)).role = "owner"
    made = us.admin.post("/api/v1/workspaces", json={"name": "Café Zéphyr"})
    assert (made.status_code, made.json()["slug"], made.json()["role"]) == (201, "cafe-zephyr", "owner")
    listed = us.admin.get("/api/v1/workspaces").json()["items"]
    assert [(one["slug"], one["role"]) for one in listed] == [("default", "owner"), ("cafe-zephyr", "owner")]
    assert us.admin.get("/api/v1/me").json()["workspace"]["slug"] == "default"
    assert us.admin.post("/api/v1/workspaces", json={"name": "x", "slug": "default"}).status_code == 409
    for wrong in ({}, {"name": " "}, {"name": "x", "slug": "Not a slug"}):
        assert us.admin.post("/api/v1/workspaces", json=wrong).status_code == 422
    assert [one["slug"] for one in them.admin.get("/api/v1/workspaces").json()["items"]] == ["others"]
