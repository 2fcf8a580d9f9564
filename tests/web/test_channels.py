"""The pages of channels."""

from __future__ import annotations

import re

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Channel


def test_a_channel_keeps_its_secret_to_itself(browser: TestClient, db: Database) -> None:
    data = {
        "kind": "webhook", "name": "Hook", "params.url": "https://hooks.example.com/in", "language": "fr",
        "timezone": "Europe/Paris", "enabled": "1",
    }  # fmt: skip
    shown = browser.post("/settings/channels/new", data=data).text
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", shown)
    assert secret
    with db.reading() as session:
        row = session.scalars(select(Channel)).one()
    for path in ("/settings/channels", f"/settings/channels/{row.id}", "/settings/audit"):
        assert secret[0] not in browser.get(path).text
    changed = browser.post(f"/settings/channels/{row.id}", data={**data, "name": "Other hook"})
    assert "Other hook" in changed.text
