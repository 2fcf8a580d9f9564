"""The probe of the secret key."""

from __future__ import annotations

from uuid import UUID

from app.crypto import Seal
from app.db import Database
from app.models import Channel, uuid7
from app.probes.sealed import open_secrets

KEY, OTHER = "a secret key for tests only", "quite another secret key"


def test_a_wrong_key_is_told_by_what_it_does_not_open(db: Database, workspace_id: UUID) -> None:
    channel_id = uuid7()
    with db.writing() as session:
        assert open_secrets(session, Seal(OTHER)).text == "no secret is stored yet"
        secrets = Seal(KEY).seal({"token": "x"}, f"channel:{workspace_id}:{channel_id}")
        session.add(
            Channel(workspace_id=workspace_id, id=channel_id, kind="slack", name="s", params={}, secrets=secrets)
        )
    with db.reading() as session:
        assert open_secrets(session, Seal(KEY)).text == "opens all 1 stored secrets"
        wrong = open_secrets(session, Seal(OTHER))
    assert (wrong.state, wrong.text.partition(":")[0]) == ("bad", "1 of 1 stored secrets cannot be opened")
