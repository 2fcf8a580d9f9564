"""What became of the messages to a channel, and sending one again."""

from __future__ import annotations

from typing import Any

import pytest

from app.db import Database
from app.models import Delivery
from app.services import Services
from tests.api.things import Things, stored, things_of


@pytest.fixture
def things(us: Any, db: Database, services: Services) -> Things:
    return things_of(us, db, services)


def test_a_channel_tells_what_became_of_its_messages(us: Any, things: Things) -> None:
    path = f"/api/v1/channels/{things.channel_id}/deliveries"
    (one,) = us.reader.get(path).json()["items"]
    assert (one["id"], one["state"], one["attempts"]) == (str(things.delivery_id), "dead", 10)
    assert (one["incident_id"], one["last_error"]) == (str(things.incident_id), "the webhook answered 500")
    assert us.reader.get(f"{path}?state=sent").json()["items"] == []
    assert len(us.reader.get(f"{path}?state=dead").json()["items"]) == 1
    assert us.reader.get(f"{path}?state=lost").status_code == 422


def test_a_message_that_was_given_up_is_due_again_under_its_id(us: Any, things: Things, db: Database) -> None:
    path = f"/api/v1/deliveries/{things.delivery_id}/retry"
    assert us.reader.post(path).status_code == 403
    answer = us.editor.post(path)
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (202, "pending", 0)
    assert answer.json()["id"] == str(things.delivery_id)
    assert us.editor.post(path).status_code == 202  # it waits already: asking twice sends it once
    entry = us.admin.get("/api/v1/audit-log").json()["items"][0]
    assert entry["action"] == "delivery.retry"
    with db.writing() as session:
        session.get_one(Delivery, (us.workspace_id, things.delivery_id)).state = "sent"
    refused = us.editor.post(path)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "already-sent")


def test_nothing_is_sent_again_to_a_channel_that_is_off(us: Any, things: Things, db: Database) -> None:
    us.editor.patch(f"/api/v1/channels/{things.channel_id}", json={"enabled": False})
    refused = us.editor.post(f"/api/v1/deliveries/{things.delivery_id}/retry")
    assert refused.status_code == 409
    assert "switch it on" in refused.json()["detail"]
    assert stored(db, Delivery, str(things.delivery_id)).state == "dead"
