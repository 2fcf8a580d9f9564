"""The pages of channels."""

from __future__ import annotations

import re

from sqlalchemy import select
from starlette.testclient import TestClient

from alerts.channels.webhook import new_secret
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


def test_a_slack_channel_changes_from_its_webhook_to_a_token_in_the_form(browser: TestClient, db: Database) -> None:
    data = {"kind": "slack", "name": "Slack", "language": "en", "timezone": "UTC", "enabled": "1"}
    browser.post("/settings/channels/new", data=data | {"params.webhook_url": "https://hooks.slack.com/services/x"})
    with db.reading() as session:
        where = f"/settings/channels/{session.scalars(select(Channel.id)).one()}"
    page = browser.get(where).text
    assert 'name="drop.params.webhook_url"' in page
    assert 'name="drop.params.token"' not in page
    saved = browser.post(where, data=data | {"params.token": "xoxb-1", "params.channel": "#alerts"})
    assert saved.url.path == "/settings/channels"
    assert 'name="drop.params.token"' in browser.get(where).text
    refused = browser.post(where, data=data | {"params.channel": "#alerts", "drop.params.token": "1"})
    assert refused.status_code == 422
    assert 'name="drop.params.token" value="1" checked' in refused.text


def test_a_webhooks_previous_secret_can_be_removed_and_the_one_that_signs_cannot(
    browser: TestClient, db: Database
) -> None:
    data = {"kind": "webhook", "name": "Hook", "language": "en", "timezone": "UTC", "enabled": "1"}
    data |= {"params.url": "https://hook.example/in", "params.previous_secret": new_secret()}
    browser.post("/settings/channels/new", data=data)
    with db.reading() as session:
        where = f"/settings/channels/{session.scalars(select(Channel.id)).one()}"
    page = browser.get(where).text
    assert 'name="drop.params.previous_secret"' in page
    assert 'name="drop.params.secret"' not in page
    browser.post(where, data=data | {"params.previous_secret": "", "drop.params.previous_secret": "1"})
    assert 'name="drop.params.previous_secret"' not in browser.get(where).text


def test_the_form_keeps_what_a_channel_wants_to_hear_and_when(browser: TestClient, db: Database) -> None:
    data = {
        "kind": "webhook", "name": "Hook", "params.url": "https://hooks.example.com/in", "language": "fr",
        "timezone": "Europe/Paris", "enabled": "1", "paced": "1", "events": ["opened", "resolved"],
        "quiet_start": "22:00", "quiet_end": "07:00", "max_per_hour": "6", "link_only": "1",
    }  # fmt: skip
    browser.post("/settings/channels/new", data=data)
    with db.reading() as session:
        row = session.scalars(select(Channel)).one()
    assert (row.events, row.max_per_hour, row.link_only) == (["opened", "resolved"], 6, True)
    assert row.quiet_hours == {"start": "22:00", "end": "07:00", "timezone": None}
    page = browser.get(f"/settings/channels/{row.id}").text
    assert 'value="22:00"' in page
    assert 'value="worsened" checked' not in page
    nothing = {name: value for name, value in data.items() if name != "events"}
    refused = browser.post(f"/settings/channels/{row.id}", data=nothing)
    assert refused.status_code == 422
