"""The page of API keys."""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.testclient import TestClient


def test_a_key_is_shown_once_and_opens_the_api_until_it_is_revoked(browser: TestClient, app: FastAPI) -> None:
    page = browser.post("/settings/keys", data={"name": "script", "scopes": ["read"], "days": "30"}).text
    key = re.search(r"vig_[A-Za-z0-9]+", page.split('id="secret"')[1])
    assert key
    program = TestClient(app, base_url="http://localhost:8000", headers={"authorization": f"Bearer {key[0]}"})
    assert program.get("/api/v1/me").status_code == 200
    listed = browser.get("/settings/keys").text
    assert key[0] not in listed
    browser.post(re.search(r'action="(/settings/keys/[^"]+/delete)"', listed)[1])  # type: ignore[index]
    assert program.get("/api/v1/me").status_code == 401
