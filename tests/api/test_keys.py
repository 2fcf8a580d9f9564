"""API keys: what one may be given, and that it is taken back."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.db import Database


def test_a_key_taken_back_opens_nothing_any_more(us: Any, anonymous: TestClient) -> None:
    made = us.admin.post("/api/v1/api-keys", json={"name": "short", "scopes": ["read"]}).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert anonymous.get("/api/v1/me", headers=headers).status_code == 200
    assert us.admin.delete(f"/api/v1/api-keys/{made['id']}").status_code == 204
    assert anonymous.get("/api/v1/me", headers=headers).status_code == 401


def test_a_key_is_not_given_more_than_its_maker_holds(us: Any, tenant: Any, app: FastAPI, db: Database) -> None:
    made = us.admin.post("/api/v1/api-keys", json={"name": "admin only", "scopes": ["admin"]}).json()
    client = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {made['key']}"})
    assert client.post("/api/v1/api-keys", json={"name": "more", "scopes": ["write"]}).status_code == 403
