"""The messages to a channel, and the channels to which some were given up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import Channel
from app.problems import Problem
from app.queries.deliveries import LATELY, dead_letters, deliveries
from app.viewer import ROLE_SCOPES, Viewer
from tests.pipeline.tell.test_notify import FLAT, NOW, owe


def test_what_was_given_up_lately_is_told_with_its_channel(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "ana", ROLE_SCOPES["viewer"])
    owe(db, workspace_id, "https://hook.example/", FLAT)
    with db.writing() as session:
        session.execute(text("UPDATE delivery SET created_at = :now"), {"now": NOW})
        assert dead_letters(session, viewer, NOW) == []
        session.execute(text("UPDATE delivery SET state = 'dead'"))
        ((channel, number),) = dead_letters(session, viewer, NOW)
        assert (channel.name, number) == ("hook of Lumen", 1)
        assert dead_letters(session, viewer, NOW + LATELY + timedelta(hours=1)) == []


def test_the_messages_of_a_channel_are_narrowed_by_state(db: Database, workspace_id: UUID) -> None:
    viewer = Viewer(workspace_id, "ana", ROLE_SCOPES["viewer"])
    owe(db, workspace_id, "https://hook.example/", FLAT)
    with db.reading() as session:
        channel_id = session.scalars(select(Channel.id)).one()
        (one,) = deliveries(session, viewer, channel_id).items
        assert (one.delivery.state, one.brand.name, one.incident.kind) == ("pending", "Lumen", "negative_spike")
        assert deliveries(session, viewer, channel_id, state="dead").items == []
        with pytest.raises(Problem):
            deliveries(session, viewer, uuid4())
